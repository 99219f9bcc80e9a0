import math
import shutil
from dataclasses import replace

import numpy as np
import pytest

from analysis.dynamics.dynamics import BOOTSTRAPS, Expectations, training_dynamics
from analysis.dynamics.store import ensure_dynamics, moments_of, stored_dynamics
from analysis.model_similarity import symmetric_divergence
from analysis.ngrams.kneser_ney import score_ngrams
from analysis.ngrams.window_store import ensure_window_scores
from analysis.predictions.predict import sampled_places
from data_prep.errors import UserError
from models.run import open_run

V, CONTEXTS = 6, (0, 1, 2, 3)


@pytest.fixture
def random():
    return np.random.default_rng(0)


def test_symmetric_kl_equals_the_slow_formula_is_symmetric_and_zero_of_a_model_with_itself(random):
    p, q = random.dirichlet(np.ones(V), 5), random.dirichlet(np.ones(V), 5)
    slow = [sum(a * math.log(a / b) + b * math.log(b / a) for a, b in zip(*pair, strict=True))
            for pair in zip(p, q, strict=True)]  # fmt: skip
    tokens = np.log(random.random(40))
    first, second = Expectations(tokens, p), Expectations(tokens, q)
    found = training_dynamics([first, second], {"first": first, "second": second})
    np.testing.assert_allclose(found.divergence, np.mean(slow) * (1 - np.eye(2)), rtol=1e-12)


@pytest.fixture(scope="module")
def models() -> dict[str, Expectations]:
    """n-gram models of a text in which each symbol depends on the three before it."""
    random = np.random.default_rng(1)
    table = random.dirichlet(np.full(V, 0.25), (V, V, V))
    text = [0, 1, 2]
    for draw in random.random(30_000):
        text.append(min(V - 1, int(np.searchsorted(table[tuple(text[-3:])].cumsum(), draw))))
    training, test = np.array(text[:24_000]), np.array(text[24_000:])
    places = sampled_places(len(test), V, 500)
    scores = score_ngrams(training, test, V, longest=3, sampled=places, contexts=CONTEXTS)
    return {
        f"context {context}": Expectations(np.log(scores.probabilities[context]), scores.distributions[context])
        for context in CONTEXTS
    }


def mixed(one: Expectations, other: Expectations, share: float) -> Expectations:
    """What a model expects that believes the other with this share."""
    parts = ((1 - share) * np.exp(one.log_probabilities) + share * np.exp(other.log_probabilities),
             (1 - share) * one.distributions + share * other.distributions)  # fmt: skip
    return Expectations(np.log(parts[0]), parts[1])


def test_a_training_that_goes_from_short_contexts_to_long_ones_resembles_them_in_order(models):
    named = list(models.values())
    steps = [(0, 1, 0.2), (0, 1, 0.9), (1, 2, 0.2), (1, 2, 0.9), (2, 3, 0.1), (2, 3, 0.95)]
    found = training_dynamics([mixed(named[a], named[b], share) for a, b, share in steps], models)
    assert found.nearest.tolist() == [0, 1, 1, 2, 2, 3]
    assert (found.nearest_share[np.arange(6), found.nearest] == 1).all()
    assert (np.diff(found.loss) < 0).all()
    assert (np.diff(found.model_loss) < 0).all()


def test_places_that_are_shuffled_resemble_no_context_but_none(models):
    longest = models["context 3"]
    order = np.random.default_rng(2).permutation(len(longest.distributions))
    shuffled = Expectations(longest.log_probabilities, longest.distributions[order])
    found = training_dynamics([longest, shuffled], models)
    assert found.nearest.tolist() == [3, 0]  # what is right on average is all that is left
    assert found.divergence[1].min() > 100 * found.divergence[0].min() + 0.1


def test_figures_equal_what_they_are_means_of(models):
    moments = list(models.values())[1:3]
    found = training_dynamics(moments, models, seed=5)
    for row, moment in enumerate(moments):
        assert found.loss[row] == pytest.approx(-moment.log_probabilities[1:].mean(), rel=1e-6)
        for column, model in enumerate(models.values()):
            kl = symmetric_divergence(moment.distributions, model.distributions)
            assert found.divergence[row, column] == pytest.approx(kl.mean())
            # the bootstrap's deviation is that of a mean
            expected = kl.std() / math.sqrt(found.places)
            assert found.divergence_deviation[row, column] == pytest.approx(expected, rel=0.3, abs=1e-12)
    np.testing.assert_allclose(found.loss_difference, found.loss[:, None] - found.model_loss)
    np.testing.assert_allclose(found.nearest_share.sum(1), 1)
    assert found.loss_difference_deviation[0, 1] == 0  # with itself
    assert (found.places, found.tokens, found.seed) == (500, 6002, 5)


def test_samples_come_from_the_seed(models):
    moments = [mixed(models["context 2"], models["context 3"], 0.5)]
    first, again, other = (training_dynamics(moments, models, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.divergence_deviation, again.divergence_deviation)
    assert (first.divergence_deviation != other.divergence_deviation).any()
    np.testing.assert_array_equal(first.divergence, other.divergence)
    assert (first.nearest_share * BOOTSTRAPS % 1 == 0).all()


def test_other_texts_and_nothing_at_all_are_refused(models):
    one = models["context 0"]
    with pytest.raises(UserError, match="foretold"):
        training_dynamics([Expectations(one.log_probabilities[:-1], one.distributions)], models)
    with pytest.raises(UserError, match="cannot be compared"):
        training_dynamics([Expectations(one.log_probabilities, one.distributions[:-1])], models)
    with pytest.raises(UserError, match="nothing to compare"):
        training_dynamics([], models)


def test_a_run_is_followed_through_its_checkpoints_and_the_result_is_stored(checkpoints_home, tmp_path, monkeypatch):
    home = shutil.copytree(checkpoints_home, tmp_path / "home")
    monkeypatch.setenv("RNNSCOPE_HOME", str(home))
    run = open_run("kept")
    assert stored_dynamics(run) is None
    told = []
    made = ensure_dynamics(run, on_progress=lambda done, what: told.append((done, what)))
    assert [one.epoch for one in moments_of(run)] == pytest.approx([0.5, 1, 2], abs=0.02)
    assert made.dynamics.loss[0] > made.dynamics.loss[-1]
    assert made.dynamics.divergence.shape == (3, 10)
    assert made.dynamics.loss[-1] == pytest.approx(run.test["cross_entropy_nats"], abs=0.02)
    assert made.right["forget_gate"].shape == (3, 1, 16)
    assert told[-1][0] == 1
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    shutil.rmtree(home / "corpora")
    found = stored_dynamics(run)
    np.testing.assert_array_equal(found.dynamics.divergence, made.dynamics.divergence)
    np.testing.assert_array_equal(found.right["forget_gate"], made.right["forget_gate"])
    assert found.dynamics.models == made.dynamics.models


def test_networks_over_the_last_tokens_stand_in_the_place_of_n_grams(checkpoints_home, tmp_path, monkeypatch):
    monkeypatch.setenv("RNNSCOPE_HOME", str(shutil.copytree(checkpoints_home, tmp_path / "home")))
    run = open_run("kept")
    with pytest.raises(UserError, match="No n-NN model"):
        ensure_dynamics(run, "n-NN")
    scores = {context: ensure_window_scores(run.open_corpus(), context) for context in (1, 3)}
    found = ensure_dynamics(run, "n-NN").dynamics
    assert found.models == ("n-NN, context 1", "n-NN, context 3")
    for place, one in enumerate(scores.values()):
        assert found.model_loss[place] == pytest.approx(-one.log_probabilities[1:].mean(), abs=1e-5)


def test_a_run_without_checkpoints_says_which_setting_keeps_them(use_trained_home):
    with pytest.raises(UserError) as raised:
        ensure_dynamics(open_run("toy-bytes-gru"))
    assert "no checkpoint" in raised.value.message
    assert "training.checkpoints_in_first_epoch" in raised.value.hint


def test_a_classifier_foretells_no_token(classifier_home, monkeypatch):
    monkeypatch.setenv("RNNSCOPE_HOME", str(classifier_home))
    with pytest.raises(UserError, match="tells classes"):
        ensure_dynamics(open_run("reviews-gru"))


def test_of_a_network_trained_elsewhere_nothing_is_said_about_how_to_train_it(use_trained_home):
    with pytest.raises(UserError, match="was trained elsewhere"):
        ensure_dynamics(replace(open_run("toy-bytes-gru"), origin="imported"))
