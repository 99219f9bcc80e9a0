"""How often each n-gram occurs, and after how many different symbols."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.ngrams.suffixes import SortedSuffixes


@dataclass(frozen=True)
class Ngrams:
    """The G different n-grams of one length, in lexicographic order, so that those of one context stand together.

    length: symbols. contexts: (G,) the place of the n-gram's first length − 1 symbols among the `shorter` n-grams
    that are one symbol shorter, ascending; a single empty one for length 1. last: (G,) the symbol behind them.
    counts: (G,) occurrences. continuations: (G,) how many different symbols occur before the n-gram; the beginning of
    the text counts as one.
    """

    length: int
    shorter: int
    contexts: np.ndarray
    last: np.ndarray
    counts: np.ndarray
    continuations: np.ndarray
    symbols: int

    def find(self, contexts: np.ndarray, last: np.ndarray) -> np.ndarray:
        """(T,) the places of the n-grams of these contexts and last symbols, both (T,); −1 for one that is none.

        contexts: −1 for one that does not occur.
        """
        keys = self.contexts * self.symbols + self.last
        wanted = contexts * self.symbols + last
        places = np.searchsorted(keys, wanted)
        places[places == len(keys)] = 0
        return np.where((keys[places] == wanted) & (contexts >= 0), places, -1)

    def first_of(self, contexts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(first, behind): between which places the n-grams of each of these contexts (T,) stand."""
        return np.searchsorted(self.contexts, contexts), np.searchsorted(self.contexts, contexts, side="right")

    def sum_by_context(self, values: np.ndarray) -> np.ndarray:
        """(shorter,) the sum of `values` (G,) over the n-grams of each context."""
        return np.bincount(self.contexts, values, self.shorter)


def ngrams_by_length(suffixes: SortedSuffixes) -> Iterator[Ngrams]:
    """The n-grams of 1, 2, … `suffixes.depth` − 1 symbols; each of them takes a few passes over the text.

    *Notes*: an n-gram follows as many different symbols as there are n-grams one symbol longer that end with it.
    The first of each kind, in the order of the suffixes, stands for it.
    """
    order, shared = suffixes.order, suffixes.shared
    ranks = np.empty_like(order)
    ranks[order] = np.arange(len(order), dtype=order.dtype)
    # With the symbol before it, how many symbols a suffix has in common with the one before that.
    shared_before = np.where(order > 0, shared[ranks[order - 1]], 0)
    remaining = len(order) - order
    shorter_starts = np.zeros(1, np.int64)
    for length in range(1, suffixes.depth):
        starts = np.flatnonzero(shared < length)
        counts = np.diff(starts, append=len(order))
        continuations = np.add.reduceat(shared_before <= length, starts, dtype=np.int32)
        whole = remaining[starts] >= length  # a suffix that ends before is one of a kind
        starts, counts, continuations = starts[whole], counts[whole], continuations[whole]
        contexts = np.searchsorted(shorter_starts, starts, side="right") - 1
        last = suffixes.text[order[starts] + (length - 1)].astype(np.int64)
        yield Ngrams(length, len(shorter_starts), contexts, last, counts, continuations, suffixes.symbols)
        shorter_starts = starts
