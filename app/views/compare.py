"""Two models, layers, states, checkpoints or texts beside each other."""

import streamlit as st

from app import selection
from app.comparing import figures_of
from app.panels.compare.choose_sides import choose_sides
from app.panels.compare.figures import side_heading
from app.panels.compare.part import PARTS, use_part
from app.panels.recording import ensure_recorded

first, second = choose_sides(selection.current())
for side in (first, second):
    ensure_recorded(side.run, side.options)
if first.what == second.what:
    st.info("Both sides are the same. Choose another run, layer, state, weights or text for one of them.")

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
use_part(part, first, second)
