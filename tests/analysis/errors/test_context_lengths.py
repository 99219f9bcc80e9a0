"""Loss by how much context is given: equal to reading each window alone, and a planted memory length is found."""

import numpy as np
import pytest
import torch

from analysis.errors.context_lengths import (
    ContextLosses,
    context_curve,
    losses_by_context,
    ngram_losses,
    sample_targets,
)
from analysis.errors.store import ensure_context_losses
from analysis.predictions.store import ensure_predictions
from data_prep.errors import UserError
from models.network import RecurrentLanguageModel
from models.recipe import ModelSettings
from models.run import open_run


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_each_loss_is_that_of_its_window_read_alone(cell):
    torch.manual_seed(0)
    network = RecurrentLanguageModel(ModelSettings(cell=cell, layers=2, units=8, embedding=6), 11).eval()
    ids = np.random.default_rng(0).integers(0, 11, 300).astype(np.uint8)
    found = losses_by_context(network, ids, np.zeros(300), lengths=(0, 1, 3, 20), targets=40)
    assert len(found.targets) == 40
    assert found.targets.min() >= 20
    for row, length in enumerate(found.lengths.tolist()):
        for place, nats in list(zip(found.targets.tolist(), found.nats[row].tolist(), strict=True))[:10]:
            with torch.no_grad():
                window = torch.from_numpy(ids[place - length : place].astype(np.int64))[:, None]
                logits = network(window)[0][-1, 0] if length else network.decoder(torch.zeros(8))
            assert nats == pytest.approx(-logits.log_softmax(-1)[int(ids[place])].item(), abs=1e-5)


def planted(memory: int) -> ContextLosses:
    """A model that gains with each token of context up to `memory`, and nothing after; noisy places."""
    draw = np.random.default_rng(0)
    lengths, hard = np.array([0, 1, 2, 5, 10, 20, 50]), draw.exponential(1, 500)
    nats = hard + np.maximum(0, memory - lengths)[:, None] * 0.1
    return ContextLosses(lengths, np.arange(500) * 7 + 50, nats, hard, seed=0)


@pytest.mark.parametrize("memory", [2, 10, 50])
def test_the_planted_memory_is_found(memory):
    curve = context_curve(planted(memory))
    assert curve.enough == memory
    assert curve.excess[0] == pytest.approx(0.1 * memory)
    # What is hard about the places cancels in the pairs, not in the loss itself.
    assert curve.excess_high[0] - curve.excess_low[0] < 1e-6 < curve.high[0] - curve.low[0]
    assert curve.full == pytest.approx(curve.nats[-1])


def test_ngram_models_are_compared_on_the_same_places():
    found = planted(10)
    probabilities = np.random.default_rng(0).random((4, 4000))
    ngram = ngram_losses(found, probabilities)
    assert ngram.lengths.tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(ngram.nats[2], -np.log(probabilities[2, found.targets]))


def test_a_context_longer_than_the_text_is_refused():
    with pytest.raises(UserError, match="longer than the text"):
        sample_targets(100, 100)


def test_they_are_stored_and_agree_with_the_predictions(copied_home, monkeypatch):
    run = open_run("toy-bytes-gru")
    found = ensure_context_losses(run)
    log_p = ensure_predictions(run).log_probabilities
    np.testing.assert_allclose(found.full, -log_p[found.targets])
    monkeypatch.setattr("analysis.errors.store.losses_by_context", lambda *_, **__: pytest.fail("computed again"))
    again = ensure_context_losses(run)
    np.testing.assert_array_equal(found.nats, again.nats)
    curve = context_curve(found)
    assert curve.excess[0] > 0.2 > 0.02 > abs(curve.excess[-1])
