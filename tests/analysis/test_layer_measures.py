from types import SimpleNamespace

import numpy as np
import pytest

from analysis.layer_measures import (
    carriers,
    concentration,
    distribution_measures,
    hoyer,
    response_measures,
    state_measures,
    word_share,
)
from analysis.texts.cluster_flow import cluster_flow
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


def test_a_distribution_says_what_its_values_say():
    draw = np.random.default_rng(4)
    values = np.tanh(draw.normal(size=(20_000, 5)) * [0.1, 0.5, 1, 3, 30])
    bins = np.linspace(-1, 1, 41)
    found = distribution_measures(np.stack([np.histogram(column, bins)[0] for column in values.T]))
    assert found.size == pytest.approx(np.abs(values).mean(), abs=0.01)
    assert found.saturated == pytest.approx((np.abs(values) > 0.9).mean(), abs=0.001)
    assert found.stuck == pytest.approx(0.4)
    with pytest.raises(UserError, match="no counted values"):
        distribution_measures(np.zeros((2, 40), int))


def test_the_share_of_the_word_is_planted_and_found():
    draw = np.random.default_rng(5)
    words = draw.integers(30, size=60_000)
    for between, within, expected in ((1.0, 1.0, 0.5), (1.0, 3.0, 0.1), (0.0, 1.0, 0.0), (1.0, 0.0, 1.0)):
        effect = draw.normal(size=(30, 8))
        effect = between * (effect - effect[words].mean(0)) / effect[words].std(0)
        response = 7 + effect[words] + within * draw.normal(size=(60_000, 8))
        mean, deviation = (
            np.stack([getattr(response[words == word], name)(0) for word in range(30)]) for name in ("mean", "std")
        )
        assert word_share(mean, deviation, np.bincount(words)) == pytest.approx(expected, abs=0.01)


def test_the_units_that_carry_half_of_a_response():
    rows = np.array([[1.0, 1, 1, 1], [0, 0, 7, 0], [4, 3, 2, 1], [0, 0, 0, 0]])
    assert carriers(rows).tolist() == [2, 1, 2, 4]
    noise = np.abs(np.random.default_rng(4).normal(size=(500, 200)))
    assert carriers(noise).mean() / 200 == pytest.approx(0.24, abs=0.01)  # as the docstring says
    mean = np.random.default_rng(5).normal(size=(3, 10))
    expected = np.average(carriers(np.abs(mean)), weights=[5, 1, 2]) / 10
    assert response_measures(responses(mean, [5, 1, 2])).carriers == pytest.approx(expected)


def test_the_curve_of_concentration_passes_half_where_the_carriers_are():
    row = np.abs(np.random.default_rng(6).normal(size=(1, 41)))
    curve = concentration(row, np.ones(1))
    assert curve[0] == 0
    assert curve[-1] == pytest.approx(1)
    assert (np.diff(curve) >= 0).all()
    assert (np.diff(curve, 2) <= 1e-12).all()  # the largest come first
    assert np.argmax(curve >= 0.5) == carriers(row)[0]
    even = concentration(np.array([[0.0, 0, 0, 0], [2, 2, 2, 2]]), np.array([1, 9]))
    np.testing.assert_allclose(even, [0, 0.25, 0.5, 0.75, 1])
