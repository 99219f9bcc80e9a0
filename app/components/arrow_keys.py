"""Lets the arrow keys press two buttons of the page while nothing else listens to them."""

import streamlit as st

from app.components.assets import assets

_mount = st.components.v2.component("arrow_keys", isolate_styles=False, **assets("arrow_keys"))


def arrow_keys(left: str, right: str) -> None:
    """Mount it: ← presses the button with the key `left`, → the one with the key `right`."""
    _mount(key=f"{left}-{right}-arrow-keys", data={"ArrowLeft": left, "ArrowRight": right})
