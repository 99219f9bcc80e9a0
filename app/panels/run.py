"""Where a run comes from: how it was trained here, or what was taken in from elsewhere."""

import pandas as pd
import streamlit as st

from app.figures.training_history import plot_training_history
from app.notices import how_to_read, literal
from app.numbers import numbers
from app.wording import counted
from models.run import Run


def facts(run: Run) -> str:
    """The figures of a run that are not in a metric, in a line."""
    said = [f"{len(run.vocabulary):,} different {run.vocabulary.tokenisation.noun}s"]
    if run.test:
        said.append(f"{run.test['cross_entropy_nats']:.3f} nats per {_predicted(run)} on the test part")
    if run.origin == "trained":
        epochs = counted(len(run.history), "epoch")
        recipe = run.recipe.name or "of no name"
        said.append(f"recipe {recipe}, seed {run.recipe.seed}, {epochs} in {max(1, round(run.seconds / 60))} min")
    else:
        said.append({"imported": "weights from", "states": "states from"}[run.origin] + f" {run.imported.get('file')}")
    if run.corpus["name"]:
        said.append(f"text from {run.corpus['source'].get('file')}")
    return " · ".join(said)


def show_training(run: Run) -> None:
    """Cross-entropy after each epoch."""
    st.subheader("How it was trained", anchor=False)
    st.plotly_chart(
        plot_training_history(run.history, per=_predicted(run), dark=st.context.theme.type == "dark"),
        theme=None,
        alt="Training and validation cross-entropy after each epoch",
    )
    how_to_read(
        "Cross-entropy after each epoch, lower is better.",
        "training is measured with dropout and while the weights move, so it may lie above validation.",
    )
    numbers(pd.DataFrame(run.history), "training-history")


def show_import(run: Run) -> None:
    """Which tensor became what, what was assumed, and whether it predicts what it predicted elsewhere."""
    st.subheader("How it was taken in", anchor=False)
    agreement = run.imported.get("agreement")
    if agreement:
        kind = st.success if agreement["agrees"] else st.warning
        kind(literal(agreement["sentence"]))
    elif run.origin == "imported":
        st.info("No probabilities were given to compare with, so nothing proves that it is the same network.")
    for note in run.imported.get("notes", ()):
        st.markdown(f"- {literal(note)}")
    if keys := run.imported.get("keys"):
        numbers(pd.DataFrame({"here": keys.keys(), "in the file": keys.values()}), "tensors", label="The tensors")


def _predicted(run: Run) -> str:
    return run.vocabulary.tokenisation.noun if run.task == "language-model" else "text"
