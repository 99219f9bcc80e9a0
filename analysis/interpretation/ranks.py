"""Ranks of the states of units: what is left of them when only their order counts."""

import numpy as np


def centred_ranks(states: np.ndarray) -> np.ndarray:
    """(H, T) float32: of states (T, H), each unit's ranks from lowest to highest, less their mean; ties share theirs.

    Exact for T below 2^23: such ranks are multiples of one half.
    """
    tokens, units = states.shape
    ranks = np.empty((units, tokens), np.float32)
    for unit in range(units):
        values = np.ascontiguousarray(states[:, unit])
        order = np.argsort(values)
        ordered = values[order]
        starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
        ends = np.append(starts[1:], tokens)
        shared = ((starts + ends - 1) / 2 - (tokens - 1) / 2).astype(np.float32)
        ranks[unit, order] = shared if len(shared) == tokens else np.repeat(shared, ends - starts)
    return ranks
