"""The style and script of a component, from the files beside this one."""

from pathlib import Path

_HERE = Path(__file__).parent


def assets(name: str, *parts: str) -> dict[str, str]:
    """`css` and `js` of a component, for `st.components.v2.component`; before the script stand `svg.js`, `wording.js`,
    `encoded.js` and `parts`.

    A part is a script, with a style of the same name if there is one.
    """
    styles = [path for part in (*parts, name) if (path := _HERE / f"{part}.css").exists()]
    scripts = [_HERE / f"{part}.js" for part in ("svg", "wording", "encoded", *parts, name)]
    return {"css": _text(styles), "js": _text(scripts)}


def _text(paths: list[Path]) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in paths)
