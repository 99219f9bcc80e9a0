"""Clusters that many k-means agree on: one tree of points serves every number of clusters.

A single k-means ends in one of many local optima, and two halves of a text in different ones. Here many runs, with
few clusters and with many, vote (evidence accumulation: Fred and Jain 2005): the distance of two points is the share of
runs that keep them apart, and average linkage on it makes a tree, of which every cut is nested in the next.
"""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

RUNS = 100
FEWEST, MOST = 5, 30  # clusters of a run
ROUNDS = 5  # of Lloyd's at most; the votes need no run to converge
TIE = 0.01  # weight of the angle between two points against the votes, which are equal for many pairs
SAMPLE = 1000  # beyond so many points, the tree is of a sample, and the others join the nearest cluster


def consensus_tree(points: np.ndarray, seed: int) -> np.ndarray:
    """(N − 1, 4) tree, as of `scipy.cluster.hierarchy.linkage`, of N points (N, R) of unit length."""
    points = np.ascontiguousarray(points, np.float32)
    votes = _together(_vote(points, np.random.default_rng(seed)))
    apart = 1 - votes + TIE * (1 - points @ points.T) / 2
    from scipy.cluster.hierarchy import linkage  # slow to import

    return linkage(np.maximum(apart[np.triu_indices(len(points), 1)], 0).astype(np.float64), "average")


def cut_tree(tree: np.ndarray, k: int) -> np.ndarray:
    """(N,) labels 0 … k − 1: exactly k clusters, however many merges of the tree have the same height."""
    count = len(tree) + 1
    parent = np.arange(2 * count - 1)
    for merge in range(count - k):
        parent[tree[merge, :2].astype(int)] = count + merge
    for node in range(2 * count - 2, -1, -1):  # parents come after their children
        parent[node] = parent[parent[node]]
    return np.unique(parent[:count], return_inverse=True)[1]


def sample_of(count: int, seed: int) -> np.ndarray:
    """Rising indices of the points that the tree is made of: all, or `SAMPLE` of them."""
    if count <= SAMPLE:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, SAMPLE, replace=False))


def join_nearest(points: np.ndarray, sample: np.ndarray, labels: np.ndarray, k: int) -> np.ndarray:
    """(N,) labels: those of the sample as they are, the others by the smallest angle to a cluster's mean."""
    if len(sample) == len(points):
        return labels
    centres = _unit((labels == np.arange(k)[:, None]).astype(points.dtype) @ points[sample])
    joined = (points @ centres.T).argmax(1)
    joined[sample] = labels
    return joined


def _vote(points: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """(N, RUNS) labels of spherical k-means, all runs side by side."""
    most = min(MOST, max(2, len(points) // 2))
    ks = np.linspace(min(FEWEST, most), most, RUNS).round().astype(int)
    centres = points[_spread(points, most, draw)]  # (RUNS, most, R)
    absent = np.where(np.arange(most) >= ks[:, None], np.float32(-np.inf), np.float32(0))
    labels = np.full((len(points), RUNS), -1)
    moving = np.arange(RUNS)
    for _ in range(ROUNDS):
        runs = len(moving)
        near = (points @ centres[moving].reshape(runs * most, -1).T).reshape(len(points), runs, most)
        found = (near + absent[moving]).argmax(2)
        changed = (found != labels[:, moving]).any(0)
        labels[:, moving] = found
        moving = moving[changed]
        if len(moving) == 0:
            break
        centres[moving] = _means(points, labels[:, moving], centres[moving])
    return labels


def _spread(points: np.ndarray, most: int, draw: np.random.Generator) -> np.ndarray:
    """(RUNS, most) indices of points far from each other (k-means++)."""
    apart = np.maximum(1 - points @ points.T, 0)
    chosen = np.empty((RUNS, most), dtype=int)
    chosen[:, 0] = draw.integers(len(points), size=RUNS)
    nearest = apart[chosen[:, 0]]
    for place in range(1, most):
        summed = np.cumsum(nearest, axis=1)
        aim = draw.random((RUNS, 1), dtype=np.float32) * summed[:, -1:]
        chosen[:, place] = np.minimum((summed <= aim).sum(1), len(points) - 1)
        np.minimum(nearest, apart[chosen[:, place]], out=nearest)
    return chosen


def _means(points: np.ndarray, labels: np.ndarray, before: np.ndarray) -> np.ndarray:
    """(runs, k, R) directions of the clusters' means; as before where a cluster is empty."""
    sums = (_indicator(labels, before.shape[1]).T @ points).reshape(before.shape)
    return np.where(np.abs(sums).max(2, keepdims=True) > 0, _unit(sums), before)


def _together(labels: np.ndarray) -> np.ndarray:
    """(N, N): the share of runs in which two points have the same label."""
    belongs = _indicator(labels, MOST).toarray()
    return belongs @ belongs.T / labels.shape[1]


def _indicator(labels: np.ndarray, k: int) -> "csr_matrix":
    """(N, runs · k) sparse: 1 where a point has the label in the run."""
    from scipy.sparse import csr_matrix

    count, runs = labels.shape
    columns = (labels + np.arange(runs) * k).ravel()
    starts = np.arange(0, count * runs + 1, runs)
    return csr_matrix((np.ones(count * runs, np.float32), columns, starts), shape=(count, runs * k))


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), np.finfo(np.float32).tiny)
