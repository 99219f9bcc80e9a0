"""Makes a text area of the page an editor for code: its text reaches the server as it is typed, in a fixed pitch."""

import streamlit as st

from app.components.assets import assets

_mount = st.components.v2.component("as_typed", isolate_styles=False, **assets("as_typed"))


def as_typed(editor: str) -> None:
    """Mount it on the text area with the key `editor`."""
    _mount(key=f"{editor}-as-typed", data={"editor": editor})
