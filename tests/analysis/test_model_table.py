import math

import numpy as np
import pytest

from analysis.bootstrap import bootstrap_means
from analysis.model_similarity import map_models, symmetric_divergence
from analysis.model_table import ngram_entries, recurrent_entry, window_entry
from analysis.ngrams.store import ensure_ngram_distributions, ensure_ngram_scores
from analysis.ngrams.window_store import ensure_window_scores, is_window_scored
from analysis.predictions.store import ensure_predictions
from analysis.recalled_figures import recalled_nats
from data_prep.corpus import open_corpus
from data_prep.errors import UserError
from models.run import open_run


def test_bootstrap_errors_of_independent_values_are_those_of_the_formula():
    values = np.random.default_rng(0).normal(3, 2, 20_000)
    means = bootstrap_means(values, samples=400)
    assert means.mean() == pytest.approx(values.mean(), abs=0.01)
    assert means.std() == pytest.approx(2 / math.sqrt(20_000), rel=0.15)


def test_bootstrap_errors_grow_where_neighbours_are_alike_and_pairs_are_drawn_alike():
    values = np.repeat(np.random.default_rng(0).normal(0, 1, 200), 100)
    assert bootstrap_means(values).std() > 5 * values.std() / math.sqrt(len(values))
    np.testing.assert_allclose(bootstrap_means(values + 1), bootstrap_means(values) + 1)
    assert np.ptp(bootstrap_means(np.full(250, 0.5))) == 0


def test_every_kind_of_model_has_an_entry(copied_home):
    corpus, run = open_corpus("toy-bytes"), open_run("toy-bytes-gru")
    predicted = ensure_predictions(run)
    entry = recurrent_entry(run, predicted)
    assert (entry.cell, entry.layers, entry.units, entry.context) == ("gru", 1, 12, None)
    assert entry.nats == pytest.approx(predicted.cross_entropy_nats, abs=1e-5)
    assert 0 < entry.error < 0.2
    assert math.isnan(recurrent_entry(run, None).error)
    assert entry.bytes == (run.folder / "weights.safetensors").stat().st_size
    scores = ensure_ngram_scores(corpus, longest=3)
    grams = ngram_entries("toy-bytes", scores)
    assert [gram.name for gram in grams] == ["n-gram 0", "n-gram 1", "n-gram 2", "n-gram 3"]
    assert [gram.nats for gram in grams] == pytest.approx(scores.cross_entropy_nats.tolist())
    assert grams[3].parameters == scores.ngrams[3] > grams[2].parameters
    assert not is_window_scored(corpus, 2)
    window = ensure_window_scores(corpus, 2)
    assert is_window_scored(corpus, 2)
    again = ensure_window_scores(corpus, 2)
    np.testing.assert_array_equal(window.log_probabilities, again.log_probabilities)
    entry = window_entry("toy-bytes", window)
    assert (entry.name, entry.context, entry.parameters) == ("n-NN 2", 2, window.parameters)
    assert window.distributions.shape == predicted.distributions.shape
    places = predicted.sampled
    np.testing.assert_allclose(
        np.log(window.distributions[np.arange(len(places)), predicted.ids[places]]),
        window.log_probabilities[places],
        atol=1e-4,
    )


def test_divergence_is_symmetric_zero_for_itself_and_that_of_the_formula():
    rng = np.random.default_rng(1)
    first, second = rng.dirichlet(np.ones(6), 50), rng.dirichlet(np.ones(6), 50)
    found = symmetric_divergence(first, second)
    slow = [sum(p * math.log(p / q) + q * math.log(q / p) for p, q in zip(*pair, strict=True))
            for pair in zip(first, second, strict=True)]  # fmt: skip
    np.testing.assert_allclose(found, slow)
    np.testing.assert_allclose(found, symmetric_divergence(second, first))
    assert not symmetric_divergence(first, first).any()
    assert np.isfinite(symmetric_divergence(np.eye(6), np.roll(np.eye(6), 1, axis=0))).all()


def test_models_that_predict_alike_lie_together():
    rng = np.random.default_rng(2)
    sources = [rng.dirichlet(np.ones(8), 200) for _ in range(2)]
    models = {
        f"{group}{copy}": 0.9 * source + 0.1 * rng.dirichlet(np.ones(8), 200)
        for group, source in zip("ab", sources, strict=True)
        for copy in range(4)
    }
    found = map_models(models)
    group = np.array([name[0] == "a" for name in found.names])
    within = found.divergences[np.ix_(group, group)].max()
    assert within < found.divergences[np.ix_(group, ~group)].min()
    for row, own in enumerate(group):  # the nearest on the map is one of its own group
        distances = np.linalg.norm(found.points - found.points[row], axis=1)
        distances[row] = np.inf
        assert group[distances.argmin()] == own
    assert found.places == 200
    with pytest.raises(UserError, match="map of 3 models"):
        map_models({name: models[name] for name in ("a0", "a1", "b0")})


def test_ngrams_are_nearest_to_those_of_like_context(copied_home):
    spread = ensure_ngram_distributions(open_corpus("toy-bytes"), range(5))
    found = map_models({str(context): values for context, values in spread.items()}).divergences
    assert found[0, 1] < found[0, 2]
    assert found[4, 3] < found[4, 1]


def test_recalled_figures_are_found_where_there_are_any():
    assert recalled_nats("warpeace", "lstm", layers=2, units=128) == 1.227
    assert recalled_nats("linux", "gru", layers=3, units=512) == 0.829
    assert recalled_nats("warpeace", "n-gram", context=5) == 1.232
    assert recalled_nats("warpeace", "n-gram", context=20) == 1.195
    assert recalled_nats("warpeace", "n-NN", context=6) == 1.321
    for none in (
        recalled_nats("warpeace", "rnn", layers=1, units=512),
        recalled_nats("warpeace", "lstm", layers=4, units=512),
        recalled_nats("warpeace", "lstm", layers=1, units=100),
        recalled_nats("my-text", "lstm", layers=1, units=64),
        recalled_nats(None, "n-gram", context=1),
        recalled_nats("warpeace", "n-gram", context=0),
        recalled_nats("linux", "n-NN", context=3),
    ):
        assert none is None
