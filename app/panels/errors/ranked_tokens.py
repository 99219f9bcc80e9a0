"""The panel of tokens that one model predicts better than another."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from app import cached
from app.figures.error_sets import plot_ranked_tokens
from app.notices import how_to_read, literal
from app.numbers import numbers
from app.panels.errors.examples import show_examples
from app.tables.errors import ranked_table
from models.run import Run

CHART, KEY = "ranked-tokens-chart", "token"
MOST = 24


def show_ranked_tokens(runs: Sequence[Run], threshold: float) -> None:
    """The surest differences between the first two models, and places where only one of them errs."""
    if len(runs) < 2:
        st.info("Choose a second model above: tokens are ranked by what one gives them more than the other.")
        return
    found = cached.find_ranked_tokens(runs[0], runs[1])
    vocabulary, sides = runs[0].vocabulary, (runs[0].id, runs[1].id)
    if not len(found.token_ids):
        st.info(f"No token stands {found.least} times in this text, too few to tell a difference from chance.")
        return
    names = [vocabulary.display(int(token_id)) for token_id in found.token_ids]
    if len(runs) > 2:
        st.caption(f"Tokens are compared between two; {literal(runs[2].id)} is in the errors in common.")
    above = st.container()  # what is picked is known once its box is drawn, which stands below
    name = st.selectbox("Examples of", names, key=KEY, bind="query-params", index=0)
    picked = int(found.token_ids[names.index(name)])
    with above:
        st.plotly_chart(
            plot_ranked_tokens(found, names, sides, most=MOST, picked=picked, dark=st.context.theme.type == "dark"),
            theme=None,
            key=CHART,
            on_select=lambda: _take(dict(zip(found.token_ids.tolist(), names, strict=True))),
            selection_mode="points",
            alt=f"Tokens by the difference in mean probability between {sides[0]} and {sides[1]}",
        )
        sure = int((found.sure != 0).sum())
        noun = vocabulary.tokenisation.noun
        how_to_read(
            f"Right of the line {literal(sides[0])} gives the {noun} more where it stands, left the other does. The "
            f"bar is what chance may do when {len(found.token_ids):,} {noun}s are looked at together (95 %, "
            f"Bonferroni); {sure:,} differences are beyond it, and those lead.",
            f"occurrences are taken as independent, and {found.rare:,} {noun}s with fewer than {found.least} are left "
            "out.",
        )
        numbers(ranked_table(found, names, sides), "ranked-tokens")
    predictions = cached.find_predictions(runs[0])
    sets = cached.find_error_sets(runs[:2], threshold)
    one_errs = (sets.regions == 1) | (sets.regions == 2)
    places = np.flatnonzero(one_errs & (predictions.ids == picked))
    show_examples(f"“{name}”, on which only one of the two errs", places, runs[:2], threshold, key="token-examples")


def _take(names: dict[int, str]) -> None:
    if points := st.session_state[CHART].selection.points:
        st.session_state[KEY] = names[int(points[0]["customdata"][0])]
