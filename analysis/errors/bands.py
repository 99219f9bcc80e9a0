"""Means in bins with confidence bands that heed that neighbours in a text are alike."""

from dataclasses import dataclass

import numpy as np

BLOCKS = 100  # consecutive stretches of the text, drawn as wholes
SAMPLES = 1000
FEWEST_BLOCKS = 5  # with occurrences, for a band
LOW, HIGH = 2.5, 97.5  # percentiles


@dataclass(frozen=True)
class BinnedMeans:
    """Means of M values in K bins.

    edges: (K + 1,) bin k is edges[k] ≤ x < edges[k + 1]. counts: (K,) occurrences. means: (M, K), NaN for none.
    low, high: (M, K) 95 % of `samples` resamples of `blocks` consecutive stretches of the text; NaN where fewer than
    five stretches have an occurrence. The resamples are the same for all M.
    """

    edges: np.ndarray
    counts: np.ndarray
    means: np.ndarray
    low: np.ndarray
    high: np.ndarray
    samples: int
    blocks: int
    seed: int


def binned_means(
    values: np.ndarray,
    at: np.ndarray,
    edges: np.ndarray,
    places: np.ndarray,
    *,
    samples: int = SAMPLES,
    seed: int = 0,
) -> BinnedMeans:
    """Means of `values` (M, N) by where `at` (N,) lies between `edges` (K + 1,); what lies outside is left out.

    places: (N,) where in the text each of the N occurrences stands, from which the stretches are made.
    """
    bins = np.searchsorted(edges, at, side="right") - 1
    inside = (bins >= 0) & (bins < len(edges) - 1)
    values, bins, places = values[:, inside], bins[inside], places[inside]
    size, models = len(edges) - 1, len(values)
    span = (int(places.max()) + 1 - int(places.min())) if len(places) else 1
    stretch = (places - (places.min() if len(places) else 0)) * BLOCKS // span
    cell = stretch * size + bins
    counts = np.bincount(cell, minlength=BLOCKS * size).reshape(BLOCKS, size).astype(np.float64)
    sums = np.stack([np.bincount(cell, own, BLOCKS * size).reshape(BLOCKS, size) for own in values])
    draws = np.random.default_rng(seed).multinomial(BLOCKS, np.full(BLOCKS, 1 / BLOCKS), samples).astype(np.float64)
    low, high = np.full((2, models, size), np.nan)
    with np.errstate(invalid="ignore"):
        means = sums.sum(1) / counts.sum(0)
        drawn = (draws @ sums) / (draws @ counts)  # (M, samples, K)
    known = (counts > 0).sum(0) >= FEWEST_BLOCKS
    if known.any():
        low[:, known], high[:, known] = np.nanpercentile(drawn[:, :, known], (LOW, HIGH), axis=1)
    return BinnedMeans(edges, counts.sum(0).astype(np.int64), means, low, high, samples, BLOCKS, seed)


def distance_edges(longest: int, width: int | None = None) -> np.ndarray:
    """Edges of bins of distances from 1 to `longest`: `width` wide, or each about a quarter wider than the last."""
    edges = [1]
    while edges[-1] <= longest:
        edges.append(edges[-1] + width if width else max(edges[-1] + 1, round(edges[-1] * 1.26)))
    if len(edges) > 2 and longest + 1 - edges[-2] < (edges[-2] - edges[-3]) / 2:  # a sliver joins its neighbour
        del edges[-2]
    return np.array([*edges[:-1], longest + 1])
