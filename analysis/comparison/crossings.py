"""The order of two columns of clusters in which the ribbons between them cross least.

A crossing of two ribbons costs the product of their words. The exact least is a hard problem; each column in turn has
every cluster moved to its best place (sifting, Matuszewski, Schönfeld and Molitor 1999), until nothing improves.
"""

import numpy as np


def crossings(shared: np.ndarray) -> int:
    """What the ribbons (I, J) cost in this order: Σ n_ij · n_kl over all i < k, j > l."""
    before = np.cumsum(np.cumsum(shared[:, ::-1], axis=1)[:, ::-1], axis=0)  # (i, j): rows to i, columns from j
    return int((shared[1:, :-1] * before[:-1, 1:]).sum())


def least_crossings(shared: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(order of rows (I,), order of columns (J,)): indices from top to bottom. Deterministic."""
    rows, columns = np.arange(shared.shape[0]), np.arange(shared.shape[1])
    # The columns begin where their words are on the average, or they may be stuck far from the best.
    heights = shared.T @ np.arange(len(rows)) / np.maximum(shared.sum(0), 1)
    columns = columns[np.argsort(heights, kind="stable")]
    best = crossings(shared[rows][:, columns])
    while True:
        columns = _sifted(columns, shared[rows].T)
        rows = _sifted(rows, shared[:, columns])
        found = crossings(shared[rows][:, columns])
        if found >= best:
            return rows, columns
        best = found


def _sifted(order: np.ndarray, table: np.ndarray) -> np.ndarray:
    """`order` of the rows of `table`, each moved once to where it costs least."""
    cost = _pair_costs(table)
    places = order.tolist()
    for row in order.tolist():
        others = [other for other in places if other != row]
        above, below = cost[others, row], cost[row, others]  # others above the row, or below it
        at = np.concatenate(([0], above.cumsum())) + np.concatenate((below[::-1].cumsum()[::-1], [0]))
        now = places.index(row)
        best = int(at.argmin())
        if at[best] < at[now]:
            others.insert(best, row)
            places = others
    return np.array(places)


def _pair_costs(table: np.ndarray) -> np.ndarray:
    """(I, I): what row i costs above row k: Σ n_ij · n_kl over j > l."""
    fewer = np.cumsum(table, axis=1) - table  # words of k left of each column
    return table @ fewer.T
