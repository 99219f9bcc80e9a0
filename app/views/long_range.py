"""How far back models remember."""

import streamlit as st

from app import selection
from app.panels.errors.by_context import show_by_context
from app.panels.errors.by_distance import show_by_distance
from app.panels.errors.choose_models import choose_models

DISTANCE, CONTEXT = "By distance", "By length of context"
PARTS = {DISTANCE: show_by_distance, CONTEXT: show_by_context}

run = selection.current().run
title, picking = st.columns([1, 2], vertical_alignment="bottom")
title.title("Long range", anchor=False)
runs = choose_models(run, picking)
part = st.segmented_control(
    "Look at",
    list(PARTS),
    default=DISTANCE,
    required=True,
    key="range-of",
    bind="query-params",
    persist_state="session",
    label_visibility="collapsed",
)
PARTS[part](runs)
