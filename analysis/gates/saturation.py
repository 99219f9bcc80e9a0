"""Saturation of gates, Karpathy et al. 2015, section 4.2: how often a gate stands wide open, how often shut."""

from dataclasses import dataclass

import numpy as np

from analysis.gates.count import MAGNITUDE, GateCounts
from analysis.recording.result import LEFT_SATURATED, RIGHT_SATURATED
from data_prep.errors import UserError

NEARLY_ALWAYS = 0.9  # of the tokens
KEEPING = ("forget_gate", "update_gate")  # at 1 the old state stays; torch's z, not the papers'


@dataclass(frozen=True)
class Saturation:
    """Of every unit, how often each gate was beyond two thresholds.

    left, right: gate → (L, H), the fraction of `tokens` at which it was below `below`, at least `above`; mean: gate →
    (L, H), of the gate's value, from the middles of the bins. tokens: all of the text where `exact`, else a sample
    spread over it. An estimate of a fraction p is off by √(p(1 − p) / tokens), one standard deviation.
    """

    left: dict[str, np.ndarray]
    right: dict[str, np.ndarray]
    mean: dict[str, np.ndarray]
    below: float
    above: float
    tokens: int
    exact: bool

    @property
    def gates(self) -> tuple[str, ...]:
        """Names, in the order of the textbooks."""
        return tuple(self.right)


@dataclass(frozen=True)
class GateSummary:
    """One gate of one layer (0-based): means over its H units, and how many of them are extreme.

    left, right: mean fractions of tokens. nearly_always_right, nearly_always_left: units that are so at more than
    `NEARLY_ALWAYS` of the tokens; never_left, never_right: units that are so at none that was counted.
    """

    gate: str
    layer: int
    units: int
    left: float
    right: float
    nearly_always_right: int
    nearly_always_left: int
    never_left: int
    never_right: int


def saturation(counts: GateCounts, below: float = LEFT_SATURATED, above: float = RIGHT_SATURATED) -> Saturation:
    """The fractions of tokens beyond two thresholds, which are moved to the nearest edges of the bins.

    A sample is used where the counts are of one, but for the thresholds .1 and .9, which are counted at every token.

    Raises UserError unless 0 < below ≤ above < 1.
    """
    if not 0 < below <= above < 1:
        raise UserError(
            f"Gates below {below:g} and above {above:g} cannot be told apart.",
            "Choose two thresholds between 0 and 1, the lower one first.",
        )
    bins = counts.bins
    low, high = (int(np.clip(round(threshold * bins), 1, bins - 1)) for threshold in (below, above))
    edges = low / bins, high / bins
    mean = {name: own @ ((np.arange(bins) + 0.5) / bins) / counts.counted for name, own in counts.histograms.items()}
    known = edges == (LEFT_SATURATED, RIGHT_SATURATED) and set(counts.left) == set(counts.histograms)
    if known:
        left = {name: counts.left[name] / counts.tokens for name in counts.histograms}
        right = {name: counts.right[name] / counts.tokens for name in counts.histograms}
    else:
        left = {name: own[..., :low].sum(-1) / counts.counted for name, own in counts.histograms.items()}
        right = {name: own[..., high:].sum(-1) / counts.counted for name, own in counts.histograms.items()}
    exact = known or counts.counted == counts.tokens
    return Saturation(left, right, mean, *edges, counts.tokens if exact else counts.counted, exact)


def summarise(found: Saturation) -> list[GateSummary]:
    """Every gate of every layer."""
    return [
        GateSummary(
            gate,
            layer,
            len(right),
            float(left.mean()),
            float(right.mean()),
            int((right > NEARLY_ALWAYS).sum()),
            int((left > NEARLY_ALWAYS).sum()),
            int((left == 0).sum()),
            int((right == 0).sum()),
        )
        for gate in found.gates
        for layer, (left, right) in enumerate(zip(found.left[gate], found.right[gate], strict=True))
    ]


def near_integrators(found: Saturation, *, papers_convention: bool = False) -> list[tuple[int, int, float]]:
    """(layer, unit, share) of units that keep their state at more than `NEARLY_ALWAYS` of the tokens, most first.

    An LSTM keeps where its forget gate, a GRU where torch's update gate is right-saturated, which with
    papers_convention is drawn as left-saturated. What was kept may still be added to: such a unit sums what its input
    gate lets in, so it can count. An RNN has no gate that keeps.
    """
    sides = {"forget_gate": found.right, "update_gate": found.left if papers_convention else found.right}
    units = [
        (int(layer), int(unit), float(sides[gate][gate][layer, unit]))
        for gate in KEEPING
        if gate in found.right
        for layer, unit in np.argwhere(sides[gate][gate] > NEARLY_ALWAYS)
    ]
    return sorted(units, key=lambda one: (-one[2], one[:2]))


def is_gated(found: Saturation) -> bool:
    """Whether these are gates, or what stands for them in a network without."""
    return MAGNITUDE not in found.right
