from itertools import permutations

import numpy as np
import pytest

from analysis.comparison.crossings import crossings, least_crossings


def by_definition(shared):
    pairs = [(i, j) for i in range(shared.shape[0]) for j in range(shared.shape[1])]
    return sum(shared[a] * shared[b] for a in pairs for b in pairs if a[0] < b[0] and a[1] > b[1])


def test_crossings_by_definition():
    shared = np.random.default_rng(0).integers(0, 9, (4, 5))
    assert crossings(shared) == by_definition(shared)
    assert crossings(np.diag([3, 4, 5])) == 0


def test_permuted_clusters_are_put_straight():
    draw = np.random.default_rng(1)
    shared = np.diag(np.arange(1, 13))[draw.permutation(12)][:, draw.permutation(12)]
    rows, columns = least_crossings(shared)
    assert sorted(rows) == sorted(columns) == list(range(12))
    assert crossings(shared[rows][:, columns]) == 0


@pytest.mark.parametrize("seed", range(5))
def test_near_the_least_that_there_is(seed):
    draw = np.random.default_rng(seed)
    shared = draw.poisson(0.6, (5, 5)) * draw.integers(1, 8, (5, 5))
    rows, columns = least_crossings(shared)
    found = crossings(shared[rows][:, columns])
    orders = [list(order) for order in permutations(range(5))]
    best = min(crossings(shared[first][:, second]) for first in orders for second in orders)
    typical = np.median([crossings(shared[draw.permutation(5)][:, draw.permutation(5)]) for _ in range(200)])
    assert best <= found <= best + 0.15 * (typical - best)
