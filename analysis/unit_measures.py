"""What every unit of a layer does, as numbers to rank units by."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from analysis.layer_measures import SATURATED, hoyer
from analysis.recording.result import BIN_WIDTH, Recording
from analysis.similarity import without_rare

Order = Literal["number", "activity", "saturation", "strongest response", "cluster"]
ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True)
class UnitMeasures:
    """Of the H units of one layer.

    activity: (H,), root mean square of the expected response, each word weighted by how often it occurs; in units of
    the state. sparsity: (H,), Hoyer's measure over the words, 0 (responds to all alike) … 1 (to one).
    state_saturated: (H,), fraction of |state| (of |tanh(c)| for a cell state) beyond .9; NaN where it was not recorded.
    left_saturated, right_saturated: gate → (H,), fractions of tokens at which the gate was below .1, above .9.
    raising, lowering: (H,), rows of the words with the highest and the lowest expected response; raised_by,
    lowered_by: (H,), those responses. words: how many words were looked at, the frequent ones.
    """

    activity: np.ndarray
    sparsity: np.ndarray
    state_saturated: np.ndarray
    left_saturated: dict[str, np.ndarray]
    right_saturated: dict[str, np.ndarray]
    raising: np.ndarray
    raised_by: np.ndarray
    lowering: np.ndarray
    lowered_by: np.ndarray
    words: int

    @property
    def saturation(self) -> np.ndarray:
        """(H,): the fraction of tokens at which a gate is saturated on either side, mean over the gates.

        Of a layer without gates, that of its states.
        """
        sides = [*self.left_saturated.values(), *self.right_saturated.values()]
        return np.sum(sides, axis=0) / len(self.left_saturated) if sides else self.state_saturated

    def order(self, by: Order, clusters: np.ndarray) -> np.ndarray:
        """(H,): the units, by number or the strongest first; clusters: (H,), of each unit, the strongest of each first.

        What is not known comes last.
        """
        keys = {
            "number": np.zeros(len(self.activity)),
            "activity": -self.activity,
            "saturation": -self.saturation,
            "strongest response": -np.maximum(self.raised_by, -self.lowered_by),
        }
        if by == "cluster":
            return np.lexsort((-self.activity, clusters))
        return np.argsort(keys[by], kind="stable")


def unit_measures(recording: Recording, state: str, layer: int) -> UnitMeasures:
    """The measures of the units of one layer (0-based), from the expected responses to all but rare words."""
    response = without_rare(recording.response(state, layer))
    mean = response.mean.astype(np.float64)
    units = np.arange(mean.shape[1])
    raising, lowering = mean.argmax(0), mean.argmin(0)
    return UnitMeasures(
        activity=np.sqrt(np.average(mean**2, axis=0, weights=response.counts)),
        sparsity=hoyer(np.abs(mean).T),
        state_saturated=_saturated(recording.distributions.get(state), layer, len(units)),
        left_saturated=_fractions(recording.left_saturated, layer, recording.tokens),
        right_saturated=_fractions(recording.right_saturated, layer, recording.tokens),
        raising=raising,
        raised_by=mean[raising, units],
        lowering=lowering,
        lowered_by=mean[lowering, units],
        words=len(mean),
    )


def _fractions(counts: dict[str, np.ndarray], layer: int, tokens: int) -> dict[str, np.ndarray]:
    return {gate: count[layer] / tokens for gate, count in counts.items()}


def _saturated(distribution: np.ndarray | None, layer: int, units: int) -> np.ndarray:
    if distribution is None:
        return np.full(units, np.nan)
    counts = distribution[layer].astype(np.float64)
    beyond = round((1 - SATURATED) / BIN_WIDTH)  # bins at either end
    return (counts[:, :beyond].sum(1) + counts[:, -beyond:].sum(1)) / counts.sum(1)
