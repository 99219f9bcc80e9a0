"""Trained networks over the last n tokens of a corpus, and what they give to a part of it, on disk."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.predictions.predict import sampled_places
from analysis.predictions.store import MOST
from analysis.results import Content, ResultKey, ensure_result, find_result
from data_prep.corpus import Corpus
from models.window_network import UNITS, train_window_network

KIND, SCHEMA = "window-network", 1
EPOCHS = 3


@dataclass(frozen=True)
class WindowScores:
    """What a network over `context` tokens gives to the T tokens that `ensure_predictions` predicts.

    log_probabilities: (T,), nats, the first included. distributions: (S, V) in the places that predictions keep.
    valid_nats: of the validation part after each epoch. parameters: trained numbers.
    """

    context: int
    log_probabilities: np.ndarray
    distributions: np.ndarray
    valid_nats: tuple[float, ...]
    parameters: int
    seconds: float

    @property
    def cross_entropy_nats(self) -> float:
        """Mean over all tokens, nats per token."""
        return -float(self.log_probabilities.mean(dtype=np.float64))


def is_window_scored(corpus: Corpus, context: int) -> bool:
    """Whether the network of this context length has been trained."""
    return find_result(_key(corpus, context)) is not None


def ensure_window_scores(
    corpus: Corpus, context: int, *, on_progress: Callable[[float], None] = lambda _: None
) -> WindowScores:
    """Of the test part; trained first where there is none: minutes. `on_progress` gets the finished fraction."""

    def compute() -> Content:
        ids, vocabulary_size = corpus.splits["test"][:MOST], len(corpus.vocabulary)
        training, validation = corpus.splits["train"], corpus.splits["valid"][:MOST]
        made = train_window_network(
            training, validation, vocabulary_size, context, epochs=EPOCHS, on_progress=on_progress
        )
        places = sampled_places(len(ids), vocabulary_size)
        arrays = {
            "log_probabilities": made.network.log_probabilities_of(ids),
            "distributions": np.exp(made.network.log_probabilities(ids, places)),
        }
        about = {"valid_nats": list(made.valid_nats), "parameters": made.parameters, "seconds": made.seconds}
        return Content(about, arrays)

    content = ensure_result(_key(corpus, context), compute)
    about = content.about
    return WindowScores(
        context,
        **content.arrays,
        valid_nats=tuple(about["valid_nats"]),
        parameters=about["parameters"],
        seconds=about["seconds"],
    )


def _key(corpus: Corpus, context: int) -> ResultKey:
    options = {"context": context, "units": UNITS, "epochs": EPOCHS, "seed": 0, "tokens": MOST}
    return ResultKey(corpus, KIND, SCHEMA, options)
