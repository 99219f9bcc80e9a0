"""Co-clusters of words and units: which words move which units.

The matrix of expected responses M (W × H, signed) is the weight matrix of a bipartite graph of words and
units. Spectral co-clustering (Dhillon 2001) scales it to A = D1^-½ M D2^-½ (D1, D2: row and column sums),
takes singular vectors, and runs k-means on them; word cluster j then belongs to unit cluster j.

Dhillon's method is made for weights that are not negative, and responses are signed. What is clustered is
therefore an explicit choice, the `treatment`:

    signed    D from |M|; the k leading singular vectors of the signed A, weighted by singular value; k-means on
              the words' unit-length rows; each unit joins the word cluster to which its mean response stands out
    absolute  Dhillon on |M|: how strongly, whichever way
    positive  Dhillon on max(M, 0)
    raw       Dhillon on M − min(M), as RNNVis's code does through scikit-learn: one extreme entry can decide
"""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from data_prep.errors import UserError

Treatment = Literal["signed", "absolute", "positive", "raw"]
TREATMENTS: tuple[Treatment, ...] = get_args(Treatment)
LARGEST_K = 20
DROPPED = -1


@dataclass(frozen=True)
class Decomposition:
    """The singular vectors of a scaled response matrix: computed once, they serve every k.

    matrix: (W, H) as given. word_vectors: (W', R), unit_vectors: (H', R) for the W' kept words and H' kept
    units, scaled as the treatment wants; singular_values: (R,), falling. kept_words, kept_units: their indices.
    """

    treatment: Treatment
    matrix: np.ndarray
    word_vectors: np.ndarray
    unit_vectors: np.ndarray
    singular_values: np.ndarray
    kept_words: np.ndarray
    kept_units: np.ndarray


@dataclass(frozen=True)
class Coclusters:
    """k pairs of a word cluster and a unit cluster.

    word_labels: (W,), unit_labels: (H,): cluster 0 … k − 1, or `DROPPED` for a row or column of zeros.
    strength: (k, k), mean expected response over the words of the row's cluster and the units of the column's;
    positive_part, negative_part: the same of max(M, 0) and min(M, 0), which add up to it, so that what cancels
    can be seen. Zero where a cluster is empty: a word cluster may have no unit, and the other way round.

    Notes: the clusters depend on the treatment, on k and on the words taken; look at more than one.
    """

    treatment: Treatment
    k: int
    seed: int
    word_labels: np.ndarray
    unit_labels: np.ndarray
    strength: np.ndarray
    positive_part: np.ndarray
    negative_part: np.ndarray

    @property
    def dropped_words(self) -> int:
        """Words without any response."""
        return int((self.word_labels == DROPPED).sum())

    @property
    def dropped_units(self) -> int:
        """Units that respond to no word."""
        return int((self.unit_labels == DROPPED).sum())


def decompose(matrix: np.ndarray, treatment: Treatment = "signed") -> Decomposition:
    """Scale the responses M (W, H) as the treatment says and take the leading singular vectors.

    Raises UserError for numbers that are not finite, or when nothing but zeros is left.
    """
    if treatment not in TREATMENTS:
        raise UserError(f"There is no treatment {treatment!r}.", f"Choose one of: {', '.join(TREATMENTS)}.")
    if not np.isfinite(matrix).all():
        raise UserError("Some expected responses are not numbers.", "The recording is damaged; make it again.")
    matrix = np.asarray(matrix, np.float64)
    weights = {
        "signed": lambda: matrix,
        "absolute": lambda: np.abs(matrix),
        "positive": lambda: np.maximum(matrix, 0),
        "raw": lambda: matrix - min(matrix.min(), 0) if matrix.size else matrix,
    }[treatment]()
    magnitude = np.abs(weights)
    kept_words = np.flatnonzero(magnitude.sum(1) > 0)
    kept_units = np.flatnonzero(magnitude.sum(0) > 0)
    if len(kept_words) == 0 or len(kept_units) == 0:
        raise UserError("No word moves any unit: there is nothing to cluster.", "Record a longer text.")
    block = np.ix_(kept_words, kept_units)
    word_scale = 1 / np.sqrt(magnitude[block].sum(1))
    unit_scale = 1 / np.sqrt(magnitude[block].sum(0))
    left, values, right = np.linalg.svd(word_scale[:, None] * weights[block] * unit_scale, full_matrices=False)
    rank = min(len(values), LARGEST_K + 1)
    left, values, right = left[:, :rank], values[:rank], right[:rank].T
    left, right = _settle_signs(left, right)
    if treatment != "signed":
        left, right = word_scale[:, None] * left, unit_scale[:, None] * right
    return Decomposition(treatment, matrix, left, right, values, kept_words, kept_units)


def cocluster(decomposition: Decomposition, k: int, *, seed: int = 0) -> Coclusters:
    """Cut the words and units into k pairs of clusters. Deterministic for a seed.

    Clusters are numbered along the first singular vector that tells words apart, so that neighbours in number
    are neighbours in meaning.

    Raises UserError when k is not within 2 … 20, or above the number of words or units that can be told apart.
    """
    words, units = len(decomposition.kept_words), len(decomposition.kept_units)
    if not 2 <= k <= LARGEST_K:
        raise UserError(f"{k} clusters cannot be drawn.", f"Choose 2 to {LARGEST_K}.")
    if k > min(words, units):
        raise UserError(
            f"{words} words and {units} units cannot be cut into {k} clusters.",
            f"Choose at most {min(words, units)}, or record a text with more words.",
        )
    cut = _cluster_signed if decomposition.treatment == "signed" else _cluster_stacked
    kept_word_labels, kept_unit_labels = cut(decomposition, k, seed)
    order = _order(decomposition, kept_word_labels, kept_unit_labels, k)
    word_labels = np.full(len(decomposition.matrix), DROPPED)
    unit_labels = np.full(decomposition.matrix.shape[1], DROPPED)
    word_labels[decomposition.kept_words] = order[kept_word_labels]
    unit_labels[decomposition.kept_units] = order[kept_unit_labels]
    matrix = decomposition.matrix
    positive = cluster_means(np.maximum(matrix, 0), word_labels, unit_labels, k)
    negative = cluster_means(np.minimum(matrix, 0), word_labels, unit_labels, k)
    return Coclusters(
        decomposition.treatment, k, seed, word_labels, unit_labels, positive + negative, positive, negative
    )


def largest_k(decomposition: Decomposition) -> int:
    """The largest k that `cocluster` accepts for these words and units."""
    return min(LARGEST_K, len(decomposition.kept_words), len(decomposition.kept_units))


def cluster_means(matrix: np.ndarray, word_labels: np.ndarray, unit_labels: np.ndarray, k: int) -> np.ndarray:
    """(k, k): mean of the matrix (W, H) over each word cluster × unit cluster; 0 where either is empty."""
    words, units = membership(word_labels, k), membership(unit_labels, k)
    return np.asarray(words.T @ matrix @ units)


def own_response(clusters: Coclusters, matrix: np.ndarray) -> np.ndarray:
    """(W,): each word's mean response over the units of its own cluster; over all units where that has none."""
    same = clusters.word_labels[:, None] == clusters.unit_labels
    same |= ~same.any(1, keepdims=True)
    return (matrix * same).sum(1) / same.sum(1)


def telling_words(clusters: Coclusters, matrix: np.ndarray, count: int) -> list[list[int]]:
    """Per cluster the indices of up to `count` words that move the cluster's own units most, strongest first."""
    strength = np.abs(own_response(clusters, matrix))
    members = (np.flatnonzero(clusters.word_labels == cluster) for cluster in range(clusters.k))
    return [own[np.argsort(-strength[own], kind="stable")][:count].tolist() for own in members]


def membership(labels: np.ndarray, k: int) -> np.ndarray:
    """(N, k): 1 / size of its cluster where a member belongs to it, else 0, so that products are means."""
    belongs = (labels[:, None] == np.arange(k)).astype(float)
    return belongs / np.maximum(belongs.sum(0), 1)


def _cluster_signed(decomposition: Decomposition, k: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    points = decomposition.word_vectors[:, :k] * decomposition.singular_values[:k]
    points = points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), np.finfo(float).tiny)
    word_labels = _k_means(points, k, seed)
    kept = decomposition.matrix[np.ix_(decomposition.kept_words, decomposition.kept_units)]
    means = membership(word_labels, k).T @ kept
    # How far each cluster moves a unit away from its response to all words, in units of what the unit does anyway
    # (else its loudest cluster would win), and of what the cluster does to any unit (else the loudest takes all).
    stands_out = np.abs(means - kept.mean(0)) / np.maximum(kept.std(0), np.finfo(float).tiny)
    stands_out /= np.maximum(stands_out.mean(1, keepdims=True), np.finfo(float).tiny)
    return word_labels, stands_out.argmax(0)


def _cluster_stacked(decomposition: Decomposition, k: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    vectors = slice(1, 1 + math.ceil(math.log2(k)))  # the first pair is the same for every such matrix
    stacked = np.vstack((decomposition.word_vectors[:, vectors], decomposition.unit_vectors[:, vectors]))
    labels = _k_means(stacked, k, seed)
    return labels[: len(decomposition.kept_words)], labels[len(decomposition.kept_words) :]


def _k_means(points: np.ndarray, k: int, seed: int) -> np.ndarray:
    distinct = len(np.unique(points.round(12), axis=0))
    if distinct < k:
        raise UserError(
            f"Only {distinct} kinds of response can be told apart, fewer than {k} clusters.",
            f"Choose at most {distinct}.",
        )
    from sklearn.cluster import KMeans  # slow to import, and not needed to list the treatments

    return KMeans(k, n_init=10, random_state=seed).fit_predict(points)


def _order(decomposition: Decomposition, word_labels: np.ndarray, unit_labels: np.ndarray, k: int) -> np.ndarray:
    axis = 0 if decomposition.treatment == "signed" else 1
    axis = min(axis, decomposition.word_vectors.shape[1] - 1)
    vectors = np.concatenate((decomposition.word_vectors[:, axis], decomposition.unit_vectors[:, axis]))
    both = np.concatenate((word_labels, unit_labels))
    words_only = both.copy()
    words_only[len(word_labels) :] = DROPPED
    place = np.where(
        np.isin(np.arange(k), word_labels), vectors @ membership(words_only, k), vectors @ membership(both, k)
    )
    return np.argsort(np.argsort(place, kind="stable"))


def _settle_signs(left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # A pair of singular vectors is known up to its sign: make the largest entry positive, on every machine.
    signs = np.sign(left[np.abs(left).argmax(0), np.arange(left.shape[1])])
    signs[signs == 0] = 1
    return left * signs, right * signs
