"""What becomes of word clusters from one clustering to another: which stay, split, merge, and which fall apart.

The table n (I, J) counts the words in cluster i of the one (A) and cluster j of the other (B). A cluster of A has a
*tie* to one of B where they share more words than chance allows: P(at least n_ij shared) ≤ `LEVEL` / (I · J) for
clusters of the same sizes with shuffled members (hypergeometric), so that all ties of shuffled clusters together are
wrong in `LEVEL` of the cases. What is said of cluster i then only counts ties:

    split      at least two clusters of B are mostly (more than half) made of i, each takes a notable share of i
               (`NOTABLE`), and together they hold most of it
    stays      most of i is in one cluster of B that is mostly made of i, and of which no other has a notable share
    merged     most of i is in one cluster of B that is otherwise
    scattered  none of these: it is spread over clusters that mix it with others
    too few    it has so few words that even their all being together would prove nothing

Cluster names do not enter, so permuted labels change nothing. Our own.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy.stats import hypergeom

from analysis.clusters.partitions import adjusted_rand_index, contingency, normalised_mutual_information
from data_prep.errors import UserError

Fate = Literal["stays", "split", "merged", "scattered", "too few"]
FATES: tuple[Fate, ...] = get_args(Fate)
LEVEL = 0.01
NOTABLE = 0.2
SHUFFLES = 100


@dataclass(frozen=True)
class ClusterMatching:
    """How N words that two clusterings share are divided by either; A has I clusters, B has J.

    shared: (I, J) counts of words; tied: (I, J) bool, where that is more than chance allows. fates: of the I clusters
    of A, partners: for each the clusters of B that it says so of, the largest share first; fates_of_second (J),
    partners_of_second: the same asked of B. adjusted_rand_index: 0 by chance, 1 the same.
    normalised_mutual_information: 0 … 1; by_chance: its mean over `SHUFFLES` shuffles of the words, drawn with `seed`.
    """

    shared: np.ndarray
    tied: np.ndarray
    fates: tuple[Fate, ...]
    partners: tuple[tuple[int, ...], ...]
    fates_of_second: tuple[Fate, ...]
    partners_of_second: tuple[tuple[int, ...], ...]
    adjusted_rand_index: float
    normalised_mutual_information: float
    by_chance: float
    seed: int

    @property
    def words(self) -> int:
        """N: how many words were compared."""
        return int(self.shared.sum())


def match_clusters(
    first: np.ndarray, second: np.ndarray, *, sizes: tuple[int, int] | None = None, seed: int = 0
) -> ClusterMatching:
    """Compare two labellings (N,) of the same words; all labels ≥ 0.

    sizes: (I, J), where there may be clusters without any of the words; by default as many as the labels say.

    *Notes*: with few words few ties can be proved, so that more clusters are called scattered; the index and the
    information do not mind.

    Raises UserError for fewer than 2 words.
    """
    if len(first) < 2:
        raise UserError(
            f"Clusters cannot be compared by {len(first)} common word{'s' if len(first) != 1 else ''}.",
            "Take more words, or two runs whose texts share more of them.",
        )
    found = contingency(first, second)
    shared = np.zeros(sizes or found.shape, found.dtype)
    shared[: found.shape[0], : found.shape[1]] = found
    tied = _more_than_chance(shared)
    fates, partners = _fates(shared, tied)
    fates_of_second, partners_of_second = _fates(shared.T, tied.T)
    draw = np.random.default_rng(seed)
    shuffled = np.stack([contingency(first, draw.permutation(second)) for _ in range(SHUFFLES)])
    return ClusterMatching(
        shared=shared,
        tied=tied,
        fates=fates,
        partners=partners,
        fates_of_second=fates_of_second,
        partners_of_second=partners_of_second,
        adjusted_rand_index=adjusted_rand_index(first, second),
        normalised_mutual_information=float(normalised_mutual_information(shared)),
        by_chance=float(normalised_mutual_information(shuffled).mean()),
        seed=seed,
    )


def _more_than_chance(shared: np.ndarray) -> np.ndarray:
    """(I, J) bool: where two clusters share more words than shuffled ones of their sizes would."""
    rows, columns = shared.sum(1, keepdims=True), shared.sum(0, keepdims=True)
    chance = hypergeom.sf(shared - 1, shared.sum(), rows, columns)
    return (chance <= LEVEL / shared.size) & (shared > 0)


def _fates(shared: np.ndarray, tied: np.ndarray) -> tuple[tuple[Fate, ...], tuple[tuple[int, ...], ...]]:
    counted = np.where(tied, shared, 0)
    sizes, others = shared.sum(1), shared.sum(0)
    goes = counted / np.maximum(sizes, 1)[:, None]  # the share of i that is in j
    comes = counted / np.maximum(others, 1)  # the share of j that is from i
    found = [
        ("too few", ()) if _proves_nothing(shared, int(sizes[i])) else _fate(goes, comes, i) for i in range(len(sizes))
    ]
    return tuple(fate for fate, _ in found), tuple(partners for _, partners in found)


def _fate(goes: np.ndarray, comes: np.ndarray, i: int) -> tuple[Fate, tuple[int, ...]]:
    parts = np.flatnonzero((comes[i] > 0.5) & (goes[i] >= NOTABLE))
    if len(parts) >= 2 and goes[i, parts].sum() > 0.5:
        return "split", _largest_first(parts, goes[i])
    j = int(goes[i].argmax())
    if goes[i, j] > 0.5:
        alone = comes[i, j] > 0.5 and (comes[:, j] >= NOTABLE).sum() == 1
        return ("stays" if alone else "merged"), (j,)
    ties = np.flatnonzero(goes[i] > 0)
    return "scattered", _largest_first(ties, goes[i])


def _proves_nothing(shared: np.ndarray, size: int) -> bool:
    # The least likely that can happen: all its words, and no others, in one cluster.
    return size == 0 or bool(hypergeom.sf(size - 1, shared.sum(), size, size) > LEVEL / shared.size)


def _largest_first(places: np.ndarray, share: np.ndarray) -> tuple[int, ...]:
    return tuple(places[np.argsort(-share[places], kind="stable")].tolist())
