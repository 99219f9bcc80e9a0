import threading
from itertools import pairwise

import numpy as np
import pytest
import torch

from analysis.recording import engine, plan
from analysis.recording.arrays import STEP, from_arrays, to_arrays
from analysis.recording.engine import plan_recording, record, record_segments
from analysis.recording.result import BIN_WIDTH, CONTEXTS, FRACTIONS, LEFT_SATURATED, RIGHT_SATURATED
from analysis.recording.windows import PADDING, WINDOW, cut_running_text, separate_texts, windows_of
from analysis.states import unroll
from data_prep.errors import UserError
from models.network import RecurrentClassifier, RecurrentLanguageModel
from models.recipe import ModelSettings

V, L, H = 30, 2, 8
CELLS = ["rnn", "gru", "lstm"]


def make_network(cell: str = "lstm", vocabulary: int = V) -> RecurrentLanguageModel:
    torch.manual_seed(3)
    network = RecurrentLanguageModel(ModelSettings(cell=cell, layers=L, units=H, embedding=6), vocabulary).eval()
    with torch.no_grad():  # far from zero, so that gates saturate and distributions have tails
        for parameter in network.recurrent.parameters():
            parameter.mul_(4)
    return network


def make_text(length: int = 3000, seed: int = 4) -> np.ndarray:
    # Zipf-like, so that there are frequent and rare words
    weights = 1 / np.arange(1, V + 1)
    return np.random.default_rng(seed).choice(V, size=length, p=weights / weights.sum())


class Plain:
    """Everything a recording tells, computed from all states of a text that is read at once from the zero state."""

    def __init__(self, network: RecurrentLanguageModel, ids: np.ndarray) -> None:
        layers, last = unroll(network, torch.from_numpy(ids.astype(np.int64))[:, None])
        self.last = last
        self.states = {
            kind: np.stack([layer.states[kind][:, 0].numpy() for layer in layers], 1) for kind in layers[0].states
        }
        self.gates = {
            name: np.stack([layer.gates[name][:, 0].numpy() for layer in layers], 1) for name in layers[0].gates
        }
        self.responses = {
            kind: np.diff(states, axis=0, prepend=np.zeros_like(states[:1])) for kind, states in self.states.items()
        }
        with torch.inference_mode():
            log_probabilities = network.decoder(layers[-1].hidden[:, 0]).log_softmax(-1).numpy()
        self.surprise = np.append(np.nan, -log_probabilities[np.arange(len(ids) - 1), ids[1:]])


@pytest.mark.parametrize("cell", CELLS)
def test_mean_deviation_and_quantiles_are_over_every_occurrence(cell):
    network, ids = make_network(cell), make_text()
    recording, plain = record(network, ids, streams=1), Plain(network, ids)
    assert recording.states == (("hidden", "cell") if cell == "lstm" else ("hidden",))
    assert (recording.tokens, recording.other_tokens, recording.streams) == (3000, 0, 1)
    counts = np.bincount(ids, minlength=V)
    assert recording.token_ids.tolist() == np.argsort(-counts, kind="stable").tolist()
    assert recording.counts.tolist() == counts[recording.token_ids].tolist()
    for state in recording.states:
        for layer in range(L):
            response = recording.response(state, layer)
            for row, token_id in enumerate(response.token_ids):
                own = plain.responses[state][ids == token_id, layer]
                np.testing.assert_allclose(response.mean[row], own.mean(0), atol=2e-6)
                np.testing.assert_allclose(response.deviation[row], own.std(0), atol=2e-4)
                if len(own) <= plan.SAMPLE:  # then they are exact, but for half precision
                    assert recording.sampled[row] == len(own)
                    exact = np.quantile(own, FRACTIONS, axis=0)
                    np.testing.assert_allclose(response.quantiles[:, row], exact, rtol=2e-3, atol=1e-4)
        square = (plain.responses[state].astype(float) ** 2).mean(0)
        np.testing.assert_allclose(recording.mean_square[state], square, rtol=1e-4)


def test_quantiles_of_a_sample_have_the_ranks_that_chance_allows(monkeypatch):
    monkeypatch.setattr(plan, "SAMPLE", 200)
    network, ids = make_network(), make_text(20_000)
    recording, plain = record(network, ids, words=5, streams=1), Plain(network, ids)
    assert np.all(np.abs(recording.sampled - 200) < 4 * np.sqrt(200))
    off = []
    for row, token_id in enumerate(recording.token_ids[:5]):
        own = plain.responses["hidden"][ids == token_id]
        for place, fraction in enumerate(FRACTIONS):
            rank = (own < recording.quantiles["hidden"][place, row]).mean(0)
            off.append((rank - fraction) / np.sqrt(fraction * (1 - fraction) / recording.sampled[row]))
    off = np.concatenate(off)
    assert np.abs(off).max() < 5  # standard errors
    assert 0.5 < off.std() < 1.5


def test_count_weighted_responses_telescope_to_the_last_state():
    network, ids = make_network(), make_text()
    recording, last = record(network, ids, streams=1), Plain(network, ids).last
    for state, end in (("hidden", last.hidden), ("cell", last.cell)):
        total = np.einsum("w,wlh->lh", recording.counts.astype(float), recording.mean[state].astype(float))
        np.testing.assert_allclose(total, end[:, 0].numpy(), atol=2e-3)


@pytest.mark.parametrize("cell", CELLS)
def test_separate_texts_are_recorded_as_if_read_one_by_one(cell, monkeypatch):
    monkeypatch.setattr(engine, "CHEAP", 10)  # every surprise counts
    network, ids = make_network(cell), make_text(400)
    lengths = np.random.default_rng(2).integers(0, 120, size=12)  # longer than a window, and empty ones
    offsets = np.minimum(np.concatenate(([0], np.cumsum(lengths))), len(ids))
    offsets[-1] = len(ids)
    assert max(np.diff(offsets)) > 2 * WINDOW
    recording = record(network, ids, offsets=offsets, words=V, streams=3)
    alone = [Plain(network, ids[start:end]) for start, end in pairwise(offsets) if start < end]
    assert recording.tokens == 400
    surprise = np.concatenate([text.surprise for text in alone])
    for row, token_id in enumerate(recording.token_ids):
        known = surprise[(ids == token_id) & ~np.isnan(surprise)]  # nothing foretells the first token of a text
        assert recording.surprise_counts[row] == len(known)
        if len(known):
            assert recording.surprise_nats[row] == pytest.approx(known.mean(), rel=1e-4)
    for state in recording.states:
        together = np.concatenate([text.responses[state] for text in alone])
        for row, token_id in enumerate(recording.token_ids):
            own = together[ids == token_id]
            np.testing.assert_allclose(recording.mean[state][row], own.mean(0), atol=2e-6)
        states = np.concatenate([text.states[state] for text in alone])
        found = recording.contexts[state]
        assert np.all(found.positions < len(ids))
        for layer in range(L):
            for unit in range(H):
                best = found.positions[layer, unit, 0]
                np.testing.assert_allclose(states[best, layer, unit], found.values[layer, unit, 0], atol=1e-6)
    for name in recording.left_saturated:
        gate = np.concatenate([text.gates[name] for text in alone])
        assert np.array_equal(recording.left_saturated[name], (gate < LEFT_SATURATED).sum(0))


@pytest.mark.parametrize("cell", CELLS)
def test_gates_and_distributions_are_counted_token_by_token(cell):
    network, ids = make_network(cell), make_text()
    recording, plain = record(network, ids, streams=1), Plain(network, ids)
    assert set(recording.left_saturated) == set(plain.gates) - {"candidate"} == set(recording.right_saturated)
    for name in recording.left_saturated:
        assert np.array_equal(recording.left_saturated[name], (plain.gates[name] < LEFT_SATURATED).sum(0))
        assert np.array_equal(recording.right_saturated[name], (plain.gates[name] > RIGHT_SATURATED).sum(0))
        assert recording.right_saturated[name].sum() > 0
    assert recording.distributed == 3000  # a short text is counted whole
    states = dict(plain.states)
    if "cell" in states:
        states["cell"] = np.tanh(states["cell"])
    for name, values in (plain.gates | states).items():
        lowest = -1 if name in ("candidate", "hidden", "cell") else 0
        edges = np.linspace(lowest, 1, round((1 - lowest) / BIN_WIDTH) + 1)
        for layer in range(L):
            for unit in range(H):
                expected = np.histogram(values[:, layer, unit], edges)[0]
                # a value may lie on an edge, but for rounding
                assert np.abs(recording.distributions[name][layer, unit] - expected).sum() <= 4


def test_long_texts_enter_the_distributions_in_part(monkeypatch):
    monkeypatch.setattr(plan, "DISTRIBUTED", 500)
    recording = record(make_network(), make_text(2999), streams=4)
    assert recording.distributed == pytest.approx(600, abs=4)  # every fifth token of each reader's
    assert np.all(recording.distributions["forget_gate"].sum(2) == recording.distributed)


@pytest.mark.parametrize("kind", ["hidden", "cell"])
def test_strongest_contexts_are_the_extremes_of_each_window(kind):
    network, ids = make_network(), make_text()
    recording, plain = record(network, ids, streams=1), Plain(network, ids)
    for layer in range(L):
        for unit in range(H):
            states = plain.states[kind][:, layer, unit]
            starts = range(0, len(ids), WINDOW)
            for side, extreme in ((0, max), (1, min)):
                peaks = sorted((extreme(states[start : start + WINDOW]) for start in starts), reverse=side == 0)
                found = recording.contexts[kind]
                np.testing.assert_allclose(found.values[layer, unit, side], peaks[:CONTEXTS], atol=1e-6)
                at = states[found.positions[layer, unit, side]]
                np.testing.assert_allclose(at, found.values[layer, unit, side], atol=1e-6)


def test_a_text_of_few_windows_has_few_contexts():
    recording = record(make_network(), make_text(2 * WINDOW), streams=1)
    found = recording.contexts["hidden"]
    assert np.all((found.positions == PADDING) == np.isnan(found.values))
    assert np.all((found.positions != PADDING).sum(-1) == 2)


def test_surprise_is_that_of_the_sampled_occurrences(monkeypatch):
    monkeypatch.setattr(plan, "SURPRISED", (60, 0))
    monkeypatch.setattr(engine, "CHEAP", 0)
    network, ids = make_network(), make_text()
    recording, plain = record(network, ids, words=6, streams=1), Plain(network, ids)
    assert recording.surprise_counts.sum() == pytest.approx(60, abs=25)
    for row, token_id in enumerate(recording.token_ids[:6]):
        own = plain.surprise[(ids == token_id) & ~np.isnan(plain.surprise)]
        error = own.std() / np.sqrt(recording.surprise_counts[row])
        assert abs(recording.surprise_nats[row] - own.mean()) < 5 * error


def test_a_classifier_has_responses_and_no_surprise():
    recording = record(RecurrentClassifier(ModelSettings(units=4, embedding=4), V, 2).eval(), make_text(500))
    assert recording.surprise_nats is None
    assert recording.mean["hidden"].shape == (V, 2, 4)


def test_the_halves_make_up_the_whole():
    network, ids = make_network(), make_text(9000)
    recording = record(network, ids, words=20, streams=4)
    first = recording.half_counts[:, None, None]
    rest = recording.counts[:20, None, None] - first
    assert 0.2 < first.sum() / recording.counts[:20].sum() < 0.8
    for state in recording.states:
        ours = recording.half_means[state][0] * first + recording.half_means[state][1] * rest
        np.testing.assert_allclose(ours, recording.mean[state][:20] * (first + rest), atol=1e-3)
    assert not np.allclose(*recording.half_means["hidden"])


def test_streams_start_from_zero_and_leave_nothing_out():
    network, ids = make_network(), make_text(1003)
    recording = record(network, ids, streams=3)
    assert (recording.tokens, recording.streams, recording.counts.sum()) == (1003, 3, 1003)
    streams = pairwise((0, 334, 668, 1003))
    ends = sum(Plain(network, ids[start:end]).last.hidden[:, 0].numpy() for start, end in streams)
    total = np.einsum("w,wlh->lh", recording.counts.astype(float), recording.mean["hidden"].astype(float))
    np.testing.assert_allclose(total, ends, atol=2e-3)


def test_short_texts_are_not_cut_into_streams_of_a_few_tokens():
    assert cut_running_text(700, 256).lengths.tolist() == [350, 350]
    assert cut_running_text(5, 256).lengths.tolist() == [5]


@pytest.mark.parametrize("offsets", [None, np.array([0, 3, 3, 40, 41, 200, 1000])])
def test_windows_hold_every_token_once(offsets):
    segments = cut_running_text(1000, 3) if offsets is None else separate_texts(offsets, 2)
    shards = [segments.shard(number, 2) for number in range(2)]
    for parts in ([segments], shards):
        seen = np.concatenate([window.positions.ravel() for part in parts for window in windows_of(part)])
        assert sorted(seen[seen != PADDING]) == list(range(1000))


@pytest.mark.parametrize("texts", [False, True])
@pytest.mark.parametrize("shards", [2, 3])
def test_shards_merge_to_the_whole(texts, shards):
    network, ids = make_network(), make_text(4000)
    offsets = np.arange(0, 4001, 40) if texts else None
    whole = record(network, ids, offsets=offsets, words=12, streams=8)
    made = plan_recording(network, ids, offsets=offsets, words=12, streams=8)
    tallies = [record_segments(network, ids, made, made.segments.shard(n, shards)) for n in range(shards)]
    for tally in tallies[1:]:
        tallies[0].merge(tally)
    merged = tallies[0].recording()
    assert merged.tokens == whole.tokens
    assert np.array_equal(merged.sampled, whole.sampled)
    assert np.array_equal(merged.half_counts, whole.half_counts)
    assert np.array_equal(merged.surprise_counts, whole.surprise_counts)
    np.testing.assert_allclose(merged.surprise_nats, whole.surprise_nats, rtol=1e-4)
    for state in whole.states:
        np.testing.assert_allclose(merged.mean[state], whole.mean[state], atol=1e-6)
        np.testing.assert_allclose(merged.deviation[state], whole.deviation[state], atol=1e-5)
        np.testing.assert_allclose(merged.quantiles[state], whole.quantiles[state], atol=2e-3)
        np.testing.assert_allclose(merged.contexts[state].values, whole.contexts[state].values, atol=1e-5)
    for name in whole.left_saturated:
        assert np.abs(merged.left_saturated[name] - whole.left_saturated[name]).max() <= 1


def test_as_many_readers_as_threads_count_the_same(monkeypatch):
    network, ids = make_network(), make_text(8000)
    monkeypatch.setattr(engine, "FEWEST_STREAMS", 1)
    one, threads = record(network, ids, streams=8), torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        three = record(network, ids, streams=8)
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(threads)
    np.testing.assert_allclose(one.mean["cell"], three.mean["cell"], atol=1e-6)
    assert np.array_equal(one.sampled, three.sampled)


def test_only_the_most_frequent_words_have_bands_and_fewer_can_be_kept():
    ids = make_text()
    recording = record(make_network(), ids, words=5)
    assert (len(recording.token_ids), recording.banded) == (len(set(ids)), 5)
    assert recording.response("cell", 1).quantiles.shape == (len(FRACTIONS), 5, H)
    fewer = recording.most_frequent(3)
    assert (len(fewer.token_ids), fewer.banded, fewer.half_counts.shape) == (3, 3, (3,))
    assert fewer.other_tokens == 3000 - fewer.counts.sum()
    assert np.array_equal(fewer.response("hidden", 0).mean, recording.response("hidden", 0).mean[:3])


def test_with_too_many_words_the_rarest_are_counted_together(monkeypatch):
    network, ids = make_network(), make_text()
    everything = record(network, ids, streams=1)
    monkeypatch.setattr(plan, "MEANS_BYTES", 10 * 12 * 2 * L * H)
    recording = record(network, ids, streams=1)
    assert len(recording.token_ids) == 10
    assert recording.other_tokens == 3000 - everything.counts[:10].sum()
    np.testing.assert_allclose(recording.mean["cell"], everything.mean["cell"][:10], atol=1e-6)
    np.testing.assert_allclose(recording.mean_square["cell"], everything.mean_square["cell"], rtol=1e-4)


@pytest.mark.parametrize("precision", ["float16", "float32"])
def test_what_is_stored_is_what_was_recorded(precision):
    recording = record(make_network(), make_text(), words=12, streams=4)
    again = from_arrays(*to_arrays(recording, precision))
    close = {"rtol": 1e-3, "atol": 1e-6} if precision == "float16" else {"rtol": 1e-6}
    for state in recording.states:
        np.testing.assert_allclose(again.mean[state], recording.mean[state], **close)
        np.testing.assert_allclose(again.deviation[state], recording.deviation[state], **close)
        spread = recording.deviation[state][:12]
        assert np.all(np.abs(again.quantiles[state] - recording.quantiles[state]) <= 0.6 * STEP * spread + 1e-5)
        for half, count in ((0, again.half_counts), (1, again.counts[:12] - again.half_counts)):
            error = spread / np.sqrt(recording.counts[:12])[:, None, None]
            times = np.maximum(1, again.half_counts / np.maximum(count, 1))[:, None, None]
            off = np.abs(again.half_means[state][half] - recording.half_means[state][half])
            assert np.nanmax(off / (0.6 * STEP * error * times + 2e-3 * np.abs(recording.mean[state][:12]) + 1e-5)) <= 1
        assert np.array_equal(again.contexts[state].positions, recording.contexts[state].positions)
        assert not again.mean[state].flags.writeable
    for field in ("distributions", "left_saturated", "right_saturated", "mean_square"):
        for name, values in getattr(recording, field).items():
            assert np.array_equal(getattr(again, field)[name], values)
    assert np.array_equal(again.surprise_nats, recording.surprise_nats, equal_nan=True)
    assert (again.tokens, again.streams, again.distributed) == (3000, recording.streams, recording.distributed)


def test_progress_reaches_one_and_can_cancel():
    seen = []
    record(make_network(), make_text(500), streams=2, on_progress=seen.append)
    assert seen[-1] == 1.0
    assert seen == sorted(seen)

    def cancel(_: float) -> None:
        raise KeyboardInterrupt

    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        record(make_network(), make_text(500), on_progress=cancel)
    assert threading.active_count() == before


def test_what_cannot_be_recorded_is_said():
    with pytest.raises(UserError, match="no token"):
        record(make_network(), np.array([], dtype=np.int64))
    with pytest.raises(UserError, match="no token"):
        record(make_network(), np.array([], dtype=np.int64), offsets=np.array([0, 0]))
    with pytest.raises(UserError, match="knows 30 tokens"):
        record(make_network(), np.array([3, 30]))
    with pytest.raises(UserError, match="bidirectional"):
        record(RecurrentClassifier(ModelSettings(units=4, embedding=4, bidirectional=True), V, 2), make_text(50))
    broken = make_network()
    with torch.no_grad():
        broken.embedding.weight.fill_(float("nan"))
    with pytest.raises(UserError, match="not numbers"):
        record(broken, make_text(100))
    with pytest.raises(UserError, match="hidden state of layer 3"):
        record(make_network(), make_text(100)).response("hidden", 2)
    with pytest.raises(UserError, match="no cell state"):
        record(make_network("gru"), make_text(100)).response("cell", 0)


@pytest.mark.parametrize("text", [np.array([7]), np.array([7] * 50)])
def test_one_word_is_enough_to_be_recorded(text):
    recording = record(make_network(), text)
    assert (recording.tokens, recording.counts.tolist()) == (len(text), [len(text)])
    assert np.isfinite(recording.mean["hidden"]).all()
