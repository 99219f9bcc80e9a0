"""The models of one corpus beside each other and beside what counts n-grams."""

import streamlit as st

from app import cached, selection
from app.figures.model_grid import has_recalled, plot_contexts, plot_grid
from app.notices import PageEnded, how_to_read, literal
from app.numbers import numbers
from app.panels.model_map import model_map
from app.tables.models import models_table
from data_prep.errors import UserError

chosen = selection.current()
st.space(1)  # what stands above a box is not to lie under the bar of the browser page
title, picking = st.columns([1, 2], vertical_alignment="bottom")
title.title("Models", anchor=False)
runs = [run for run in cached.find_runs()[0] if run.task == "language-model" and run.origin != "states" and run.test]
corpora = sorted({run.corpus["name"] for run in runs if run.corpus["name"]})
if not corpora:
    st.info("There is no language model with a test figure yet: train one on the page Training.")
    raise PageEnded
default = chosen.run.corpus["name"] if chosen.run.corpus["name"] in corpora else corpora[0]
corpus = picking.selectbox(
    "Models of the corpus", corpora, index=corpora.index(default), key="models_of", bind="query-params"
)
if chosen.run.corpus["name"] not in corpora:
    st.caption(
        f"{literal(chosen.run.id)} is no language model with a test figure: here are those of {literal(corpus)}."
    )
runs = [run for run in runs if run.corpus["name"] == corpus]
unit = runs[0].vocabulary.tokenisation
dark = st.context.theme.type == "dark"

try:
    baselines = cached.find_baselines(corpus)
    predicted = [run for run in runs if cached.is_run_predicted(run)]
except UserError as error:
    why = literal(f"{error.message} {error.hint}")
    st.info(f"Without the corpus there are no n-gram models to compare with. {why}")
    baselines, predicted = (), []
entries = [cached.find_entry(run, predicted=run in predicted) for run in runs]
everything = [*entries, *baselines]

st.plotly_chart(
    plot_contexts(everything, unit.noun, dark=dark), theme=None,
    alt=f"Cross-entropy of n-gram models by {unit.noun}s of context, and of {len(entries)} recurrent networks",
)  # fmt: skip
beside = "A network below the whole line of n-grams uses something that they cannot count." if baselines else ""
how_to_read(
    f"What a {unit.noun} of the test part of {literal(corpus)} costs on average, by how many {unit.noun}s before it a "
    "model knows; a recurrent network is a level line, as it may remember any number. Bars are 95 % intervals by "
    f"resampling the test part 100 times. {beside}",
    "networks differ in size, epochs and settings as well as in their cells; n-grams have no settings.",
)
st.subheader("Cells, layers, sizes", anchor=False)
st.plotly_chart(plot_grid(entries, corpus, dark=dark), theme=None, alt="Test nats of every cell, depth and size")
recalled = (
    "*≈* is what Karpathy et al. (2015) are **recalled**, unchecked, to report for the model of their grid, trained "
    "and tuned for longer. `rnnscope sweep karpathy` trains the grid; "
    if has_recalled(corpus)
    else ""
)
st.caption(
    f"Nats per {unit.noun} of the best run of each size. {recalled}`rnnscope ngram {corpus} --networks 6` trains the "
    f"networks over 1 to 6 {unit.noun}s (n-NN)."
)
numbers(models_table(everything, unit.unit), f"models-{corpus}", label="All models")
if baselines:
    model_map(corpus, runs, predicted, everything)
