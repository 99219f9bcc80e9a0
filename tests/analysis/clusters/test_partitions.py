import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, mutual_info_score, normalized_mutual_info_score

from analysis.clusters.partitions import (
    adjusted_rand_index,
    contingency,
    evenness,
    mutual_information,
    normalised_mutual_information,
    purity,
)


@pytest.mark.parametrize("seed", range(4))
def test_equals_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    first = rng.integers(5, size=90)
    second = np.where(rng.random(90) < 0.5, first, rng.integers(3 + seed, size=90))
    tables = contingency(first, second)[None].astype(float)
    assert adjusted_rand_index(first, second) == pytest.approx(adjusted_rand_score(first, second), abs=1e-12)
    assert mutual_information(tables)[0] == pytest.approx(mutual_info_score(first, second), abs=1e-12)
    assert normalised_mutual_information(tables)[0] == pytest.approx(
        normalized_mutual_info_score(first, second), abs=1e-12
    )


def test_dropped_things_do_not_count():
    first, second = np.array([0, 0, 1, 1, -1]), np.array([1, 1, 0, 0, 0])
    assert adjusted_rand_index(first, second) == 1.0
    assert contingency(first, second).sum() == 4


def test_one_cluster_on_both_sides():
    assert adjusted_rand_index(np.zeros(4, int), np.zeros(4, int)) == 1.0
    assert normalised_mutual_information(np.array([[[4.0]]]))[0] == 0.0


def test_purity_is_the_share_of_the_commonest():
    assert purity(np.array([[3.0, 1.0], [0.0, 4.0]])) == pytest.approx(7 / 8)


def test_evenness_is_one_for_like_sizes_and_none_for_a_single_cluster():
    assert evenness(np.array([7, 7, 7])) == pytest.approx(1)
    assert evenness(np.array([0, 9, 0])) == pytest.approx(0)
    assert evenness(np.array([8, 1, 1])) < evenness(np.array([5, 3, 2])) < 1
    assert evenness(np.array([10])) == evenness(np.array([0, 0])) == 0
