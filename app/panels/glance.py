"""The memory of the chosen run at a glance, on the first page: its map with the strongest words of each cluster."""

import streamlit as st

from app import cached
from app.components.memory_map import MapDisplay, memory_map
from app.notices import how_to_read
from app.panels.memory_map.in_use import drop_others
from app.selection import Selection
from data_prep.errors import UserError

KEY, PICKED = "glance", "glance-picked"
DRAWN = 8  # words of a cloud: about two lines, as high as the chip beside it
CLOUD_WIDTH = 460  # of the layout, in pixels


def show_glance(chosen: Selection) -> None:
    """Draw it where the run is recorded; a click opens the memory map with what was clicked."""
    if picked := st.session_state.pop(PICKED, None):
        st.switch_page("views/memory_map.py", query_params=picked)
    if not cached.is_recorded(chosen.run):
        return
    try:
        display = MapDisplay(align="height", cloud_width=CLOUD_WIDTH)
        data = chosen.map(display, tagged=False, most=DRAWN)
    except UserError:  # of too few words or units, which the memory map says
        return
    memory_map(data, None, key=KEY, on_pick=lambda: _take(data["words"]))
    noun = chosen.run.vocabulary.tokenisation.noun
    how_to_read(
        f"Left, the units of {chosen.layer_name} ({chosen.state} state) in clusters; right, the {noun}s that move "
        "them, the strongest of each cluster; orange raises, blue lowers. Point at one to see what it is tied to, "
        "click to go on from there.",
        "the memory map says how far these clusters are to be trusted.",
    )


def _take(words: list[str]) -> None:
    if pick := st.session_state[KEY].picked:
        kind, index = pick["kind"], pick["index"]
        drop_others(kind)
        found = words[index] if kind == "word" else str(index + (kind == "cluster"))  # clusters are counted from 1
        st.session_state[PICKED] = {f"to-{kind}": found}
