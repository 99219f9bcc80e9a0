from types import SimpleNamespace

import numpy as np
import pytest

from analysis.cluster_flow import cluster_flow
from analysis.layer_measures import hoyer, response_measures, state_measures
from data_prep.errors import UserError


def responses(mean, counts=None):
    mean = np.asarray(mean, float)
    return SimpleNamespace(mean=mean, counts=np.ones(len(mean), int) if counts is None else np.asarray(counts))


def test_hoyers_ends_and_scale():
    rows = np.array([[1.0, 1, 1, 1], [0, 0, 7, 0], [0, 0, 0, 0]])
    np.testing.assert_allclose(hoyer(rows), [0, 1, 0], atol=1e-12)
    draw = np.abs(np.random.default_rng(0).normal(size=(5, 30)))
    np.testing.assert_allclose(hoyer(draw), hoyer(1000 * draw))
    noise = np.abs(np.random.default_rng(0).normal(size=(500, 200)))
    assert hoyer(noise).mean() == pytest.approx(0.22, abs=0.02)  # as the docstring says


def test_a_sparser_layer_is_sparser_and_a_smaller_one_only_smaller():
    draw = np.random.default_rng(1)
    dense = draw.normal(size=(50, 40))
    sparse = dense * (draw.random((50, 40)) < 0.1)
    for_dense, for_sparse, for_small = (response_measures(responses(mean)) for mean in (dense, sparse, dense / 100))
    assert for_sparse.sparsity > for_dense.sparsity + 0.3
    assert for_sparse.moved < 0.15 < 0.5 < for_dense.moved
    assert for_small.sparsity == pytest.approx(for_dense.sparsity)
    assert for_small.moved == pytest.approx(for_dense.moved)
    assert for_small.size == pytest.approx(for_dense.size / 100)


def test_words_count_as_often_as_they_occur():
    mean = np.random.default_rng(2).normal(size=(4, 6))
    counts = [3, 1, 2, 5]
    weighted = response_measures(responses(mean, counts))
    assert weighted.size == pytest.approx(np.abs(np.repeat(mean, counts, 0)).mean())
    assert weighted.sparsity == pytest.approx(hoyer(np.abs(np.repeat(mean, counts, 0))).mean())
    assert weighted.words == 4


def test_movement_of_states_by_definition():
    states = np.array([[0.5, -0.5], [0.5, 0.5], [0.95, 0.25]])
    found = state_measures(states)
    size = np.abs(states)
    assert found.update == pytest.approx(np.mean([0, 1, 0.45, 0.25]) / size.mean())
    assert found.kept == pytest.approx((0.5 + 0 + 0.5 + 0.25) / 2.0)
    assert found.saturated == pytest.approx(1 / 6)
    assert found.moved == pytest.approx(3 / 4)
    assert found.steps == 2


def test_kept_is_what_the_flow_of_one_cluster_keeps():
    states = np.random.default_rng(3).normal(size=(12, 7))
    flow = cluster_flow(states, np.zeros(7, int), 1)
    held = np.abs(states[:-1]).sum(1)
    assert state_measures(states).kept == pytest.approx((flow.kept_rate[1:, 0] * held).sum() / held.sum())


def test_a_memory_that_stands_still_and_one_that_turns_over():
    still = np.ones((5, 3)) * [0.25, -0.5, 0.75]
    assert (state_measures(still).update, state_measures(still).kept, state_measures(still).moved) == (0, 1, 0)
    turning = still * np.array([1, -1, 1, -1, 1])[:, None]
    assert (state_measures(turning).update, state_measures(turning).kept, state_measures(turning).moved) == (2, 0, 1)
    dead = state_measures(np.zeros((4, 3)))
    assert (dead.update, dead.kept, dead.moved, dead.saturated) == (0, 0, 0, 0)


def test_one_token_shows_no_movement():
    with pytest.raises(UserError, match="no movement"):
        state_measures(np.zeros((1, 3)))
