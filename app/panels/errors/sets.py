"""The panel of errors that models share, and of each one's own."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from app import cached
from app.figures.error_sets import plot_error_sets
from app.notices import how_to_read
from app.numbers import numbers
from app.panels.errors.examples import show_examples
from app.tables.errors import error_sets_table
from models.run import Run

CHART, KEY = "error-sets-chart", "err"


def show_error_sets(runs: Sequence[Run], threshold: float) -> None:
    """Counts of every set of models that err together, and examples of one."""
    found = cached.find_error_sets(runs, threshold)
    regions = {_name(found.members(region)): region for region in range(1, len(found.counts)) if found.counts[region]}
    if not regions:
        st.info("There is no error at this threshold.")
        return
    above = st.container()  # what is picked is known once its box is drawn, which stands below
    name = st.selectbox("Examples of errors of", list(regions), key=KEY, bind="query-params", index=0)
    with above:
        st.plotly_chart(
            plot_error_sets(found, picked=regions[name], dark=st.context.theme.type == "dark"),
            theme=None,
            key=CHART,
            on_select=lambda: _take({region: name for name, region in regions.items()}),
            selection_mode="points",
            alt="How many errors each set of models makes together",
        )
        how_to_read(
            "Each row is a set of models that err on the same tokens, and no other does: full points err. The tick is "
            "how many there would be if they erred independently. A click on a bar shows examples.",
            "errors of different models overlap because some tokens are hard for any, not because the models are "
            "alike.",
        )
        numbers(error_sets_table(found), "error-sets")
    places = np.flatnonzero(found.regions == regions[name])
    show_examples(f"errors of {name}", places, runs, threshold, key="set-examples")


def _take(names: dict[int, str]) -> None:
    if points := st.session_state[CHART].selection.points:
        region = (points[0].get("customdata") or [None])[0]
        if region in names:
            st.session_state[KEY] = names[region]


def _name(members: tuple[str, ...]) -> str:
    return f"{members[0]} alone" if len(members) == 1 else " and ".join(members)
