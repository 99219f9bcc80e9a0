"""How far two ways to divide the same things agree: from contingency tables, many at once.

A table counts the things in cluster i of the one and cluster j of the other: (…, I, J), any number of tables.
"""

import numpy as np


def contingency(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(I, J) counts of two labellings (N,); things with a negative label in either are left out."""
    both = (first >= 0) & (second >= 0)
    first, second = first[both], second[both]
    rows, columns = first.max(initial=-1) + 1, second.max(initial=-1) + 1
    return np.bincount(first * columns + second, minlength=rows * columns).reshape(rows, columns)


def adjusted_rand_index(first: np.ndarray, second: np.ndarray) -> float:
    """Agreement on pairs, 0 by chance, 1 at best (Hubert and Arabie 1985); 1 where both put all into one cluster."""
    table = contingency(first, second).astype(float)
    together = (table * (table - 1)).sum() / 2
    in_first, in_second = ((sizes * (sizes - 1)).sum() / 2 for sizes in (table.sum(1), table.sum(0)))
    pairs = table.sum() * (table.sum() - 1) / 2
    expected = in_first * in_second / pairs if pairs else 0.0
    best = (in_first + in_second) / 2
    return 1.0 if best == expected else float((together - expected) / (best - expected))


def mutual_information(tables: np.ndarray) -> np.ndarray:
    """(…,): what one labelling tells about the other, in nats."""
    shares = tables / tables.sum((-2, -1), keepdims=True)
    independent = shares.sum(-1, keepdims=True) * shares.sum(-2, keepdims=True)
    ratio = np.divide(shares, independent, out=np.ones_like(shares), where=shares > 0)
    return (shares * np.log(ratio)).sum((-2, -1))


def normalised_mutual_information(tables: np.ndarray) -> np.ndarray:
    """(…,): mutual information over the mean of both entropies, 0 to 1; 0 where neither divides anything."""
    shares = tables / tables.sum((-2, -1), keepdims=True)
    mean = (_entropy(shares.sum(-1)) + _entropy(shares.sum(-2))) / 2
    return np.divide(mutual_information(tables), mean, out=np.zeros_like(mean), where=mean > 1e-12)


def purity(tables: np.ndarray) -> np.ndarray:
    """(…,): the share of things that have the commonest second label of their first."""
    return tables.max(-1).sum(-1) / tables.sum((-2, -1))


def evenness(sizes: np.ndarray) -> float:
    """How alike the sizes (K,) of clusters are: the entropy of their shares over ln K, 1 for all alike, 0 for one."""
    total = sizes.sum()
    return float(_entropy(sizes / total) / np.log(len(sizes))) if total and len(sizes) > 1 else 0.0


def _entropy(shares: np.ndarray) -> np.ndarray:
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    return -(shares * logs).sum(-1)
