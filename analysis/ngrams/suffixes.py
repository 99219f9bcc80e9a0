"""All n-grams of a text as its suffixes in order: those that begin alike stand together, for every length at once."""

from dataclasses import dataclass

import numpy as np

from data_prep.errors import UserError

LONGEST_TEXT = 1 << 31  # ranks of two halves share one integer of 64 bits
LONGEST_NGRAM = 255  # shared lengths are bytes


@dataclass(frozen=True)
class SortedSuffixes:
    """The N suffixes of a text, ordered by their first `depth` symbols.

    text: (N,) symbols below `symbols`. order: (N,) where each begins, first in order first; a suffix that ends
    comes before those that go on. shared: (N,) how many symbols each has in common with the one before it, at
    most `depth`; 0 for the first. The n-grams of length m are the runs between the places with shared < m.
    """

    text: np.ndarray
    symbols: int
    order: np.ndarray
    shared: np.ndarray
    depth: int


def sort_suffixes(text: np.ndarray, symbols: int, depth: int) -> SortedSuffixes:
    """Sort by prefix doubling (Karp, Miller and Rosenberg 1972), beginning with as many symbols as 63 bits hold.

    text: (N,) integers below `symbols`. Time grows with N log N and the logarithm of `depth`; memory is about 50
    bytes per symbol while it sorts, 9 + those of the text afterwards.
    """
    if not 1 <= depth <= LONGEST_NGRAM:
        raise UserError(f"n-grams of {depth:,} symbols cannot be counted.", f"Choose 1 to {LONGEST_NGRAM}.")
    if len(text) >= LONGEST_TEXT:
        raise UserError(f"{len(text):,} symbols are too many to be sorted.", f"Use fewer than {LONGEST_TEXT:,}.")
    packed = max(1, min(depth, len(text), 63 // symbols.bit_length()))  # 0 is what stands behind the end
    codes = np.zeros(len(text), np.int64)
    for offset in range(packed):
        codes *= symbols + 1
        codes[: len(text) - offset] += text[offset:].astype(np.int64) + 1
    order, ranks, sorted_by = *_ranks(codes), packed
    while sorted_by < depth and ranks[order[-1]] < len(text) - 1:
        codes = ranks.astype(np.int64) * (len(text) + 1)
        codes[: max(0, len(text) - sorted_by)] += ranks[sorted_by:] + 1
        order, ranks = _ranks(codes)
        sorted_by *= 2
    return SortedSuffixes(text, symbols, order, _shared(text, order, depth), depth)


def _ranks(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(order, ranks), both (N,): `ranks` are equal where the codes are, and count from 0 without gaps."""
    order = np.argsort(codes, kind="stable").astype(np.int32)
    found = codes[order]
    steps = np.empty(len(codes), np.int32)
    steps[:1] = 0
    np.not_equal(found[1:], found[:-1], out=steps[1:], casting="unsafe")
    ranks = np.empty(len(codes), np.int32)
    ranks[order] = np.cumsum(steps, dtype=np.int32)
    return order, ranks


def _shared(text: np.ndarray, order: np.ndarray, depth: int) -> np.ndarray:
    """(N,): compares each suffix with the one before, symbol by symbol, as long as they agree."""
    shared = np.zeros(len(order), np.uint8)
    pairs = np.arange(1, len(order))
    for offset in range(depth):
        first, second = order[pairs - 1] + offset, order[pairs] + offset
        within = np.maximum(first, second) < len(text)
        pairs, first, second = pairs[within], first[within], second[within]
        pairs = pairs[text[first] == text[second]]
        if not len(pairs):
            break
        shared[pairs] += 1
    return shared
