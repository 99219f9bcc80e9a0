"""How a text moves clusters of units: what they hold, gain, lose and keep at each step."""

from dataclasses import dataclass

import numpy as np

from analysis.clusters.coclustering import DROPPED


@dataclass(frozen=True)
class ClusterFlow:
    """How a text moves the unit clusters, per step and cluster, in sums over the cluster's units: all (T, K).

    held_positive = Σ of the states above zero, held_negative = Σ of those below (≤ 0).
    gained_positive, lost_positive, gained_negative, lost_negative: the change of each since the step before, split
    by its direction, all ≥ 0: gained_positive − lost_positive = held_positive(t) − held_positive(t − 1), and
    the negative part likewise with its sign turned.
    kept_rate: part of |state(t − 1)| that is still there with the same sign, 0 where nothing was held before.
    sizes: (K,) units per cluster.

    Source: RNNVis's aggregate information, as in its released code.
    """

    held_positive: np.ndarray
    held_negative: np.ndarray
    gained_positive: np.ndarray
    lost_positive: np.ndarray
    gained_negative: np.ndarray
    lost_negative: np.ndarray
    kept_rate: np.ndarray
    sizes: np.ndarray


def cluster_flow(states: np.ndarray, unit_labels: np.ndarray, k: int) -> ClusterFlow:
    """Sum what `states` (T, H) of one layer hold, gain, lose and keep over each of k unit clusters.

    unit_labels: (H,), cluster of each unit; units with `DROPPED` are left out. The state before the
    first step is zero.
    """
    before = np.vstack((np.zeros_like(states[:1]), states[:-1]))
    belongs = ((unit_labels[:, None] == np.arange(k)) & (unit_labels[:, None] != DROPPED)).astype(states.dtype)
    held_positive, held_negative = np.maximum(states, 0) @ belongs, np.minimum(states, 0) @ belongs
    update_positive = np.diff(held_positive, axis=0, prepend=0)
    update_negative = np.diff(held_negative, axis=0, prepend=0)
    same_sign = np.sign(before) == np.sign(states)
    kept = (np.minimum(np.abs(before), np.abs(states)) * same_sign) @ belongs
    held_before = np.abs(before) @ belongs
    return ClusterFlow(
        held_positive=held_positive,
        held_negative=held_negative,
        gained_positive=np.maximum(update_positive, 0),
        lost_positive=np.maximum(-update_positive, 0),
        gained_negative=np.maximum(-update_negative, 0),
        lost_negative=np.maximum(update_negative, 0),
        kept_rate=np.divide(kept, held_before, out=np.zeros_like(kept), where=held_before > 0),
        sizes=belongs.sum(0).astype(int),
    )
