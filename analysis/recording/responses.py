"""Running statistics of the responses of one layer to words: sums that add up, and a sample for the quantiles."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import embedding_bag

from analysis.recording.plan import Occurrences, Plan

LARGEST = float(torch.finfo(torch.float16).max)  # of what is sampled


class ResponseTally:
    """Sums over the occurrences of W words, for each of C columns (units, of one or more kinds of state).

    count: (W + 1,), all other words together in the last place. total, square: (W + 1, C), in double precision, so
    that parts add up to the whole. half_count (F,), half_total (F, C): over the first half of the text. The sample is
    kept in half precision, on the CPU. Several threads may add to one tally.
    """

    def __init__(self, plan: Plan, columns: int, device: torch.device) -> None:
        words, banded = len(plan.token_ids) + 1, plan.banded
        self.count = torch.zeros(words, dtype=torch.int64, device=device)
        self.total = torch.zeros(words, columns, dtype=torch.float64, device=device)
        self.square = torch.zeros(words, columns, dtype=torch.float64, device=device)
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
        squares = embedding_bag(occurrences.order, responses.square_(), occurrences.offsets, mode="sum").double()
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
        mean = self.total[:-1] / self.count[:-1, None]
        return (
            (self.square[:-1] / self.count[:-1, None]).sub_(mean.square_()).clamp_(min=0).sqrt_().float().cpu().numpy()
        )

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
        order = torch.argsort(rows, stable=True)
        ends = torch.cumsum(torch.bincount(rows, minlength=len(self.half_count)), 0).tolist()
        result = np.full((len(fractions), len(ends), self._sample.shape[1]), np.nan, np.float32)

        def fill(word: int) -> None:
            own = order[ends[word - 1] if word else 0 : ends[word]]
            if len(own):
                result[:, word] = _quantiles(self._sample[own].numpy(), fractions)

        with ThreadPoolExecutor(torch.get_num_threads()) as pool:
            list(pool.map(fill, range(len(ends))))
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
    return (total / count[:, None]).float().cpu().numpy()


def _quantiles(sample: np.ndarray, fractions: tuple[float, ...]) -> np.ndarray:
    """(Q, C) of (N, C) numbers in half precision."""
    values = np.ascontiguousarray(sample.T).astype(np.float32)  # turning small numbers round is faster
    values.sort(axis=1)
    ranks = np.array(fractions) * (values.shape[1] - 1)
    lower = np.floor(ranks).astype(int)
    below, above = values[:, lower], values[:, np.ceil(ranks).astype(int)]
    return (below + (above - below) * (ranks - lower).astype(np.float32)).T
