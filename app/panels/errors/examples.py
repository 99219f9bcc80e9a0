"""The panel that shows some errors in their text, and draws others."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from analysis.errors.examples import EXAMPLES, error_examples
from app import cached
from app.components import error_examples as component
from app.notices import how_to_read, literal
from app.numbers import numbers
from app.tables.errors import examples_table
from models.run import Run

SEED = "draw"


def show_examples(what: str, places: np.ndarray, runs: Sequence[Run], threshold: float, *, key: str) -> None:
    """Some of the `places` (N,) with what the runs said; `what` they are, in words."""
    if not len(places):
        st.info(f"There is no example: {literal(what)} has no place in this text.")
        return
    columns = st.columns([4, 1], vertical_alignment="bottom")
    columns[0].markdown(f"**{literal(what)}**: {min(EXAMPLES, len(places)):,} of {len(places):,}, drawn at random")
    if SEED not in st.session_state:
        st.session_state[SEED] = _linked_seed()
    columns[1].button("Draw others", on_click=_draw, icon=":material/casino:", key=f"{key}-draw", width="stretch")
    if st.session_state[SEED]:
        st.query_params[SEED] = str(st.session_state[SEED])
    predictions = [cached.find_predictions(run) for run in runs]
    vocabulary, names = runs[0].vocabulary, [run.id for run in runs]
    spaced = vocabulary.tokenisation.unit == "words"
    examples = error_examples(places, predictions, vocabulary, seed=st.session_state[SEED])
    component.error_examples(what, examples, names, threshold=threshold, spaced=spaced, key=key)
    letters = ", ".join(f"{'ABC'[place]} is {literal(run.id)}" for place, run in enumerate(runs))
    how_to_read(
        "The framed token is the true one; beside it the probability that a model gave it (✗ an error), and → what "
        f"it held likeliest instead.{f' {letters}.' if len(runs) > 1 else ''}",
        "a dozen of many thousands is an illustration, not a sample to count.",
    )
    numbers(examples_table(examples, names, spaced=spaced), key, label="These examples")


def _draw() -> None:
    st.session_state[SEED] += 1


def _linked_seed() -> int:
    said = st.query_params.get(SEED, "0")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 7 else 0
