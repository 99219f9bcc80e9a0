from itertools import pairwise

import numpy as np
import pytest
import torch

from analysis.gates.count import BINS, MAGNITUDE, GateCounts, count_gates, recorded_gates
from analysis.gates.saturation import near_integrators, saturation, summarise
from analysis.gates.store import ensure_gates, stored_gates
from analysis.recording.engine import record
from analysis.recording.windows import cut_running_text
from analysis.states import unroll
from data_prep.errors import UserError
from models.network import RecurrentClassifier, RecurrentLanguageModel
from models.recipe import ModelSettings
from models.run import open_run

V, TOKENS, STREAMS = 30, 3000, 8
LOUD = {"lstm": 9.0, "gru": 9.0, "rnn": 3.0}  # so that gates saturate; beyond that an RNN is chaotic


def make_network(cell: str, scale: float | None = None) -> RecurrentLanguageModel:
    torch.manual_seed(3)
    network = RecurrentLanguageModel(ModelSettings(cell=cell, layers=2, units=9, embedding=7), V).eval()
    with torch.no_grad():
        for parameter in network.recurrent.parameters():
            parameter.mul_(scale or LOUD[cell])
    return network


@pytest.fixture
def ids():
    return np.random.default_rng(0).integers(0, V, TOKENS)


def slow_values(network, ids, offsets=None) -> dict[str, np.ndarray]:
    """name → (T, L, H): every gate at every token, stretch by stretch, each from the zero state."""
    if offsets is None:
        segments = cut_running_text(len(ids), STREAMS)
        stretches = [slice(start, start + n) for start, n in zip(segments.starts, segments.lengths, strict=True)]
    else:
        stretches = [slice(*pair) for pair in pairwise(offsets)]
    found = {}
    for stretch in stretches:
        if stretch.start == stretch.stop:
            continue
        layers, _ = unroll(network, torch.from_numpy(ids[stretch])[:, None])
        for name in layers[0].gates or (MAGNITUDE,):
            values = [layer.gates[name] if layer.gates else layer.hidden.abs() for layer in layers]
            found.setdefault(name, []).append(torch.stack(values, 2)[:, 0].numpy())
    return {name: np.concatenate(parts) for name, parts in found.items() if name != "candidate"}


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
@pytest.mark.parametrize(("below", "above"), [(0.1, 0.9), (0.03, 0.98), (0.5, 0.5)])
def test_saturation_equals_a_slow_count_over_all_states(cell, below, above, ids):
    network = make_network(cell)
    found = saturation(count_gates(network, ids, streams=STREAMS), below, above)
    slow = slow_values(network, ids)
    assert set(found.gates) == set(slow)
    assert (found.exact, found.tokens, found.below, found.above) == (True, TOKENS, below, above)
    for name, values in slow.items():
        np.testing.assert_allclose(found.left[name], (values < below).mean(0), rtol=0, atol=1e-12)
        np.testing.assert_allclose(found.right[name], (values >= above).mean(0), rtol=0, atol=1e-12)
        np.testing.assert_allclose(found.mean[name], values.mean(0), rtol=0, atol=0.5 / BINS)
        assert found.right[name].max() > 0.05  # there is something to count


def test_separate_texts_are_read_each_from_the_zero_state_without_their_padding(ids):
    torch.manual_seed(3)
    network = RecurrentClassifier(ModelSettings(cell="gru", layers=2, units=9, embedding=7), V, 2).eval()
    offsets = np.array([0, 5, 5, 300, 301, 1700, TOKENS])
    counts = count_gates(network, ids, offsets=offsets, streams=3)
    slow = slow_values(network, ids, offsets)
    assert counts.counted == TOKENS
    for name, values in slow.items():
        assert (counts.histograms[name].sum(-1) == TOKENS).all()
        np.testing.assert_allclose(saturation(counts, 0.45, 0.55).right[name], (values >= 0.55).mean(0), atol=1e-12)


def test_thresholds_are_monotone(ids):
    counts = count_gates(make_network("lstm"), ids)
    before = None
    for threshold in np.arange(0.05, 1, 0.05):
        found = saturation(counts, threshold, threshold)
        for name in found.gates:
            np.testing.assert_allclose(found.left[name] + found.right[name], 1)
            if before is not None:
                assert (found.left[name] >= before.left[name]).all()
                assert (found.right[name] <= before.right[name]).all()
        before = found


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_a_recording_tells_the_same_exactly_or_as_an_estimate(cell, ids):
    network = make_network(cell)
    whole = count_gates(network, ids, streams=STREAMS)
    recorded = recorded_gates(record(network, ids, streams=STREAMS))
    if cell != "rnn":
        exact, told = saturation(whole), saturation(recorded)
        assert told.exact
        for name in exact.gates:
            np.testing.assert_allclose(told.right[name], exact.right[name], atol=1e-12)
            np.testing.assert_allclose(told.left[name], exact.left[name], atol=1e-12)
    estimate, exact = saturation(recorded, 0.23, 0.77), saturation(whole, 0.25, 0.75)
    assert (estimate.below, estimate.above) == (0.25, 0.75)
    assert estimate.exact == (recorded.counted == TOKENS)
    for name in exact.gates:
        assert np.abs(estimate.right[name] - exact.right[name]).max() < 5 * np.sqrt(0.25 / recorded.counted)


def test_a_sample_is_said_to_be_one():
    histogram = np.zeros((1, 2, 20), np.int64)
    histogram[0, :, 19], histogram[0, :, 3] = 6, 4
    counts = GateCounts({"forget_gate": histogram}, 10, 1000, {"forget_gate": np.array([[1, 2]])},
                        {"forget_gate": np.array([[950, 990]])})  # fmt: skip
    assert (saturation(counts).exact, saturation(counts).tokens) == (True, 1000)
    np.testing.assert_allclose(saturation(counts).right["forget_gate"], [[0.95, 0.99]])
    other = saturation(counts, 0.2, 0.8)
    assert (other.exact, other.tokens) == (False, 10)
    np.testing.assert_allclose(other.left["forget_gate"], 0.4)


def test_a_forget_gate_that_is_held_open_makes_a_near_integrator(ids):
    network = make_network("lstm", scale=1.0)
    with torch.no_grad():
        network.recurrent.bias_ih_l1[9 + 4] = 30.0  # PyTorch's order: input, forget, candidate, output
        network.recurrent.bias_ih_l0[9 + 2] = -30.0
    found = saturation(count_gates(network, ids))
    assert [(layer, unit) for layer, unit, _ in near_integrators(found)] == [(1, 4)]
    assert found.left["forget_gate"][0, 2] == 1
    forget = {one.layer: one for one in summarise(found) if one.gate == "forget_gate"}
    assert (forget[1].nearly_always_right, forget[1].nearly_always_left) == (1, 0)
    assert (forget[0].nearly_always_right, forget[0].nearly_always_left) == (0, 1)


def test_the_papers_update_gate_is_the_other_way_round_and_keeps_the_same_units(ids):
    network = make_network("gru", scale=1.0)
    with torch.no_grad():
        network.recurrent.bias_ih_l0[9 + 3] = 30.0  # reset, update, candidate
    counts = count_gates(network, ids)
    torchs, papers = saturation(counts, 0.2, 0.9), saturation(counts.papers_convention, 0.1, 0.8)
    np.testing.assert_array_equal(torchs.right["update_gate"], papers.left["update_gate"])
    np.testing.assert_array_equal(torchs.left["update_gate"], papers.right["update_gate"])
    both = saturation(counts.papers_convention)
    np.testing.assert_array_equal(both.right["reset_gate"], saturation(counts).right["reset_gate"])
    assert [one[:2] for one in near_integrators(both, papers_convention=True)] == [(0, 3)]
    assert near_integrators(saturation(counts)) == near_integrators(both, papers_convention=True)


@pytest.mark.parametrize(("below", "above"), [(0.9, 0.1), (0, 0.5), (0.5, 1)])
def test_thresholds_that_make_no_sense_are_refused(ids, below, above):
    with pytest.raises(UserError, match="cannot be told apart"):
        saturation(count_gates(make_network("gru"), ids), below, above)


def test_a_text_without_tokens_and_a_network_that_reads_backwards_are_refused(ids):
    with pytest.raises(UserError, match="no token"):
        count_gates(make_network("gru"), ids[:0])
    backwards = RecurrentClassifier(ModelSettings(cell="gru", units=4, embedding=3, bidirectional=True), V, 2)
    with pytest.raises(UserError, match="backwards"):
        count_gates(backwards, ids)


def test_counts_are_stored_and_found_without_the_corpus(copied_home):
    run = open_run("toy-bytes-gru")
    assert stored_gates(run) is None
    made = ensure_gates(run)
    (copied_home / "corpora" / "toy-bytes").rename(copied_home / "corpora" / "gone")
    found = stored_gates(run)
    assert found.tokens == made.tokens == len(np.load(copied_home / "corpora" / "gone" / "test.npy"))
    for name, own in made.histograms.items():
        np.testing.assert_array_equal(found.histograms[name], own)
    assert stored_gates(run, "train") is None
