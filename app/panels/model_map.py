"""The panel that shows which models of a corpus predict alike."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from analysis.model_table import ModelEntry
from app import cached
from app.figures.model_grid import plot_model_map
from app.notices import how_to_read, literal
from app.numbers import numbers
from data_prep.errors import UserError
from models.run import Run


def model_map(corpus: str, runs: Sequence[Run], predicted: Sequence[Run], entries: Sequence[ModelEntry]) -> None:
    """t-SNE of the models whose predictions are at hand; offers to compute the others."""
    st.subheader("Who predicts alike", anchor=False)
    missing = [run for run in runs if run not in predicted]
    if missing:
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.markdown(
            f"{len(missing)} of {len(runs)} networks have not read the test part yet: it takes seconds to minutes "
            "each, is kept, and gives their standard errors too."
        )
        if right.button("Read it now", type="primary", width="stretch"):
            _predict(missing)
            st.rerun()
    found = cached.find_model_map(corpus, tuple(run.id for run in predicted))
    kinds = {entry.name: entry.kind for entry in entries}
    st.plotly_chart(
        plot_model_map(found, kinds, corpus, dark=st.context.theme.type == "dark"), theme=None,
        alt=f"{len(found.names)} models, those that predict alike near each other",
    )  # fmt: skip
    how_to_read(
        f"Each mark is a model, laid out (t-SNE) by how differently two models guess at the same {found.places:,} "
        "places of the test part: the mean symmetric Kullback–Leibler divergence of their distributions.",
        "near means alike; distances between groups mean nothing, nor does a group's size: the table has the numbers.",
    )
    table = pd.DataFrame(found.divergences, columns=found.names)
    table.insert(0, "nats", found.names)
    numbers(table, f"model-divergences-{corpus}", label="Symmetric divergence of every pair, nats")


def _predict(runs: Sequence[Run]) -> None:
    bar = st.progress(0.0)
    for place, run in enumerate(runs):
        bar.progress(place / len(runs), f"{literal(run.id)} reads the test part …")
        try:
            cached.find_predictions(run)
        except UserError as error:
            st.error(f"{literal(run.id)}: {literal(error.message)}", icon=":material/error:")
    bar.empty()
