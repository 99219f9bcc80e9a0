import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from analysis.clusters.consensus import SAMPLE, consensus_tree, cut_tree, join_nearest, sample_of


def plant(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Points on a sphere around six directions."""
    rng = np.random.default_rng(seed)
    groups = rng.integers(6, size=count)
    points = rng.standard_normal((6, 12))[groups] + 0.3 * rng.standard_normal((count, 12))
    return points / np.linalg.norm(points, axis=1, keepdims=True), groups


@pytest.mark.parametrize("seed", range(3))
def test_planted_groups_are_a_cut_of_the_tree(seed):
    points, groups = plant(150, seed)
    assert adjusted_rand_score(groups, cut_tree(consensus_tree(points, seed), 6)) == 1.0


@pytest.mark.parametrize("count", [2, 3, 7, 40])
def test_a_cut_has_exactly_k_clusters_even_of_points_that_are_all_equal(count):
    for points in (plant(count, 0)[0], np.tile([1.0, 0.0], (count, 1))):
        tree = consensus_tree(points, 0)
        for k in range(1, count + 1):
            assert set(cut_tree(tree, k)) == set(range(k))


def test_points_outside_the_sample_join_the_nearest_cluster():
    points, groups = plant(3 * SAMPLE, 1)
    sample = sample_of(len(points), 0)
    assert len(np.unique(sample)) == SAMPLE
    labels = cut_tree(consensus_tree(points[sample], 0), 6)
    joined = join_nearest(points, sample, labels, 6)
    assert adjusted_rand_score(groups, joined) == 1.0
    odd = np.random.default_rng(0).permutation(labels)  # what the tree says of its own points stands
    assert np.array_equal(join_nearest(points, sample, odd, 6)[sample], odd)
