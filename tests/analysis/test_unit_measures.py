from types import SimpleNamespace

import numpy as np
import pytest

from analysis.layer_measures import distribution_measures
from analysis.recording.result import ExpectedResponse
from analysis.recording.store import RecordingOptions, stored_recording
from analysis.similarity import RARE
from analysis.unit_measures import ORDERS, unit_measures
from models.run import open_run


def recorded(mean, counts, left=None, right=None, distribution=None):
    """What `unit_measures` reads of a recording of one layer: mean (W, H), counts (W,)."""
    mean, counts = np.asarray(mean, np.float32), np.asarray(counts)
    none = np.zeros((7, *mean.shape), np.float32)
    response = ExpectedResponse("hidden", 0, np.arange(len(mean)), counts, mean, mean, none, none[:2])
    return SimpleNamespace(
        response=lambda state, layer: response,
        tokens=int(counts.sum()),
        left_saturated=left or {},
        right_saturated=right or {},
        distributions={} if distribution is None else {"hidden": distribution},
    )


def test_planted_units_are_told_apart():
    draw = np.random.default_rng(0)
    mean = draw.normal(0, 0.01, (50, 6))
    mean[7, 2] = 1.0  # responds to one word
    mean[:, 4] = -0.5  # responds to every word alike
    mean[49, 5] = 9.0  # only to a rare word, which is not looked at
    found = unit_measures(recorded(mean, [100] * 49 + [RARE - 1]), "hidden", 0)
    assert found.words == 49
    assert found.activity.argmax() == 4
    assert found.activity[4] == pytest.approx(0.5)
    assert found.activity[5] < 0.02
    assert found.sparsity.argmax() == 2
    assert found.sparsity.argmin() == 4
    assert (found.raising[2], found.raised_by[2]) == (7, 1.0)
    assert found.lowered_by[4] == -0.5
    assert np.isnan(found.saturation).all()


def test_frequent_words_count_for_more():
    mean = [[1.0], [0.0]]
    assert unit_measures(recorded(mean, [90, 30]), "hidden", 0).activity == pytest.approx(np.sqrt(0.75))
    assert unit_measures(recorded(mean, [30, 90]), "hidden", 0).activity == pytest.approx(np.sqrt(0.25))


def test_units_are_put_in_order():
    mean = np.array([[0.5, -0.6, -0.2, 0.0], [0.5, -0.1, -0.2, 0.9]])
    left = {"input_gate": np.array([[10, 0, 0, 50]]), "forget_gate": np.array([[0, 0, 30, 0]])}
    right = {"input_gate": np.array([[0, 0, 0, 50]]), "forget_gate": np.array([[0, 90, 0, 0]])}
    found = unit_measures(recorded(mean, [50, 50], left, right), "hidden", 0)
    np.testing.assert_allclose(found.saturation, [0.05, 0.45, 0.15, 0.5])
    clusters = np.array([1, 0, 1, 0])
    expected = {
        "number": [0, 1, 2, 3],
        "activity": [3, 0, 1, 2],
        "saturation": [3, 1, 2, 0],
        "strongest response": [3, 1, 0, 2],
        "cluster": [3, 1, 0, 2],
    }
    assert set(expected) == set(ORDERS)
    for order, units in expected.items():
        assert found.order(order, clusters).tolist() == units, order
    assert found.order("cluster", np.array([0, 0, 1, 1])).tolist() == [0, 1, 3, 2]


def test_states_without_gates_are_saturated_by_their_ends():
    distribution = np.zeros((1, 2, 40), np.int64)
    distribution[0, 0, [0, 1, 38, 39]] = 5  # all beyond ±.9
    distribution[0, 1, [1, 2, 37, 38]] = 5  # half of it
    found = unit_measures(recorded(np.ones((2, 2)), [50, 50], distribution=distribution), "hidden", 0)
    assert found.saturation.tolist() == [1.0, 0.5]
    assert found.order("saturation", np.zeros(2)).tolist() == [0, 1]


def test_of_a_recorded_run_they_agree_with_the_measures_of_its_layer(recorded_home, monkeypatch):
    monkeypatch.setenv("RNNSCOPE_HOME", str(recorded_home))
    recording = stored_recording(open_run("toy-words-lstm"), RecordingOptions())
    found = unit_measures(recording, "cell", 1)
    whole = distribution_measures(recording.distributions["cell"][1])
    assert found.state_saturated.mean() == pytest.approx(whole.saturated)
    assert set(found.left_saturated) == {"input_gate", "forget_gate", "output_gate"}
    assert all(0 <= shares.min() <= shares.max() <= 1 for shares in found.right_saturated.values())
