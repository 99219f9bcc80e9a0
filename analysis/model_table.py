"""Models of one corpus beside each other: recurrent networks, n-gram models, networks over n tokens."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.bootstrap import bootstrap_means
from analysis.ngrams.kneser_ney import NgramScores
from analysis.ngrams.window_store import WindowScores
from analysis.predictions.predict import Predictions
from analysis.recalled_figures import recalled_nats
from models.run import Run

Kind = Literal["recurrent", "n-gram", "n-NN"]
BYTES_PER_SYMBOL = 9  # of the sorted text that holds every order, see `analysis.ngrams.suffixes`
BYTES_PER_PARAMETER = 4


@dataclass(frozen=True)
class ModelEntry:
    """One model and what it costs on the test part, nats per token.

    error: standard error by resampling the test part, NaN where its predictions are not at hand.
    parameters: trained numbers; of n-grams, how many different ones it holds. bytes: of its file, or of what is held in
    memory. context: tokens that it knows, None for a recurrent network. recalled: what the literature is remembered to
    report for such a model, unchecked; None where nothing is.
    """

    name: str
    kind: Kind
    cell: str
    layers: int | None
    units: int | None
    context: int | None
    nats: float
    error: float
    parameters: int
    bytes: int
    recalled: float | None


def recurrent_entry(run: Run, predictions: Predictions | None) -> ModelEntry:
    """A run, with the test figure that it was saved with; predictions: of its test part, for the standard error."""
    model = run.recipe.model
    weights = run.folder / run.weights_after(None)
    return ModelEntry(
        name=run.id,
        kind="recurrent",
        cell=model.cell,
        layers=model.layers,
        units=model.units,
        context=None,
        nats=float(run.test.get("cross_entropy_nats", np.nan)),
        error=np.nan if predictions is None else _error(predictions.log_probabilities[1:]),
        parameters=run.parameters,
        bytes=weights.stat().st_size,
        recalled=recalled_nats(run.corpus["name"], model.cell, layers=model.layers, units=model.units),
    )


def ngram_entries(corpus: str, scores: NgramScores) -> tuple[ModelEntry, ...]:
    """The n-gram models of a corpus, one for each context length."""
    return tuple(
        ModelEntry(
            name=f"n-gram {context}",
            kind="n-gram",
            cell="n-gram",
            layers=None,
            units=None,
            context=context,
            nats=float(nats),
            error=_error(np.log(probabilities)),
            parameters=int(ngrams),
            bytes=BYTES_PER_SYMBOL * scores.training,
            recalled=recalled_nats(corpus, "n-gram", context=context),
        )
        for context, (nats, probabilities, ngrams) in enumerate(
            zip(scores.cross_entropy_nats, scores.probabilities, scores.ngrams, strict=True)
        )
    )


def window_entry(corpus: str, scores: WindowScores) -> ModelEntry:
    """A trained network over n tokens."""
    return ModelEntry(
        name=f"n-NN {scores.context}",
        kind="n-NN",
        cell="n-NN",
        layers=1,
        units=None,
        context=scores.context,
        nats=scores.cross_entropy_nats,
        error=_error(scores.log_probabilities),
        parameters=scores.parameters,
        bytes=BYTES_PER_PARAMETER * scores.parameters,
        recalled=recalled_nats(corpus, "n-NN", context=scores.context),
    )


def _error(log_probabilities: np.ndarray) -> float:
    return float(bootstrap_means(log_probabilities).std(ddof=1))
