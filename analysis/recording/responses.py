"""Running statistics of the responses of one layer to words: sums that add up, and a sample for the quantiles."""

import math
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import embedding_bag

from analysis.recording.plan import Occurrences, Plan
from models.cores import one_core_each

_AT_ONCE = 1000  # words
_SORTED_AT_ONCE = 1 << 20  # numbers
LARGEST = float(torch.finfo(torch.float16).max)  # of what is sampled


class ResponseTally:
    """Sums over the occurrences of W words, for each of C columns (units, of one or more kinds of state).

    count: (W + 1,), all other words together in the last place. total: (W + 1, C), in double precision, so that parts
    add up to the whole. square: (W + 1, C). half_count (F,), half_total (F, C): over the first half of the text. The
    sample is kept in half precision, on the CPU. Several threads may add to one tally.
    """

    def __init__(self, plan: Plan, columns: int, device: torch.device) -> None:
        words, banded = len(plan.token_ids) + 1, plan.banded
        self.count = torch.zeros(words, dtype=torch.int64, device=device)
        self.total = torch.zeros(words, columns, dtype=torch.float64, device=device)
        self.square = torch.zeros(words, columns, device=device)
        self.half_count = torch.zeros(banded, dtype=torch.int64, device=device)
        self.half_total = torch.zeros(banded, columns, dtype=torch.float64, device=device)
        self.sampled = 0
        self._lock = threading.Lock()
        # Memory that is never written costs nothing, so a shard may have room for the whole.
        self._sample = torch.empty(plan.sample_size + 64, columns, dtype=torch.float16)
        self._sample_rows = torch.empty(plan.sample_size + 64, dtype=torch.int64)

    def add(self, responses: Tensor, occurrences: Occurrences) -> None:
        """Count the responses (N, C) to the tokens of a window, which are used up."""
        sample = responses[occurrences.sampled].clamp_(-LARGEST, LARGEST).to("cpu", torch.float16)
        # A bag is a group of rows that are summed: each response is read once, and few sums are written.
        sums = embedding_bag(occurrences.order, responses, occurrences.offsets, mode="sum").double()
        squares = embedding_bag(occurrences.order, responses.square_(), occurrences.offsets, mode="sum")
        first = slice(occurrences.first_half)
        with self._lock:
            self.count.index_add_(0, occurrences.rows, occurrences.sizes)
            self.total.index_add_(0, occurrences.rows, sums)
            self.square.index_add_(0, occurrences.rows, squares)
            self.half_count.index_add_(0, occurrences.rows[first], occurrences.sizes[first])
            self.half_total.index_add_(0, occurrences.rows[first], sums[first])
            self._keep(occurrences.sampled_rows.cpu(), sample)

    def merge(self, other: "ResponseTally") -> None:
        """Add what was counted on another part of the text, by the same plan."""
        for name in ("count", "total", "square", "half_count", "half_total"):
            getattr(self, name).add_(getattr(other, name))
        self._keep(other._sample_rows[: other.sampled], other._sample[: other.sampled])

    def to(self, device: torch.device) -> "ResponseTally":
        """Move the sums to a device, and forget the room that the sample did not need."""
        for name in ("count", "total", "square", "half_count", "half_total"):
            setattr(self, name, getattr(self, name).to(device))
        self._sample, self._sample_rows = (
            self._sample[: self.sampled].clone(),
            self._sample_rows[: self.sampled].clone(),
        )
        return self

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _lock=threading.Lock())

    def mean(self) -> np.ndarray:
        """(W, C): mean response; NaN for words that did not occur."""
        return _quotient(self.total[:-1], self.count[:-1])

    def deviation(self) -> np.ndarray:
        """(W, C): standard deviation of the response, 0 for a word that occurred once; NaN as in `mean`.

        Good to about a thousandth of the mean, as it is the small difference of two sums.
        """
        deviation = np.empty((len(self.count) - 1, self.square.shape[1]), np.float32)
        for part in torch.arange(len(deviation)).split(_AT_ONCE):
            count = self.count[part, None]
            variance = self.square[part] / count - (self.total[part] / count).square()
            deviation[part] = variance.clamp_(min=0).sqrt_().float().cpu().numpy()
        return deviation

    def half_means(self) -> np.ndarray:
        """(2, F, C): mean response in the first half of the text, and in the other."""
        banded = len(self.half_count)
        rest = _quotient(self.total[:banded] - self.half_total, self.count[:banded] - self.half_count)
        return np.stack((_quotient(self.half_total, self.half_count), rest))

    def sample_sizes(self) -> np.ndarray:
        """(F,): occurrences that the quantiles are from."""
        return torch.bincount(self._sample_rows[: self.sampled], minlength=len(self.half_count)).numpy()

    def quantiles(self, fractions: tuple[float, ...]) -> np.ndarray:
        """(Q, F, C): below which a fraction of the sampled responses lies, as numpy's default; NaN without any."""
        rows = self._sample_rows[: self.sampled]
        order, sizes = torch.argsort(rows, stable=True), self.sample_sizes()
        begins = np.cumsum(sizes) - sizes
        result = np.full((len(fractions), len(sizes), self._sample.shape[1]), np.nan, np.float32)

        def fill(words: np.ndarray) -> None:
            places = order[torch.from_numpy(begins[words, None] + np.arange(sizes[words[0]]))]
            result[:, words] = _quantiles(self._sample[places], fractions)

        with one_core_each(torch.get_num_threads()) as pool:
            for _ in pool.map(fill, _words_of_equal_size(sizes, self._sample.shape[1])):
                pass  # an error is raised here
        return result

    def drop_sample(self) -> None:
        """Free its memory."""
        self.sampled, self._sample, self._sample_rows = 0, torch.empty(0), torch.empty(0)

    def _keep(self, rows: Tensor, responses: Tensor) -> None:
        end = self.sampled + len(rows)
        if end > len(self._sample_rows):
            room = end - len(self._sample_rows) + len(self._sample_rows) // 8
            self._sample = torch.cat((self._sample, self._sample.new_empty(room, self._sample.shape[1])))
            self._sample_rows = torch.cat((self._sample_rows, self._sample_rows.new_empty(room)))
        self._sample[self.sampled : end] = responses
        self._sample_rows[self.sampled : end] = rows
        self.sampled = end


def _quotient(total: Tensor, count: Tensor) -> np.ndarray:
    quotient = np.empty(total.shape, np.float32)
    for part in torch.arange(len(quotient)).split(_AT_ONCE):
        quotient[part] = (total[part] / count[part, None]).cpu().numpy()
    return quotient


def _words_of_equal_size(sizes: np.ndarray, columns: int) -> Iterator[np.ndarray]:
    """Words with equally many sampled occurrences, some at a time, those without any left out."""
    for size in np.unique(sizes[sizes > 0]):
        words = np.flatnonzero(sizes == size)
        yield from np.array_split(words, math.ceil(len(words) * size * columns / _SORTED_AT_ONCE))


def _quantiles(sample: Tensor, fractions: tuple[float, ...]) -> np.ndarray:
    """(Q, W, C) of (W, N, C) numbers in half precision."""
    values = sample.transpose(1, 2).contiguous().float().numpy()  # small numbers are turned round faster
    values.sort(axis=2)
    ranks = np.array(fractions) * (values.shape[2] - 1)
    lower = np.floor(ranks).astype(int)
    below, above = values[..., lower], values[..., np.ceil(ranks).astype(int)]
    return np.moveaxis(below + (above - below) * (ranks - lower).astype(np.float32), 2, 0)
