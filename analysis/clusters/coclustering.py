"""Co-clusters of words and units: which words move which units.

The words are clustered by their rows of the singular vectors (`analysis/clusters/decomposition.py`), each vector
weighted by its squared singular value, each row brought to unit length. The clusters are those that a hundred k-means
agree on (`analysis/clusters/consensus.py`): cuts of one tree, so that a step in k splits one cluster. Each unit joins
the word cluster to which its response stands out most.

The treatment `raw` is left as RNNVis has it, to compare with: ⌈log2 k⌉ vectors, one k-means of words and units.

Measured on the gallery's three models of the Penn Treebank (LSTM, GRU, RNN 2×200): their 300 most frequent words in
156,000 tokens; hidden state of both layers, for the LSTM also the cell state of layer 2; k = 5, 10, 15. Agreement of
word clusters with parts of speech (normalised mutual information; with shuffled ones .06, .10, .13 for the three k),
and of the clusters of two halves of the text (adjusted Rand index, mean over four ways to halve it):

                 parts of speech        halves of the text
                 LSTM   GRU   RNN       LSTM   GRU   RNN
    combined      .56   .60   .52        .82   .77   .73
    signed        .56   .57   .52        .78   .73   .77
    absolute      .48   .48   .37        .72   .78   .56
    positive      .55   .57   .50        .71   .72   .67
    raw           .50   .48   .45        .73   .71   .60

A single k-means instead of the consensus costs .05 to .10 of the second. On planted clusters where every entry has a
sign of its own, `signed` finds nothing, `combined` and `absolute` nearly everything: so `combined` is the default.
`absolute` sees words that move the same units in opposite ways as one cluster.
"""

import math
from dataclasses import dataclass

import numpy as np

from analysis.clusters.consensus import consensus_tree, cut_tree, join_nearest, sample_of
from analysis.clusters.decomposition import Decomposition, Treatment
from data_prep.errors import UserError

LARGEST_K = 20
DROPPED = -1
_WORDS_AT_ONCE = 512  # when blocks are averaged: as many rows as a processor's cache holds


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


def cocluster(decomposition: Decomposition, k: int, *, seed: int = 0) -> Coclusters:
    """Cut the words and units into k pairs of clusters. Deterministic for a seed.

    Clusters are numbered along the first singular vector that tells words apart, so that neighbours in number
    are neighbours in meaning.

    Raises UserError when k is not within 2 … 20, or above the number of words or units that can be told apart.
    """
    word_labels, unit_labels = cluster_labels(decomposition, k, seed=seed)
    positive, negative = _signed_means(decomposition.matrix, word_labels, unit_labels, k)
    return Coclusters(
        decomposition.treatment, k, seed, word_labels, unit_labels, positive + negative, positive, negative
    )


def cluster_labels(decomposition: Decomposition, k: int, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """(word labels (W,), unit labels (H,)) of `cocluster` alone, without reading the responses."""
    words, units = len(decomposition.kept_words), len(decomposition.kept_units)
    if not 2 <= k <= LARGEST_K:
        raise UserError(f"{k} clusters cannot be drawn.", f"Choose 2 to {LARGEST_K}.")
    if k > min(words, units):
        raise UserError(
            f"{words} words and {units} units cannot be cut into {k} clusters.",
            f"Choose at most {min(words, units)}, or record a text with more words.",
        )
    cut = _cut_as_dhillon if decomposition.treatment == "raw" else _cut_by_consensus
    kept_word_labels, kept_unit_labels = cut(decomposition, k, seed)
    order = _order(decomposition, kept_word_labels, kept_unit_labels, k)
    word_labels = np.full(len(decomposition.matrix), DROPPED)
    unit_labels = np.full(decomposition.matrix.shape[1], DROPPED)
    word_labels[decomposition.kept_words] = order[kept_word_labels]
    unit_labels[decomposition.kept_units] = order[kept_unit_labels]
    return word_labels, unit_labels


def largest_k(decomposition: Decomposition) -> int:
    """The largest k that `cocluster` accepts for these words and units."""
    return min(LARGEST_K, len(decomposition.kept_words), len(decomposition.kept_units))


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


def _cut_by_consensus(decomposition: Decomposition, k: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    points = decomposition.points()
    sample = sample_of(len(points), seed)
    tree = decomposition.trees.get(seed)
    if tree is None:
        tree = decomposition.trees[seed] = consensus_tree(points[sample], seed)
    _refuse_too_few_kinds(points[sample], k)
    word_labels = join_nearest(points, sample, cut_tree(tree, k), k)
    return word_labels, _join_units(decomposition, word_labels, k)


def _join_units(decomposition: Decomposition, word_labels: np.ndarray, k: int) -> np.ndarray:
    """(H',): the word cluster to which each unit's response, as far as the vectors tell it, stands out most."""
    vectors = decomposition.word_vectors
    away = membership(word_labels, k).T @ vectors - vectors.mean(0)  # of each cluster's mean from that of all words
    weighted = decomposition.unit_vectors * decomposition.singular_values
    squares = np.zeros((k, len(weighted)))
    for signed in (True, False):
        own = decomposition.signed == signed
        moves = away[:, own] @ weighted[:, own].T
        squares += moves**2 if signed else np.maximum(moves, 0) ** 2  # a unit that is left alone does not stand out
    # In units of what the unit does anyway, else its loudest cluster would win; then of what the cluster does to any
    # unit, else the loudest cluster would take all.
    stands_out = np.sqrt(squares / np.maximum(squares.sum(0), np.finfo(float).tiny))
    stands_out /= np.maximum(stands_out.mean(1, keepdims=True), np.finfo(float).tiny)
    return stands_out.argmax(0)


def _cut_as_dhillon(decomposition: Decomposition, k: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    vectors = slice(0, math.ceil(math.log2(k)))
    stacked = np.vstack((decomposition.word_vectors[:, vectors], decomposition.unit_vectors[:, vectors]))
    _refuse_too_few_kinds(stacked, k)
    from sklearn.cluster import KMeans  # slow to import, and only wanted here

    labels = KMeans(k, n_init=10, random_state=seed).fit_predict(stacked)
    return labels[: len(decomposition.kept_words)], labels[len(decomposition.kept_words) :]


def _refuse_too_few_kinds(points: np.ndarray, k: int) -> None:
    distinct = len(np.unique(points.round(6) + 0.0, axis=0))  # + 0: no −0
    if distinct < k:
        raise UserError(
            f"Only {distinct} kinds of response can be told apart, fewer than {k} clusters.",
            f"Choose at most {distinct}.",
        )


def _signed_means(
    matrix: np.ndarray, word_labels: np.ndarray, unit_labels: np.ndarray, k: int
) -> tuple[np.ndarray, np.ndarray]:
    """Means of max(M, 0) and of min(M, 0) over each word cluster × unit cluster, both (k, k); 0 where one is empty.

    The matrix M (W, H) is read once.
    """
    words, units = membership(word_labels, k).astype(matrix.dtype), membership(unit_labels, k)
    plain, strong = np.zeros((2, k, matrix.shape[1]))
    for start in range(0, len(matrix), _WORDS_AT_ONCE):
        rows, own = matrix[start : start + _WORDS_AT_ONCE], words[start : start + _WORDS_AT_ONCE].T
        plain += own @ rows
        strong += own @ np.abs(rows)
    positive, negative = (strong + plain) @ units / 2, (plain - strong) @ units / 2
    return np.maximum(positive, 0), np.minimum(negative, 0)  # rounding may cross zero


def _order(decomposition: Decomposition, word_labels: np.ndarray, unit_labels: np.ndarray, k: int) -> np.ndarray:
    vectors = np.concatenate((decomposition.word_vectors[:, 0], decomposition.unit_vectors[:, 0]))
    both = np.concatenate((word_labels, unit_labels))
    words_only = both.copy()
    words_only[len(word_labels) :] = DROPPED
    place = np.where(
        np.isin(np.arange(k), word_labels), vectors @ membership(words_only, k), vectors @ membership(both, k)
    )
    return np.argsort(np.argsort(place, kind="stable"))
