"""Where models err, what would help, and what they have in common."""

import streamlit as st

from app import cached, selection
from app.notices import literal
from app.panels.errors.breakdown import show_breakdown
from app.panels.errors.choose_models import choose_models
from app.panels.errors.predicted import ensure_predicted
from app.panels.errors.ranked_tokens import show_ranked_tokens
from app.panels.errors.sets import show_error_sets

BREAKDOWN, SHARED, TOKENS = "What would help", "Errors in common", "Token by token"
PARTS = {BREAKDOWN: show_breakdown, SHARED: show_error_sets, TOKENS: show_ranked_tokens}

run = selection.current().run
title, picking, bound = st.columns([3, 6, 3], vertical_alignment="bottom")
title.title("Errors", anchor=False)
runs = choose_models(run, picking)
threshold = bound.slider(
    "An error is a probability below",
    0.05,
    0.95,
    value=0.5,
    step=0.05,
    key="threshold",
    bind="query-params",
    persist_state="session",
    help="Of the true token, given all before it.",
)
ensure_predicted(runs)
part = st.segmented_control(
    "Look at",
    list(PARTS),
    default=BREAKDOWN,
    required=True,
    key="errors-of",
    bind="query-params",
    persist_state="session",
    label_visibility="collapsed",
)
sets = cached.find_error_sets(runs, threshold)
noun = run.vocabulary.tokenisation.noun
said = (
    f"{f'**{letter}** ' if len(runs) > 1 else ''}{literal(name)} errs on **{errors / max(1, sets.predicted):.1%}**"
    for letter, name, errors in zip("ABC", sets.names, sets.errors, strict=False)
)
st.markdown(f"Of {sets.predicted:,} {noun}s of the test part, {', '.join(said)}.")
PARTS[part](runs, threshold)
