from itertools import pairwise

import numpy as np
import pytest
import torch

from analysis.quantile_sketch import BINS, RELATIVE_ERROR, SCALE, QuantileSketch
from analysis.recording import BANDS, ResponseStatistics, record, responses
from analysis.states import CarriedState, unroll
from data_prep.errors import UserError
from models.network import RecurrentClassifier, RecurrentLanguageModel
from models.recipe import ModelSettings

V = 30


def make_network(cell: str = "lstm") -> RecurrentLanguageModel:
    torch.manual_seed(3)
    return RecurrentLanguageModel(ModelSettings(cell=cell, layers=2, units=8, embedding=6), V).eval()


def make_text(length: int = 3000, seed: int = 4) -> np.ndarray:
    # Zipf-like, so that there are frequent and rare words
    weights = 1 / np.arange(1, V + 1)
    return np.random.default_rng(seed).choice(V, size=length, p=weights / weights.sum())


def all_responses(network: RecurrentLanguageModel, ids: np.ndarray) -> tuple[dict, CarriedState]:
    layers, last = unroll(network, torch.from_numpy(ids)[:, None])
    return responses(layers, CarriedState.zero(network, 1)), last


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_expected_response_is_the_mean_over_every_occurrence(cell):
    network, ids = make_network(cell), make_text()
    recording = record(network, ids, words=V, streams=1)
    plain, _ = all_responses(network, ids)
    assert recording.states == (("hidden", "cell") if cell == "lstm" else ("hidden",))
    for state in recording.states:
        for layer in range(2):
            response = recording.response(state, layer)
            columns = slice(layer * 8, layer * 8 + 8)
            for row, token_id in enumerate(response.token_ids):
                own = plain[state][torch.from_numpy(ids == token_id)][:, columns].numpy()
                assert response.counts[row] == len(own)
                np.testing.assert_allclose(response.mean[row], own.mean(0), atol=1e-6)


def test_count_weighted_responses_telescope_to_the_last_state():
    network, ids = make_network(), make_text()
    recording = record(network, ids, words=V, streams=1)
    _, last = all_responses(network, ids)
    for state, end in (("hidden", last.hidden), ("cell", last.cell)):
        total = np.einsum("w,wlh->lh", recording.counts.astype(float), recording.mean[state].astype(float))
        np.testing.assert_allclose(total, end[:, 0].numpy(), atol=2e-3)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_separate_texts_are_recorded_as_if_read_one_by_one(cell):
    network, ids = make_network(cell), make_text(400)
    lengths = np.random.default_rng(2).integers(0, 120, size=12)  # longer than a window, and empty ones
    offsets = np.minimum(np.concatenate(([0], np.cumsum(lengths))), len(ids))
    offsets[-1] = len(ids)
    assert max(np.diff(offsets)) > 50
    recording = record(network, ids, offsets=offsets, words=V, streams=3)
    alone = [all_responses(network, ids[start:end])[0] for start, end in pairwise(offsets) if start < end]
    assert (recording.tokens, recording.left_out) == (400, 0)
    for state in recording.states:
        together = torch.cat([text[state] for text in alone]).numpy()
        for row, token_id in enumerate(recording.token_ids):
            own = together[ids == token_id].reshape(-1, 2, 8)
            assert recording.counts[row] == len(own)
            np.testing.assert_allclose(recording.mean[state][row], own.mean(0), atol=1e-6)
        square = (together.astype(float) ** 2).mean(0).reshape(2, 8)
        np.testing.assert_allclose(recording.mean_square[state], square, rtol=1e-4)


def test_a_network_that_also_reads_backwards_is_refused():
    network = RecurrentClassifier(ModelSettings(units=4, embedding=4, bidirectional=True), V, 2)
    with pytest.raises(UserError, match="bidirectional"):
        record(network, make_text(50))


def test_streams_start_from_zero_and_say_what_was_left_out():
    network, ids = make_network(), make_text(1003)
    recording = record(network, ids, words=V, streams=10)
    assert (recording.tokens, recording.left_out, recording.counts.sum()) == (1000, 3, 1000)
    ends = sum(
        all_responses(network, ids[start : start + 100])[1].hidden[:, 0].numpy() for start in range(0, 1000, 100)
    )
    total = np.einsum("w,wlh->lh", recording.counts.astype(float), recording.mean["hidden"].astype(float))
    np.testing.assert_allclose(total, ends, atol=2e-3)


def test_only_the_most_frequent_words_are_kept():
    ids = make_text()
    recording = record(make_network(), ids, words=5, streams=1)
    counts = np.bincount(ids, minlength=V)
    assert set(recording.token_ids) == set(np.argsort(-counts, kind="stable")[:5])
    assert np.all(np.diff(recording.counts) <= 0)


def test_two_halves_merge_to_the_whole():
    network, ids = make_network(), make_text()
    values, _ = all_responses(network, ids)

    def count(part: slice) -> ResponseStatistics:
        statistics = ResponseStatistics(torch.arange(V), V, (2, 8))
        statistics.add(torch.from_numpy(ids)[part], {state: value[part] for state, value in values.items()})
        return statistics

    whole, halves = count(slice(None)), count(slice(0, 1234))
    halves.merge(count(slice(1234, None)))
    assert torch.equal(whole.count, halves.count)
    for state in values:
        torch.testing.assert_close(whole.total[state], halves.total[state], rtol=0, atol=1e-9)
        assert torch.equal(whole.sketch[state].counts, halves.sketch[state].counts)


@pytest.mark.parametrize("spread", [0.002, 0.3, 3.0])
def test_sketched_quantiles_lie_within_their_stated_error(spread):
    rng = np.random.default_rng(5)
    values = rng.standard_t(4, (5000, 3)).clip(-2.5, 2.5) * spread
    sketch = QuantileSketch(2, 3)
    rows = torch.from_numpy(rng.integers(0, 2, 5000))
    sketch.add(rows, torch.from_numpy(values))
    assert sketch.counts.sum() == 15000
    assert sketch.counts.shape == (2, 3, BINS)
    found = sketch.quantiles(BANDS)
    for word in range(2):
        exact = np.quantile(values[rows.numpy() == word], BANDS, axis=0)
        allowed = RELATIVE_ERROR * np.maximum(np.abs(exact), SCALE)
        assert np.all(np.abs(found[:, word] - exact) <= allowed)


def test_a_word_that_never_occurs_has_no_quantile():
    sketch = QuantileSketch(2, 1)
    sketch.add(torch.zeros(3, dtype=torch.int64), torch.ones(3, 1))
    assert np.isnan(sketch.quantiles((0.5,))[0, 1, 0])


def test_progress_reaches_one_and_can_cancel():
    seen = []
    record(make_network(), make_text(500), streams=2, on_progress=seen.append)
    assert seen[-1] == 1.0
    assert seen == sorted(seen)

    def cancel(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record(make_network(), make_text(500), on_progress=cancel)


def test_what_cannot_be_recorded_is_said():
    with pytest.raises(UserError, match="no token"):
        record(make_network(), np.array([], dtype=np.int64))
    broken = make_network()
    with torch.no_grad():
        broken.embedding.weight.fill_(float("nan"))
    with pytest.raises(UserError, match="not numbers"):
        record(broken, make_text(100))
    with pytest.raises(UserError, match="hidden state of layer 3"):
        record(make_network(), make_text(100)).response("hidden", 2)
    with pytest.raises(UserError, match="no cell state"):
        record(make_network("gru"), make_text(100)).response("cell", 0)
