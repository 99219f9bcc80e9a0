import numpy as np
import pytest
import torch

from analysis.predictions.predict import STREAM_TOKENS, WARM_UP, predict, sampled_places
from analysis.predictions.store import ensure_predictions, is_predicted
from data_prep.errors import UserError
from models.evaluation import cross_entropy_nats
from models.network import RecurrentClassifier, RecurrentLanguageModel
from models.recipe import ModelSettings
from models.run import open_run


def network_of(cell: str = "lstm", layers: int = 2) -> RecurrentLanguageModel:
    torch.manual_seed(0)
    settings = ModelSettings(cell=cell, layers=layers, units=8, embedding=6, initial_range=0.5)
    return RecurrentLanguageModel(settings, 11).eval()


def text_of(tokens: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 11, tokens).astype(np.uint8)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("tokens", [2, 3, 64, 65, 700])
def test_one_reader_gives_what_the_network_gives(cell, tokens):
    network, ids = network_of(cell), text_of(tokens)
    found = predict(network, ids)
    with torch.no_grad():
        log_p = network(torch.from_numpy(ids[:-1].astype(np.int64))[:, None])[0][:, 0].log_softmax(-1).numpy()
    np.testing.assert_allclose(found.log_probabilities[1:], log_p[np.arange(tokens - 1), ids[1:]], atol=1e-5)
    np.testing.assert_array_equal(found.guesses[1:], log_p.argmax(1))
    np.testing.assert_allclose(found.guess_probabilities[1:], np.exp(log_p.max(1)), atol=1e-5)
    np.testing.assert_allclose(found.distributions, np.exp(log_p)[found.sampled - 1], atol=1e-5)
    assert np.isnan(found.log_probabilities[0])
    assert found.guesses[0] == -1


def test_several_readers_with_a_warm_up_give_what_one_gives():
    network, ids = network_of(), text_of(4 * STREAM_TOKENS + 17)
    found = predict(network, ids)
    assert (found.streams, found.warm_up) == (4, WARM_UP)
    assert found.cross_entropy_nats == pytest.approx(cross_entropy_nats(network, ids), abs=1e-6)
    assert np.isfinite(found.log_probabilities[1:]).all()
    assert (found.guesses[1:] >= 0).all()
    np.testing.assert_allclose(found.distributions.sum(1), 1, atol=1e-5)
    np.testing.assert_allclose(
        found.distributions[np.arange(len(found.sampled)), ids[found.sampled]],
        found.probabilities[found.sampled],
        atol=1e-6,
    )


def test_several_threads_read_each_stream_once(monkeypatch):
    network, ids = network_of(), text_of(3 * STREAM_TOKENS)
    alone = predict(network, ids)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 3)
    together = predict(network, ids)
    np.testing.assert_allclose(together.log_probabilities, alone.log_probabilities, atol=1e-5)
    np.testing.assert_allclose(together.distributions, alone.distributions, atol=1e-5)


def test_sampled_places_are_spread_evenly_and_fewer_for_a_large_vocabulary():
    places = sampled_places(100_001, 100)
    assert (places[0], places[-1], len(places)) == (1, 100_000, 4000)
    assert np.ptp(np.diff(places)) <= 1
    assert len(sampled_places(100_001, 10_000)) == (1 << 21) // 10_000
    np.testing.assert_array_equal(sampled_places(3, 100), [1, 2])


def test_what_cannot_be_predicted_is_refused():
    with pytest.raises(UserError, match="less than two tokens"):
        predict(network_of(), text_of(1))
    classifier = RecurrentClassifier(ModelSettings(cell="gru", layers=1, units=4, embedding=4), 11, 2)
    with pytest.raises(UserError, match="does not predict a next token"):
        predict(classifier, text_of(10))
    broken = network_of()
    torch.nn.init.constant_(broken.decoder.weight, torch.inf)
    with pytest.raises(UserError, match="not numbers"):
        predict(broken, text_of(10))


def test_progress_ends_at_one_and_may_cancel():
    seen: list[float] = []
    predict(network_of(), text_of(300), on_progress=seen.append)
    assert seen[-1] == 1.0
    assert seen == sorted(seen)

    def cancel(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        predict(network_of(), text_of(300), on_progress=cancel)


def test_a_runs_predictions_are_its_test_figure_and_stored(copied_home):
    run = open_run("toy-words-lstm")
    assert not is_predicted(run)
    made = ensure_predictions(run)
    assert is_predicted(run)
    assert made.cross_entropy_nats == pytest.approx(run.test["cross_entropy_nats"], abs=1e-5)
    again = ensure_predictions(run)
    np.testing.assert_array_equal(again.log_probabilities, made.log_probabilities)
    np.testing.assert_array_equal(again.ids, made.ids)
    assert not is_predicted(run, "valid")
    with pytest.raises(UserError, match="no checkpoint"):
        ensure_predictions(run, checkpoint=99)
