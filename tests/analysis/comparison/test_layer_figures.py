import numpy as np
import pytest
import torch

from analysis.comparison.layer_figures import layer_figures
from analysis.comparison.steps import steps
from analysis.layer_measures import response_measures
from analysis.recording.engine import record
from models.network import RecurrentLanguageModel
from models.recipe import ModelSettings


@pytest.fixture(scope="module", params=["rnn", "gru", "lstm"])
def recording(request):
    torch.manual_seed(0)
    network = RecurrentLanguageModel(ModelSettings(cell=request.param, layers=2, units=7, embedding=4), 20).eval()
    with torch.no_grad():
        for parameter in network.recurrent.parameters():
            parameter.mul_(5)
    return record(network, np.random.default_rng(1).integers(0, 20, 2000), streams=1)


def test_figures_are_those_of_the_layer_and_of_the_words_asked_for(recording):
    response = recording.response("hidden", 1)
    whole = layer_figures(recording, response)
    assert whole.response == response_measures(response)
    some = layer_figures(recording, response, [3, 0, 11])
    strength, counts = np.abs(response.mean[[3, 0, 11]]), response.counts[[3, 0, 11]]
    assert some.response.size == pytest.approx(np.average(strength.mean(1), weights=counts), rel=1e-5)
    assert some.response.words == 3
    assert layer_figures(recording, response, range(len(response.counts))).response == whole.response
    nats, occurrences = recording.surprise_nats[[3, 0, 11]], recording.counts[[3, 0, 11]]
    assert some.surprise_nats == pytest.approx(np.average(nats, weights=occurrences))
    assert some.change == whole.change == pytest.approx(np.sqrt(recording.mean_square["hidden"][1].mean()))


def test_gates_are_those_that_the_cell_has(recording):
    gates = layer_figures(recording, recording.response("hidden", 0)).gates
    assert set(gates) == set(recording.left_saturated)
    for gate, (left, right) in gates.items():
        assert left == pytest.approx(recording.left_saturated[gate][0].mean() / 2000)
        assert right == pytest.approx(recording.right_saturated[gate][0].mean() / 2000)
        assert left + right <= 1


def test_steps_by_definition():
    states = np.array([[0.5, -0.5], [0.5, 0.5], [0.0, 0.25]])
    found = steps(states)
    np.testing.assert_allclose(found.change, [0.5, 0.5, 0.375])
    np.testing.assert_allclose(found.moved, [1, 1, 0.375 / 0.125])
    np.testing.assert_allclose(found.kept, [np.nan, 0.5, 0.25])


def test_a_state_that_stands_still_moves_nothing_and_keeps_all():
    found = steps(np.tile([0.3, -0.9, 0.0], (5, 1)))
    np.testing.assert_allclose(found.change[1:], 0)
    np.testing.assert_allclose(found.moved[1:], 0)
    np.testing.assert_allclose(found.kept[1:], 1)
    nothing = steps(np.zeros((3, 2)))
    assert not np.isnan([nothing.change, nothing.moved]).any()
    assert nothing.kept[1:].tolist() == [0, 0]
