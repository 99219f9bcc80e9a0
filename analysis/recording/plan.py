"""What is counted of a text, decided before it is read, so that its shards decide alike and add up.

Which occurrences of a word are looked at more closely is a matter of a hash of their positions: those whose hash is
below a bound. That is a random sample which needs no memory, is the same in every run, and whatever the shards.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from analysis.recording.windows import Segments
from data_prep.errors import UserError

SAMPLE = 512  # occurrences of a word that its quantiles are from, at most
SAMPLE_BYTES = 320 << 20  # that all of them may take; with wide layers, fewer are kept
MEANS_BYTES = 1 << 30  # that the sums of all words may take; with very many words, the rarest are left out
SURPRISES = 64  # occurrences of a word whose probability is computed, at most,
SURPRISED = 4_000, 0.05  # and of all words so many or so large a part: each costs a product with the whole vocabulary
DISTRIBUTED = 3_000  # positions that the distributions of gates and states are from
LARGEST_GROUP = 64  # tokens that are summed in single precision
_CHUNK = 1 << 20  # tokens hashed at a time
_SPREAD = float(1 << 62)  # hashes are below


@dataclass(frozen=True)
class Plan:
    """The words of a text and what is kept of each.

    occurring: ids of all tokens that occur. token_ids, counts: (W,), those whose means are kept, the most frequent
    first. row_of: (V,), the place of each token id among them, W for words that there is no room for. banded: F, words
    with quantiles. sample_below, surprise_below: (F,), bounds of hashes. distributed_every: at every how many tokens
    gates and states enter their distributions.
    """

    segments: Segments
    occurring: np.ndarray
    token_ids: np.ndarray
    counts: np.ndarray
    row_of: np.ndarray
    banded: int
    sample_below: np.ndarray
    surprise_below: np.ndarray
    distributed_every: int

    def sampled(self, rows: np.ndarray, positions: np.ndarray) -> np.ndarray:
        """Which of the occurrences (N,) of words at `positions` (N,) the quantiles are from: (N,) bool."""
        return _hash(positions, 1) < np.append(self.sample_below, 0)[np.minimum(rows, self.banded)]

    def surprising(self, rows: np.ndarray, positions: np.ndarray) -> np.ndarray:
        """Of which occurrences the probability is computed: (N,) bool."""
        return _hash(positions, 2) < np.append(self.surprise_below, 0)[np.minimum(rows, self.banded)]

    def occurrences(self, rows: np.ndarray, positions: np.ndarray, stretches: np.ndarray) -> "Occurrences":
        """Group the tokens of a window, all (N,): the rows of their words, places in the text, and stretch of each."""
        in_first_half = _hash(stretches, 3) % 2 == 0
        both = len(self.token_ids) + 1
        key = rows + np.where(in_first_half, 0, both)
        order = np.argsort(key, kind="stable")
        ordered = key[order]
        begins = np.flatnonzero(np.diff(ordered, prepend=-1))
        within = np.arange(len(ordered)) - np.repeat(begins, np.diff(begins, append=len(ordered)))
        offsets = np.flatnonzero(within % LARGEST_GROUP == 0)
        groups = ordered[offsets]
        sampled = np.flatnonzero(self.sampled(rows, positions))
        return Occurrences(
            order=torch.from_numpy(order),
            offsets=torch.from_numpy(offsets),
            sizes=torch.from_numpy(np.diff(offsets, append=len(order))),
            rows=torch.from_numpy(groups % both),
            first_half=int(np.searchsorted(groups, self.banded)),
            sampled=torch.from_numpy(sampled),
            sampled_rows=torch.from_numpy(rows[sampled]),
        )

    @property
    def sample_size(self) -> int:
        """About how many occurrences are sampled, in all."""
        return int((self.sample_below / _SPREAD * self.counts[: self.banded]).sum())


@dataclass(frozen=True)
class Occurrences:
    """The N tokens of a window in D groups of the same word and half of the text, of up to `LARGEST_GROUP` tokens.

    order: (N,), their places in the window, group by group. offsets, sizes: (D,), where in `order` a group begins,
    and how many it holds. rows: (D,), the word of a group. first_half: how many groups, which come first, count for the
    means of the first half. sampled, sampled_rows: (n,), places and words of the occurrences that quantiles are from.
    """

    order: Tensor
    offsets: Tensor
    sizes: Tensor
    rows: Tensor
    first_half: int
    sampled: Tensor
    sampled_rows: Tensor

    def to(self, device: torch.device) -> "Occurrences":
        """The same on a device."""
        moved = {name: values.to(device) for name, values in vars(self).items() if isinstance(values, Tensor)}
        return replace(self, **moved)


def make_plan(
    ids: np.ndarray, segments: Segments, vocabulary_size: int, *, words: int, columns: int, all_surprises: bool
) -> Plan:
    """Count the words of `ids` (T,), and decide what is kept of them.

    words: how many get quantiles and a mean surprise. columns: numbers per token that the quantiles are of, of all
    layers and kinds of state. all_surprises: whether every occurrence counts for the surprise.

    Raises UserError when there is no token, or one outside the vocabulary.
    """
    if segments.tokens == 0:
        raise UserError("There is nothing to record: the text has no token.", "Give a longer text.")
    counted = np.zeros(vocabulary_size, np.int64)
    for start in range(0, len(ids), _CHUNK):
        chunk = np.asarray(ids[start : start + _CHUNK])
        if chunk.min() < 0 or chunk.max() >= vocabulary_size:
            raise UserError(
                f"The text has token ids up to {chunk.max():,}, and the network knows {vocabulary_size:,} tokens.",
                "Record a text in the vocabulary of the network.",
            )
        counted += np.bincount(chunk, minlength=vocabulary_size)
    kept = min(np.count_nonzero(counted), max(2, MEANS_BYTES // (12 * columns)))
    token_ids = np.argsort(-counted, kind="stable")[:kept]
    counts = counted[token_ids]
    row_of = np.full(vocabulary_size, kept)
    row_of[token_ids] = np.arange(len(token_ids))
    banded = min(words, len(token_ids))
    frequent = counts[:banded]
    sample = _affordable(frequent, SAMPLE, SAMPLE_BYTES // (2 * columns))
    least, share = SURPRISED
    surprises = _affordable(frequent, SURPRISES, max(least, int(share * segments.tokens)))
    return Plan(
        segments=segments,
        occurring=np.flatnonzero(counted),
        token_ids=token_ids,
        counts=counts,
        row_of=row_of,
        banded=banded,
        sample_below=_bounds(sample, frequent),
        surprise_below=_bounds(int(counts[0]) if all_surprises else surprises, frequent),
        distributed_every=max(1, segments.tokens // DISTRIBUTED),
    )


def _affordable(counts: np.ndarray, of_each: int, of_all: int) -> int:
    """The largest n ≤ `of_each` such that n occurrences of each word are no more than `of_all`; at least 1."""
    tried = np.arange(1, of_each + 1)
    return int(max(1, np.searchsorted([np.minimum(counts, n).sum() for n in tried], of_all, side="right")))


def _bounds(occurrences: int, counts: np.ndarray) -> np.ndarray:
    """Below these hashes lie all occurrences of a rare word, and about so many of a frequent one."""
    return np.minimum(occurrences / counts * _SPREAD, _SPREAD).astype(np.int64)


def _hash(positions: np.ndarray, use: int) -> np.ndarray:
    """Numbers in 0 … 2⁶² − 1 that look random, different for each use (the finaliser of SplitMix64)."""
    with np.errstate(over="ignore"):
        x = positions.astype(np.uint64) + np.uint64((use * 0x9E3779B97F4A7C15) % (1 << 64))
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((x ^ (x >> np.uint64(31))) >> np.uint64(2)).astype(np.int64)
