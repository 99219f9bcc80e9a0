"""The panel of the loss by how many tokens of context a model is given."""

from collections.abc import Sequence

import streamlit as st

from analysis.errors.context_lengths import ENOUGH_NATS, TARGETS
from app import cached
from app.figures.long_range import plot_context_curves
from app.notices import how_to_read, literal
from app.numbers import numbers
from app.panels.errors.predicted import ensure_predicted
from app.tables.errors import context_table
from app.wording import counted
from models.run import Run

LOSS, EXCESS = "loss", "lost against all of the text"


def show_by_context(runs: Sequence[Run]) -> None:
    """Loss with n tokens of context, for every model and the n-gram models, on the same places."""
    ensure_predicted(runs)
    ensure_predicted(runs, contexts=True)
    noun = runs[0].vocabulary.tokenisation.noun
    curves = {run.id: cached.find_context_curve(run) for run in runs}
    for column, (name, curve) in zip(st.columns(3), curves.items(), strict=False):
        reach = counted(curve.enough, noun) if curve.enough is not None else "no length tried"
        column.metric(f"Enough for {name}", reach, border=True)
    ngram = cached.find_ngram_curve(runs[0])
    if ngram is not None:
        curves["n-gram models"] = ngram
    shown = st.segmented_control(
        "Show", [LOSS, EXCESS], default=LOSS, required=True, key="context-shows", bind="query-params"
    )
    st.plotly_chart(
        plot_context_curves(curves, excess=shown == EXCESS, noun=noun, dark=st.context.theme.type == "dark"),
        theme=None,
        key="context-chart",
        alt=f"Loss by {noun}s of context",
    )
    how_to_read(
        f"The loss on {TARGETS:,} {noun}s, the same for all, each read from a zero state with exactly so many {noun}s "
        f"before it; dotted, with all of the text. Enough is where it comes within {ENOUGH_NATS:g} nats of that; the "
        "bands are 95 % of resampled stretches of the text.",
        "a network was never trained to begin anywhere, so a short context costs a little more than what is missing.",
    )
    said = (
        f"{literal(name)}: {curve.full:.3f} nats with all" for name, curve in curves.items() if name != "n-gram models"
    )
    st.caption(" · ".join(said))
    numbers(context_table(curves), "by-context")
