"""The decomposition behind co-clusters: what is done about the sign of responses, and the singular vectors.

Spectral co-clustering (Dhillon 2001) takes the matrix of expected responses M (W × H, signed) as the weights of a
bipartite graph of words and units, scales it to A = D1^-½ M D2^-½ (D1, D2: row and column sums of |M|), and looks at
the leading singular vectors. It is made for weights that are not negative, and responses are signed. What is decomposed
is therefore an explicit choice, the `treatment`:

    combined  the singular vectors of A and those of |A|, side by side: words belong together that move the same units,
              the more so if they move them the same way
    signed    those of A alone: words belong together that move the same units the same way
    absolute  those of |A| alone: how strongly, whichever way
    positive  those of max(A, 0) alone, D1 and D2 from it: only what raises a unit
    raw       those of M − min(M), as RNNVis's code does through scikit-learn: one extreme entry can decide

Of weights that are not negative the first pair of vectors is left out: it is much the same for every such matrix.
Except for `raw`, a response beyond `CLIP` times the median of its unit counts as that much, so that no outlier has a
singular vector of its own.
"""

from dataclasses import dataclass, field, replace
from typing import Literal, get_args

import numpy as np

from analysis.clusters.leading_vectors import leading_vectors
from data_prep.errors import UserError

Treatment = Literal["combined", "signed", "absolute", "positive", "raw"]
TREATMENTS: tuple[Treatment, ...] = get_args(Treatment)
RANK = 20  # singular vectors of each of A and |A|
CLIP = 10  # medians
_MEDIAN_WORDS = 1000  # the medians of a unit are taken over about so many words
_LARGE = 4_000_000  # entries beyond which single precision is used


@dataclass(frozen=True)
class Decomposition:
    """The singular vectors of a scaled response matrix: computed once, they serve every k and fewer words.

    matrix: (W, H) as given. word_vectors: (W', R), unit_vectors: (H', R) for the W' kept words and H' kept
    units; singular_values: (R,). signed: (R,) bool, whether a vector is of A, not of |A|; the values of each kind fall.
    kept_words, kept_units: their indices, rising. The vectors of `raw` are scaled as Dhillon's are.
    """

    treatment: Treatment
    matrix: np.ndarray
    word_vectors: np.ndarray
    unit_vectors: np.ndarray
    singular_values: np.ndarray
    signed: np.ndarray
    kept_words: np.ndarray
    kept_units: np.ndarray
    # By seed, what cutting at another k has not to repeat; only `cocluster` writes here.
    trees: dict[int, np.ndarray] = field(default_factory=dict, init=False, repr=False, compare=False)

    def first_words(self, words: int) -> "Decomposition":
        """The same vectors for the first `words` words only: fewer words without another decomposition."""
        if words < 2:
            raise UserError(f"{words} words cannot be clustered.", "Take at least 2.")
        if words >= len(self.matrix):
            return self
        kept = np.searchsorted(self.kept_words, words)
        return replace(
            self,
            matrix=self.matrix[:words],
            word_vectors=self.word_vectors[:kept],
            kept_words=self.kept_words[:kept],
        )

    def points(self) -> np.ndarray:
        """(W', R): where the words are clustered; rows of unit length."""
        points = self.word_vectors * self.singular_values**2
        return points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), np.finfo(np.float32).tiny)


def decompose(matrix: np.ndarray, treatment: Treatment = "combined") -> Decomposition:
    """Scale the responses M (W, H) as the treatment says and take the leading singular vectors.

    A unit that responds to all words alike, and a word that moves no other unit, are dropped.

    Raises UserError for numbers that are not finite, fewer than two words, or when nothing is left.
    """
    if treatment not in TREATMENTS:
        raise UserError(f"There is no treatment {treatment!r}.", f"Choose one of: {', '.join(TREATMENTS)}.")
    matrix = np.asarray(matrix)
    if len(matrix) < 2:
        count = "There is no word" if len(matrix) == 0 else "There is only one word"
        raise UserError(f"{count}: nothing can be told apart.", "Record a longer text, or take more words.")
    precision = np.float32 if matrix.size > _LARGE else np.float64
    weights = np.asarray(matrix, precision)
    highest, lowest = weights.max(0, initial=-np.inf), weights.min(0, initial=np.inf)
    if not np.isfinite(highest - lowest).all():
        raise UserError("Some expected responses are not numbers.", "The recording is damaged; make it again.")
    if treatment == "positive":
        weights, highest, lowest = np.maximum(weights, 0), np.maximum(highest, 0), np.maximum(lowest, 0)
    elif treatment == "raw":
        weights = weights - min(lowest.min(initial=0), 0)
    kept_units = np.flatnonzero(highest > lowest)
    if len(kept_units) < len(highest):
        weights = weights[:, kept_units]
    magnitude = np.abs(weights)
    kept_words = np.flatnonzero(magnitude.sum(1) > 0)
    if len(kept_units) == 0 or len(kept_words) < 2:
        raise UserError(
            "Every unit responds to all words alike, or to none: there is nothing to cluster.", "Record a longer text."
        )
    if len(kept_words) < len(weights):
        weights, magnitude = weights[kept_words], magnitude[kept_words]
    if treatment != "raw":
        limits = CLIP * _typical(magnitude)
        weights, magnitude = np.clip(weights, -limits, limits), np.minimum(magnitude, limits, out=magnitude)
    word_scale, unit_scale = 1 / np.sqrt(magnitude.sum(1)), 1 / np.sqrt(magnitude.sum(0))
    parts = []
    if treatment in ("combined", "signed"):
        parts.append((True, *leading_vectors(weights, word_scale, unit_scale, RANK)))
    if treatment != "signed":
        left, values, right = leading_vectors(magnitude, word_scale, unit_scale, RANK + 1)
        parts.append((False, left[:, 1:], values[1:], right[:, 1:]))
    if treatment == "raw":
        signed, left, values, right = parts[0]
        parts = [(signed, word_scale[:, None] * left, values, unit_scale[:, None] * right)]
    return Decomposition(
        treatment,
        matrix,
        word_vectors=np.hstack([left for _, left, _, _ in parts]),
        unit_vectors=np.hstack([right for _, _, _, right in parts]),
        singular_values=np.concatenate([values for _, _, values, _ in parts]),
        signed=np.concatenate([np.full(len(values), signed) for signed, _, values, _ in parts]),
        kept_words=kept_words,
        kept_units=kept_units,
    )


def _typical(magnitude: np.ndarray) -> np.ndarray:
    """(H,): the median of each unit's |response| where it responds; infinite where a sample of words shows none."""
    sample = magnitude[:: max(1, len(magnitude) // _MEDIAN_WORDS)]
    typical = np.median(sample, axis=0)
    for unit in np.flatnonzero(typical == 0):
        responses = sample[:, unit][sample[:, unit] > 0]
        typical[unit] = np.median(responses) if len(responses) else np.inf
    return typical
