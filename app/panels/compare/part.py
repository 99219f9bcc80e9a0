"""The part of the page Compare that is looked at; what is clicked in it runs this part of the page alone."""

from collections.abc import Callable

import streamlit as st

from app import cached
from app.comparing import Side
from app.panels.compare.clusters import show_clusters
from app.panels.compare.figures import show_figures
from app.panels.compare.maps import show_maps
from app.panels.compare.responses import show_responses
from app.panels.compare.sentence import show_sentence
from app.panels.compare.states import show_states
from data_prep.errors import UserError

PARTS: dict[str, Callable[[Side, Side], None]] = {
    "Memory maps": show_maps,
    "Flow of words": show_clusters,
    "Responses": show_responses,
    "Saturation": show_states,
    "One text": show_sentence,
    "Figures": show_figures,
}


@st.fragment
def use_part(part: str, first: Side, second: Side) -> None:
    """One of `PARTS`, of two sides that are recorded."""
    if not (_is_there(first) and _is_there(second)):  # deleted while somebody looked at it: the whole page says so
        st.rerun(scope="app")
    PARTS[part](first, second)


def _is_there(side: Side) -> bool:
    """Whether the run and the recording of a side are still stored, as they were."""
    try:
        return cached.find_run(side.run.id).digest == side.run.digest and cached.is_recorded(side.run, side.options)
    except UserError:
        return False
