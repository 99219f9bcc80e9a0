"""Interpolated modified Kneser–Ney (Chen and Goodman 1999), unpruned, every context length in one pass.

    p_m(x | h) = (max(c(h x) − D(c(h x)), 0) + (D1·N1(h) + D2·N2(h) + D3·N3+(h)) · p_{m−1}(x | h')) / c(h)

h: the m − 1 symbols before x, h' without the first of them, c(h) the sum over x, Nk(h) how many symbols occur k times
after h, p_0 = 1 / V. The highest order counts occurrences; all below count after how many different symbols an n-gram
occurs. So the orders below are the same in every model, and models of all orders cost little more than the longest.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.ngrams.counts import Ngrams, ngrams_by_length
from analysis.ngrams.suffixes import sort_suffixes
from data_prep.errors import UserError

FALLBACK = (0.5, 1.0, 1.5)  # where counts of counts give none, as with few symbols; KenLM's choice


@dataclass(frozen=True)
class NgramScores:
    """What models of 0 … C − 1 symbols of context give to T symbols.

    probabilities: (C, T) float32 of each symbol, the first included. distributions: context length → (S, V) float32,
    whole distributions in the places that were asked for. discounts: (C, 3) of the highest order of each
    model, and fallbacks: (C,) whether they are `FALLBACK`. ngrams: (C,) how many different ones the model of each
    context length holds, of all orders. training: symbols that were counted.
    """

    probabilities: np.ndarray
    distributions: dict[int, np.ndarray]
    discounts: np.ndarray
    fallbacks: np.ndarray
    ngrams: np.ndarray
    training: int

    @property
    def cross_entropy_nats(self) -> np.ndarray:
        """(C,) mean over all symbols, nats per symbol."""
        return np.array([-np.log(row, dtype=np.float64).mean() for row in self.probabilities])


def score_ngrams(
    training: np.ndarray,
    text: np.ndarray,
    vocabulary_size: int,
    *,
    longest: int,
    sampled: np.ndarray | None = None,
    contexts: Sequence[int] = (),
    on_progress: Callable[[float], None] = lambda _: None,
) -> NgramScores:
    """Count the n-grams of `training` (N,), and give a probability to every symbol of `text` (T,).

    Each text begins with a symbol of its own that is never predicted, so that what begins a text is not taken for
    what follows its end. longest: symbols of context of the longest model. sampled: (S,) places of `text` whose whole
    distributions by models of the context lengths `contexts` are kept. A symbol that `training` lacks gets its part of
    what the discounts took away. All orders are held as one order of the suffixes of `training`: 9 bytes per symbol.

    Raises UserError when either text is empty, or `longest` is beyond the training text or what can be counted.
    """
    if not len(training) or not len(text):
        raise UserError("There is no text to count n-grams in.", "Give a text of at least one token for each part.")
    if longest < 0 or any(not 0 <= context <= longest for context in contexts):
        raise UserError(f"There are models of 0 to {longest} symbols of context.", "Choose one of these.")
    if longest > len(training):
        raise UserError(
            f"A context of {longest:,} tokens is longer than the training part of {len(training):,}.",
            f"Choose at most {len(training):,}.",
        )
    start = vocabulary_size
    suffixes = sort_suffixes(_with_start(training, start), vocabulary_size + 1, longest + 2)
    text = _with_start(text, start).astype(np.int64)
    scored = _Scored.empty(vocabulary_size, longest, len(text) - 1, sampled, contexts)
    sizes = []
    found = np.zeros(len(text) + 1, np.int64)  # the place of the n-gram that ends at each symbol; the empty one
    for ngrams in ngrams_by_length(suffixes):
        after = found[:-1]
        found = ngrams.find(after, text)
        scored.add(ngrams, after[1:], found[1:])
        sizes.append(len(ngrams.last))
        found = np.concatenate(([-1], found))  # a context before the text's beginning occurs nowhere
        on_progress(ngrams.length / (longest + 1))
    return NgramScores(
        scored.probabilities,
        scored.kept,
        scored.discounts,
        scored.fallbacks,
        ngrams=np.cumsum(sizes),
        training=len(training),
    )


def discounts(counts: np.ndarray) -> tuple[np.ndarray, bool]:
    """(D1, D2, D3+) from how many n-grams have a count of 1, 2, 3 and 4, and whether it is `FALLBACK`.

    With Y = n1 / (n1 + 2·n2): D_k = k − (k + 1)·Y·n_{k+1} / n_k, each between 0 and k.
    """
    n = np.bincount(np.minimum(counts, 5), minlength=5)[1:5].astype(np.float64)
    if not n.all():
        return np.array(FALLBACK), True
    k = np.arange(1, 4)
    found = k - (k + 1) * n[0] / (n[0] + 2 * n[1]) * n[1:] / n[:-1]
    if (found < 0).any() or (found > k).any():
        return np.array(FALLBACK), True
    return found, False


@dataclass
class _Scored:
    """The models of all lengths so far; `lower` and `lower_sampled` are of the orders below the next."""

    vocabulary_size: int
    probabilities: np.ndarray
    discounts: np.ndarray
    fallbacks: np.ndarray
    lower: np.ndarray
    sampled: np.ndarray
    lower_sampled: np.ndarray
    contexts: Sequence[int]
    kept: dict[int, np.ndarray]

    @classmethod
    def empty(
        cls, vocabulary_size: int, longest: int, tokens: int, sampled: np.ndarray | None, contexts: Sequence[int]
    ) -> "_Scored":
        places = np.zeros(0, np.int64) if sampled is None or not contexts else np.asarray(sampled)
        uniform = 1 / vocabulary_size
        return cls(
            vocabulary_size,
            np.empty((longest + 1, tokens), np.float32),
            np.empty((longest + 1, 3)),
            np.empty(longest + 1, bool),
            np.full(tokens, uniform),
            places,
            np.full((len(places), vocabulary_size), uniform),
            contexts,
            {},
        )

    def add(self, ngrams: Ngrams, contexts: np.ndarray, found: np.ndarray) -> None:
        """The next order; contexts, found: (T,) the places of each symbol's context and n-gram, −1 for none."""
        context = ngrams.length - 1
        order = _Order.of(ngrams, ngrams.counts, self.vocabulary_size)
        self.discounts[context], self.fallbacks[context] = order.discounts, order.fallback
        self.probabilities[context] = order.interpolate(contexts, found, self.lower)
        if context in self.contexts:
            self.kept[context] = order.spread(contexts[self.sampled], self.lower_sampled).astype(np.float32)
        if context + 1 < len(self.probabilities):
            order = _Order.of(ngrams, ngrams.continuations, self.vocabulary_size)
            self.lower = order.interpolate(contexts, found, self.lower)
            self.lower_sampled = order.spread(contexts[self.sampled], self.lower_sampled)


@dataclass(frozen=True)
class _Order:
    """One order, from the counts of its n-grams (G,).

    totals: (contexts,) sums of counts, 1 where nothing follows; below: (contexts,) the part of them that goes to the
    order below.
    """

    ngrams: Ngrams
    counts: np.ndarray
    totals: np.ndarray
    below: np.ndarray
    discounts: np.ndarray
    fallback: bool

    @classmethod
    def of(cls, ngrams: Ngrams, counts: np.ndarray, vocabulary_size: int) -> "_Order":
        if ngrams.length == 1:
            counts = np.where(ngrams.last < vocabulary_size, counts, 0)  # a text's beginning is not predicted
        found, fallback = discounts(counts)
        totals = ngrams.sum_by_context(counts)
        taken = ngrams.sum_by_context(_taken(found, counts))
        followed = totals > 0
        totals[~followed] = 1.0
        return cls(ngrams, counts, totals, np.where(followed, taken / totals, 1.0), found, fallback)

    def own(self, contexts: np.ndarray, places: np.ndarray) -> np.ndarray:
        """(T,) what this order gives to its n-grams at `places` in `contexts`, both (T,); of no meaning at −1."""
        counts = self.counts[places]
        return (counts - _taken(self.discounts, counts)) / self.totals[contexts]

    def interpolate(self, contexts: np.ndarray, found: np.ndarray, lower: np.ndarray) -> np.ndarray:
        """(T,) probabilities of the n-grams at `found` (T,) in their contexts (T,), with those of the order below."""
        own = np.where(found >= 0, self.own(contexts, found), 0.0)
        return own + np.where(contexts >= 0, self.below[contexts], 1.0) * lower

    def spread(self, contexts: np.ndarray, lower: np.ndarray) -> np.ndarray:
        """(S, V): whole distributions after these contexts (S,)."""
        spread = lower * np.where(contexts >= 0, self.below[contexts], 1.0)[:, None]
        first, behind = self.ngrams.first_of(contexts)
        rows = np.repeat(np.arange(len(contexts)), behind - first)
        places = np.arange(len(rows)) + np.repeat(behind - np.cumsum(behind - first), behind - first)
        possible = self.ngrams.last[places] < lower.shape[1]
        rows, places = rows[possible], places[possible]
        spread[rows, self.ngrams.last[places]] += self.own(contexts[rows], places)
        return spread


def _taken(discounts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """What is discounted from each of these counts."""
    return np.concatenate(([0.0], discounts))[np.minimum(counts, 3)]


def _with_start(text: np.ndarray, start: int) -> np.ndarray:
    return np.concatenate((np.array([start], np.int32), np.asarray(text, np.int32)))
