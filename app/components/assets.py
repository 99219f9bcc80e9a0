"""The style and script of a component, from the files beside this one."""

from pathlib import Path

_HERE = Path(__file__).parent


def assets(name: str, *parts: str) -> dict[str, str]:
    """`css` and `js` of a component, for `st.components.v2.component`; `svg.js` and `parts` stand before its script."""
    js = "".join((_HERE / f"{part}.js").read_text(encoding="utf-8") for part in ("svg", *parts, name))
    return {"css": (_HERE / f"{name}.css").read_text(encoding="utf-8"), "js": js}
