"""What "lazier" means, as numbers: how sparsely and how strongly a layer responds, how much of it it keeps.

RNNVis calls an LSTM lazier than an RNN because a word moves few of its units, and those little. That is three
claims, which need not hold together: few units respond (`sparsity`, `moved`), they move little against what they
hold (`update`), and what they hold stays (`kept`). Saturation is the fourth: a unit near ±1 can hardly respond.
"""

from dataclasses import dataclass

import numpy as np

from analysis.recording.result import ExpectedResponse
from data_prep.errors import UserError

MOVED = 0.1  # of the reach of the layer
REACH = 0.99  # the quantile of |expected response| that counts as the reach: one odd entry must not decide
SATURATED = 0.9


@dataclass(frozen=True)
class ResponseMeasures:
    """How a layer responds to words, from expected responses; means over the words as often as they occur.

    size: mean |expected response| of a unit; in units of the state, so hidden and cell state cannot be compared.
    sparsity: Hoyer's measure of |response| over the units, 0 (all move alike) … 1 (one moves). Rows of pure
    normal noise have about 0.2, whatever their size: that is the zero to compare with.
    moved: fraction of the units that a word moves by more than `MOVED` of the layer's reach, the `REACH` quantile
    of |expected response|. It depends on the reach: one word with huge responses makes all others look lazy.
    carriers: fraction of the units that together carry half of Σ|response|: ½ where all move alike, about .24 for
    normal noise. words: how many were counted.

    *Notes*: an expected response is a mean, so a unit that goes up and down with a word equally often counts as
    still; means of rare words are noisy, so they look large and dense. Compare layers by the same, frequent words,
    and models by the same text.
    """

    size: float
    sparsity: float
    moved: float
    carriers: float
    words: int


@dataclass(frozen=True)
class StateMeasures:
    """How a layer's states move through a text; means over its T − 1 steps after the first.

    update: mean |Δ| / mean |state|; 0 stands still, about 2 where each step turns every sign.
    moved: fraction of units that a step moves by more than `MOVED` × the `REACH` quantile of |state|.
    kept: part of |state| that is still there with the same sign a step later.
    saturated: fraction of |state| above `SATURATED`; of hidden states, which end at ±1. For cell states, which have
    no end, it says how many are large, not that they are stuck. steps: T − 1.

    *Notes*: a unit that stands still counts as kept whether it remembers or is simply dead.
    """

    update: float
    moved: float
    kept: float
    saturated: float
    steps: int


@dataclass(frozen=True)
class DistributionMeasures:
    """How large the values of a layer are over a whole recording, from counts of them in bins.

    size: mean |value|, of the middles of the bins. saturated: fraction of the values beyond ±`SATURATED`.
    stuck: fraction of the units of which more than half of the values are.

    *Notes*: of a cell state the recording counts tanh(c): saturated means that the unit hands on ±1 however much
    more it holds, not that it has come to an end.
    """

    size: float
    saturated: float
    stuck: float


def response_measures(response: ExpectedResponse) -> ResponseMeasures:
    """Size, sparsity and density of the expected responses of one layer."""
    strength, counts = np.abs(response.mean.astype(np.float64)), response.counts
    reach = np.quantile(strength, REACH)
    return ResponseMeasures(
        size=float(np.average(strength.mean(1), weights=counts)),
        sparsity=float(np.average(hoyer(strength), weights=counts)),
        moved=float(np.average((strength > MOVED * reach).mean(1), weights=counts)),
        carriers=float(np.average(carriers(strength), weights=counts) / strength.shape[1]),
        words=len(counts),
    )


def state_measures(states: np.ndarray) -> StateMeasures:
    """Update density, kept rate and saturation of one layer's states (T, H) along a text.

    Raises UserError for a text of fewer than 2 tokens.
    """
    if len(states) < 2:
        raise UserError(f"{len(states)} token shows no movement.", "Give a text of at least 2 tokens.")
    size, change = np.abs(states), np.abs(np.diff(states, axis=0))
    kept = np.clip(np.sign(states[:-1]) * states[1:], 0, size[:-1])
    return StateMeasures(
        update=_ratio(change.mean(), size.mean()),
        moved=float((change > MOVED * np.quantile(size, REACH)).mean()),
        kept=_ratio(kept.sum(), size[:-1].sum()),
        saturated=float((size > SATURATED).mean()),
        steps=len(states) - 1,
    )


def distribution_measures(counts: np.ndarray) -> DistributionMeasures:
    """Size and saturation from counts (H, bins) of each unit's values, in bins of equal width from −1 to 1.

    Raises UserError where nothing was counted.
    """
    of_unit = counts.sum(1, dtype=np.float64)
    if not of_unit.all():
        raise UserError("Some units have no counted values.", "Record a text with some tokens.")
    shares = counts / of_unit[:, None]
    edges = np.linspace(-1.0, 1.0, counts.shape[1] + 1)
    middles = np.abs(edges[:-1] + edges[1:]) / 2
    saturated = shares[:, middles > SATURATED].sum(1)
    return DistributionMeasures(
        size=float((shares * middles).sum(1).mean()),
        saturated=float(saturated.mean()),
        stuck=float((saturated > 0.5).mean()),
    )


def word_share(mean: np.ndarray, deviation: np.ndarray, counts: np.ndarray) -> float:
    """The fraction of the variance of a layer's responses that the word alone decides, 0 … 1; the rest is context.

    mean, deviation: (W, H), of the responses to each word; counts: (W,). Variance between the words' means over
    all variance, summed over the units, so that units that move much decide.

    *Notes*: of W words only; words that occur once have no deviation and count as decided.
    """
    mean, deviation = mean.astype(np.float64), deviation.astype(np.float64)
    between = np.average((mean - np.average(mean, axis=0, weights=counts)) ** 2, axis=0, weights=counts).sum()
    within = np.average(deviation**2, axis=0, weights=counts).sum()
    return _ratio(between, between + within)


def hoyer(strength: np.ndarray) -> np.ndarray:
    """(N,): sparsity of each row of `strength` (N, H) ≥ 0, 0 … 1: (√H − Σx / √Σx²) / (√H − 1); 0 for a row of zeros.

    Source: Hoyer (2004), section 3.1.
    """
    root = np.sqrt(strength.shape[1])
    if root == 1:
        return np.zeros(len(strength))
    norms = np.sqrt((strength**2).sum(1))
    ratio = np.divide(strength.sum(1), norms, out=np.full(len(strength), root), where=norms > 0)
    return (root - ratio) / (root - 1)


def carriers(strength: np.ndarray) -> np.ndarray:
    """(N,): the fewest entries of each row of `strength` (N, H) ≥ 0 that make up half its sum; H for zeros."""
    carried = np.cumsum(-np.sort(-strength, axis=1), axis=1)
    fewest = (carried < carried[:, -1:] / 2).sum(1) + 1
    return np.where(carried[:, -1] > 0, fewest, strength.shape[1])


def concentration(strength: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(H + 1,): what share of its sum the 0 … H largest entries of a row of `strength` (N, H) ≥ 0 carry, on average.

    weights: (N,). Rows of zeros count as even. Where it reaches ½ is what `carriers` counts, but for the average.
    """
    even = np.full_like(strength, 1 / strength.shape[1], dtype=np.float64)
    sums = strength.sum(1, keepdims=True)
    shares = -np.sort(-np.divide(strength, sums, out=even, where=sums > 0), axis=1)
    return np.concatenate(([0.0], np.cumsum(np.average(shares, axis=0, weights=weights))))


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else 0.0
