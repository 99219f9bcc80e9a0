"""Two models, layers, states, checkpoints or texts beside each other."""

import streamlit as st

from app import selection
from app.comparing import Side, figures_of
from app.panels.compared_clusters import show_clusters
from app.panels.compared_figures import show_figures, side_heading
from app.panels.compared_maps import show_maps
from app.panels.compared_responses import show_responses
from app.panels.compared_sentence import show_sentence
from app.panels.compared_states import show_states
from app.panels.other_side import choose_other
from app.panels.recording import ensure_recorded

PARTS = {
    "Memory maps": show_maps,
    "Flow of words": show_clusters,
    "Responses": show_responses,
    "Saturation": show_states,
    "One text": show_sentence,
    "Figures": show_figures,
}

first = Side.chosen(selection.current())
title, corner = st.columns([3, 1], vertical_alignment="bottom")
title.title("Compare", anchor=False)
ensure_recorded(first.run)
second = choose_other(first, corner)
ensure_recorded(second.run, second.options)
if first.what == second.what:
    st.info("Both sides are the same. Choose another run, layer, state, weights or text for B.")

figures = figures_of(first, second)
for column, side in zip(st.columns(2), (first, second), strict=True):
    with column:
        side_heading(side, figures[side.name].response.carriers)
part = st.segmented_control(
    "Look at",
    list(PARTS),
    default=next(iter(PARTS)),
    required=True,
    key="b-view",
    bind="query-params",
    persist_state="session",
    label_visibility="collapsed",
)
PARTS[part](first, second)
