"""A list of words, each a button with a bar behind it, a figure, and how often it occurs."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from app.components.assets import assets

_mount = st.components.v2.component("word_bars", **assets("word_bars"))


def word_bars(rows: list[dict[str, Any]], *, label: str, key: str, on_pick: Callable[[], None]) -> None:
    """Draw the list.

    rows: of each word its `name`, `share` (length of the bar, 0 … 1), `figure` (as text), `count`, `rare` and `chosen`.
    A click calls `on_pick`, after which `st.session_state[key].picked` is {"index"}; a chosen word cannot be clicked.
    """
    _mount(key=key, data={"label": label, "rows": rows}, on_picked_change=on_pick)
