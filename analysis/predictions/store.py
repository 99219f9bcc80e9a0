"""Predictions on disk."""

from collections.abc import Callable
from dataclasses import fields

import numpy as np

from analysis.predictions.predict import Predictions, predict
from analysis.results import Content, ResultKey, ensure_result, find_result
from data_prep.corpus import Corpus
from models.run import Run

KIND, SCHEMA = "predictions", 1
MOST = 1_000_000  # tokens of a part that are predicted, from its beginning


def is_predicted(run: Run, part: str = "test") -> bool:
    """Whether the predictions with the best weights are stored."""
    return find_result(_key(run, run.open_corpus(), part, None)) is not None


def ensure_predictions(
    run: Run,
    part: str = "test",
    *,
    checkpoint: int | None = None,
    device: str = "cpu",
    on_progress: Callable[[float], None] = lambda _: None,
) -> Predictions:
    """The stored predictions of a part of the run's corpus, computed first where there are none.

    checkpoint: the update after which the weights were kept on the way; None for the best.

    Raises UserError when the corpus is not at hand, or when the run is no language model.
    """
    corpus = run.open_corpus()
    ids = corpus.splits[part][:MOST]
    weights = run.weights_after(checkpoint)

    def compute() -> Content:
        made = vars(predict(run.load_network(device, weights_file=weights), ids, on_progress=on_progress))
        kept = {name: value for name, value in made.items() if name != "ids"}  # the corpus has them
        arrays = {name: value for name, value in kept.items() if isinstance(value, np.ndarray)}
        return Content({name: value for name, value in kept.items() if name not in arrays}, arrays)

    content = ensure_result(_key(run, corpus, part, checkpoint), compute)
    values = {field.name: content.about.get(field.name) for field in fields(Predictions)}
    values |= content.arrays | {"ids": ids}
    return Predictions(**values)


def _key(run: Run, corpus: Corpus, part: str, checkpoint: int | None) -> ResultKey:
    options = {"corpus": corpus.digest, "part": part, "tokens": MOST, "checkpoint": checkpoint}
    return ResultKey(run, KIND, SCHEMA, options)
