"""The margins of every page: narrower than Streamlit's own, for pictures that need the width."""

import streamlit as st

from app.components.assets import assets

_mount = st.components.v2.component("page_frame", isolate_styles=False, **assets("page_frame"))


def page_frame() -> None:
    """Set them; drawn first, so that the page does not move when they come."""
    _mount(key="page-frame")
