"""How a text moves a layer step by step, in numbers that two networks can be compared by."""

from dataclasses import dataclass

import numpy as np

from analysis.texts.cluster_flow import cluster_flow


@dataclass(frozen=True)
class Steps:
    """Per token of a text, (T,): change, the mean |Δstate| of a unit; moved, that over the mean |state| after it;
    kept, the part of |state| before it that is still there with the same sign, NaN for the first.

    *Notes*: `change` is in units of the state: that of a hidden state, which ends at ±1, says nothing beside that of a
    cell state, which has no end. `moved` has no unit, but is large where a state is small.
    """

    change: np.ndarray
    moved: np.ndarray
    kept: np.ndarray


def steps(states: np.ndarray) -> Steps:
    """The steps of one layer's states (T, H) along a text, from a zero state."""
    change = np.abs(np.diff(states, axis=0, prepend=0)).mean(1)
    size = np.abs(states).mean(1)
    kept = cluster_flow(states, np.zeros(states.shape[1], np.int64), 1).kept_rate[:, 0].copy()
    kept[0] = np.nan  # of nothing
    return Steps(change, np.divide(change, size, out=np.zeros_like(change), where=size > 0), kept)
