"""Quantiles of very many distributions at once, in fixed memory, mergeable by addition."""

import numpy as np
import torch
from torch import Tensor

# A value x falls into bin floor(asinh(x / SCALE) · BINS / (2 · REACH)) + BINS / 2: bins are even near zero and
# grow in proportion to |x| away from it. The outermost bins take everything beyond ±LARGEST.
BINS = 128
SCALE = 0.01
LARGEST = 8.0
REACH = float(np.arcsinh(LARGEST / SCALE))
RELATIVE_ERROR = 2 * REACH / BINS  # width of a bin divided by the values in it; near zero, by SCALE


class QuantileSketch:
    """Counts of values in fixed bins, for each of W words × C columns.

    The quantile it gives lies in the bin of the exact one, so it is off by at most
    `RELATIVE_ERROR` · max(|x|, SCALE) (to first order), for |x| up to `LARGEST`. Sketches of parts
    add up to the sketch of the whole, exactly.
    """

    def __init__(self, words: int, columns: int) -> None:
        self.counts = torch.zeros(words, columns, BINS, dtype=torch.int32)
        self._offsets = (torch.arange(columns) * BINS)[None]

    def add(self, rows: Tensor, values: Tensor) -> None:
        """Count `values` (N, C) for the words `rows` (N,)."""
        bins = torch.asinh(values / SCALE).mul_(BINS / (2 * REACH)).add_(BINS / 2).floor_().clamp_(0, BINS - 1).long()
        flat = bins.add_(self._offsets).add_((rows * self.counts[0].numel())[:, None])
        self.counts.view(-1).scatter_add_(0, flat.view(-1), torch.ones(1, dtype=torch.int32).expand(flat.numel()))

    def merge(self, other: "QuantileSketch") -> None:
        """Add the counts of another sketch of the same words and columns."""
        self.counts += other.counts

    def quantiles(self, fractions: tuple[float, ...]) -> np.ndarray:
        """(Q, W, C): value below which a fraction of the counted values lies; NaN for words without any.

        Within a bin the values are taken as evenly spread.
        """
        edges = np.sinh((np.arange(BINS + 1) - BINS / 2) * 2 * REACH / BINS) * SCALE
        words, columns, _ = self.counts.shape
        result = np.empty((len(fractions), words, columns), np.float32)
        for word in range(words):  # one word at a time keeps the cumulative counts small
            below = np.cumsum(self.counts[word].numpy(), axis=1, dtype=np.int64)
            total = below[:, -1:]
            for place, fraction in enumerate(fractions):
                # The same rank as numpy's default: fraction · (n − 1), counted from the middle of each value.
                rank = fraction * (total - 1) + 0.5
                bin_ = np.minimum((below < rank).sum(axis=1, keepdims=True), BINS - 1)
                upper = np.take_along_axis(below, bin_, 1)
                lower = np.where(bin_ > 0, np.take_along_axis(below, np.maximum(bin_ - 1, 0), 1), 0)
                share = np.divide(rank - lower, upper - lower, out=np.full(rank.shape, 0.5), where=upper > lower)
                value = edges[bin_] + share * (edges[bin_ + 1] - edges[bin_])
                result[place, word] = np.where(total > 0, value, np.nan)[:, 0]
        return result
