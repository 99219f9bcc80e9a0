"""Ranks of the states of units: what is left of them when only their order counts."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch


def centred_ranks(states: np.ndarray) -> np.ndarray:
    """(H, T) float32: of states (T, H), each unit's ranks from lowest to highest, less their mean; ties share theirs.

    Exact for T below 2^23: such ranks are multiples of one half. Units are ranked side by side, one a core.
    """
    tokens, units = states.shape
    ranks = np.empty((units, tokens), np.float32)

    def rank(unit: int) -> None:
        values = np.ascontiguousarray(states[:, unit])
        order = np.argsort(values)
        ordered = values[order]
        starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
        if len(starts) == tokens:
            ranks[unit, order] = np.arange(tokens, dtype=np.float32) - np.float32((tokens - 1) / 2)
            return
        ends = np.append(starts[1:], tokens)
        shared = ((starts + ends - 1) / 2 - (tokens - 1) / 2).astype(np.float32)
        ranks[unit, order] = np.repeat(shared, ends - starts)

    with ThreadPoolExecutor(torch.get_num_threads()) as pool:  # sorting lets the other threads work
        list(pool.map(rank, range(units)))
    return ranks
