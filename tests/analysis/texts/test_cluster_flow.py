import numpy as np
import pytest

from analysis.texts.cluster_flow import cluster_flow


def test_flow_matches_the_definition_unit_by_unit():
    rng = np.random.default_rng(7)
    states, labels, k = rng.normal(size=(6, 10)), rng.integers(-1, 3, size=10), 3
    flow = cluster_flow(states, labels, k)
    before = np.vstack((np.zeros(10), states[:-1]))
    for t in range(6):
        for cluster in range(k):
            h, h1 = states[t, labels == cluster], before[t, labels == cluster]
            positive, negative = h[h > 0].sum(), h[h < 0].sum()
            kept = np.minimum(h, h1)[(h > 0) & (h1 > 0)].sum() - np.maximum(h, h1)[(h < 0) & (h1 < 0)].sum()
            assert flow.held_positive[t, cluster] == pytest.approx(positive)
            assert flow.held_negative[t, cluster] == pytest.approx(negative)
            held_before = np.abs(h1).sum()
            assert flow.kept_rate[t, cluster] == pytest.approx(kept / held_before if held_before else 0)
            assert flow.sizes[cluster] == len(h)


def test_gains_and_losses_telescope_to_what_is_held():
    rng = np.random.default_rng(8)
    states, labels = rng.normal(size=(9, 12)), rng.integers(4, size=12)
    flow = cluster_flow(states, labels, 4)
    np.testing.assert_allclose((flow.gained_positive - flow.lost_positive).sum(0), flow.held_positive[-1])
    np.testing.assert_allclose((flow.gained_negative - flow.lost_negative).sum(0), -flow.held_negative[-1])
    assert np.all((flow.kept_rate >= 0) & (flow.kept_rate <= 1))
    assert np.all(flow.gained_positive * flow.lost_positive == 0)


def test_a_memory_that_stands_still_is_kept_whole():
    flow = cluster_flow(np.ones((3, 4)), np.zeros(4, int), 1)
    assert flow.kept_rate[:, 0].tolist() == [0, 1, 1]
