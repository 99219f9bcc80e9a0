"""What is set side by side of two layers: responses to the same words, use of states and of gates."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.layer_measures import (
    DistributionMeasures,
    ResponseMeasures,
    concentration,
    distribution_measures,
    response_measures,
    word_share,
)
from analysis.recording.result import ExpectedResponse, Recording


@dataclass(frozen=True)
class LayerFigures:
    """Figures of one state of a layer.

    response: of the words asked for; word_share: of them, see `analysis.layer_measures.word_share`. concentration:
    (H + 1,), what share of |response| the 0 … H most responsive units of a word carry. values: of the state over the
    recorded text (of a cell state, of its tanh), None where that was not recorded. change: √ of the mean squared
    change of a unit at a token, in units of the state. gates: gate → (fraction of tokens below .1, above .9), means
    over the units; empty for a network without gates. surprise_nats: mean over the occurrences of the words asked for,
    None where the network does not foretell words.
    """

    response: ResponseMeasures
    word_share: float
    concentration: np.ndarray
    values: DistributionMeasures | None
    change: float
    gates: dict[str, tuple[float, float]]
    surprise_nats: float | None


def layer_figures(recording: Recording, response: ExpectedResponse, rows: Sequence[int] | None = None) -> LayerFigures:
    """The figures of the layer and state that `response` is of, by the words in `rows`; by all for None.

    *Notes*: compare two layers by the same words, or the text decides and not the layer.
    """
    if rows is not None:
        response = _of_rows(response, np.asarray(rows, np.int64))
    state, layer = response.state, response.layer
    values = recording.distributions.get(state)
    return LayerFigures(
        response=response_measures(response),
        word_share=word_share(response.mean, response.deviation, response.counts),
        concentration=concentration(np.abs(response.mean), response.counts),
        values=None if values is None else distribution_measures(values[layer]),
        change=float(np.sqrt(recording.mean_square[state][layer].mean())),
        gates={
            gate: (
                float(recording.left_saturated[gate][layer].mean() / recording.tokens),
                float(recording.right_saturated[gate][layer].mean() / recording.tokens),
            )
            for gate in recording.left_saturated
        },
        surprise_nats=_surprise(recording, response.token_ids),
    )


def _surprise(recording: Recording, token_ids: np.ndarray) -> float | None:
    """Mean of −ln p of these words as often as they occur, from those of their occurrences at which it was measured."""
    if recording.surprise_nats is None:
        return None
    measured = np.isin(recording.token_ids[: recording.banded], token_ids) & ~np.isnan(recording.surprise_nats)
    if not measured.any():
        return None
    counts = recording.counts[: recording.banded][measured]
    return float(np.average(recording.surprise_nats[measured], weights=counts))


def _of_rows(response: ExpectedResponse, rows: np.ndarray) -> ExpectedResponse:
    """The same for some of its words, without their distributions."""
    return replace(
        response,
        token_ids=response.token_ids[rows],
        counts=response.counts[rows],
        mean=response.mean[rows],
        deviation=response.deviation[rows],
        quantiles=response.quantiles[:, :0],
        half_means=response.half_means[:, :0],
    )
