"""Errors of several models: regions that part the text, tokens ranked by sure differences, examples."""

import numpy as np
import pytest

from analysis.errors.error_sets import error_sets
from analysis.errors.examples import error_examples
from analysis.errors.ranked_tokens import rank_tokens
from analysis.predictions.predict import Predictions
from data_prep.errors import UserError
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import Vocabulary


def test_three_models_by_hand():
    first = np.array([np.nan, 0.9, 0.1, 0.1, 0.5])
    second = np.array([0.2, 0.9, 0.1, 0.9, 0.1])
    third = np.array([0.2, 0.9, 0.2, 0.9, 0.9])
    found = error_sets("abc", [first, second, third])
    assert found.regions.tolist() == [-1, 0, 7, 1, 2]
    assert found.counts.tolist() == [1, 1, 1, 0, 0, 0, 0, 1]
    assert found.errors.tolist() == [2, 2, 1]
    assert found.members(5) == ("a", "c")
    assert found.nats[7] == pytest.approx(-np.log([0.1, 0.1, 0.2]))


def test_regions_part_the_tokens_and_their_loss():
    draw = np.random.default_rng(0)
    probabilities = list(draw.random((3, 5000)))
    for threshold in (0.1, 0.5, 0.9):
        found = error_sets("abc", probabilities, threshold)
        assert found.counts.sum() == found.predicted == 5000
        assert found.errors.tolist() == [int((own < threshold).sum()) for own in probabilities]
        assert found.nats.sum(0) == pytest.approx([-np.log(own).sum() for own in probabilities])


def test_independent_errors_are_shared_as_often_as_chance_has_it_and_those_of_a_copy_are_not():
    draw = np.random.default_rng(0)
    first, other = draw.random((2, 20_000))
    apart, copied = error_sets("ab", [first, other]), error_sets("ab", [first, first])
    assert apart.counts == pytest.approx(apart.by_chance, rel=0.05)
    assert copied.counts[3] > 1.8 * copied.by_chance[3]
    assert copied.counts[1] == copied.counts[2] == 0


@pytest.mark.parametrize(
    ("probabilities", "threshold", "sentence"),
    [
        ([], 0.5, "0 models"),
        ([np.ones(3)] * 4, 0.5, "4 models"),
        ([np.ones(3), np.ones(4)], 0.5, "3, 4 tokens"),
        ([np.ones(3)], 0.0, "no threshold"),
        ([np.ones(3)], float("nan"), "no threshold"),
    ],
)
def test_what_cannot_be_compared_is_said(probabilities, threshold, sentence):
    with pytest.raises(UserError) as error:
        error_sets("abcd"[: len(probabilities)], probabilities, threshold)
    assert sentence in error.value.message


def test_a_planted_difference_leads_and_chance_differences_are_not_sure():
    draw = np.random.default_rng(0)
    ids = draw.integers(0, 30, 30_000)
    ids[ids == 29] = 5
    ids[:12] = 29  # seldom, and far apart by chance
    first, second = draw.random((2, len(ids)))
    first[ids == 7] = np.minimum(1, first[ids == 7] + 0.2)
    found = rank_tokens(ids, first, second)
    assert found.token_ids[0] == 7
    assert 0 < found.sure[0] < found.difference[0]
    assert (found.sure[1:] == 0).all()
    assert sorted(found.token_ids.tolist()) == list(range(30))
    swapped = rank_tokens(ids, second, first)
    assert swapped.token_ids[0] == 7
    assert swapped.sure[0] == pytest.approx(-found.sure[0])
    shuffled = rank_tokens(draw.permutation(ids), first, second)
    assert (shuffled.sure == 0).all()


def test_standard_errors_are_those_of_the_pairs_and_rare_tokens_are_left_out():
    draw = np.random.default_rng(1)
    ids = np.array([0] * 20 + [1] * 9 + [2] * 10)
    first, second = draw.random((2, 39))
    found = rank_tokens(ids, first, second)
    assert found.rare == 1
    row = found.token_ids.tolist().index(0)
    pairs = (first - second)[:20]
    assert found.difference[row] == pytest.approx(pairs.mean())
    assert found.standard_error[row] == pytest.approx(pairs.std(ddof=1) / np.sqrt(20))
    assert (found.first[row], found.second[row]) == pytest.approx((first[:20].mean(), second[:20].mean()))


def test_examples_stand_where_they_were_asked_for():
    vocabulary = Vocabulary(Tokenisation("characters"), ("a", "\n", "<img>"[0]), (3, 2, 1))
    ids = np.arange(90) % 3
    log_p = np.log(np.linspace(0.01, 0.9, 90))
    predictions = Predictions(ids, log_p, (ids + 1) % 3, np.full(90, 0.6), np.empty(0, int), np.empty((0, 3)), 1, 0)
    places = np.array([0, 5, 50, 89])
    found = error_examples(places, [predictions, predictions], vocabulary)
    assert [one.position for one in found] == places.tolist()
    assert found[0].before == ()
    assert found[3].after == ()
    assert (found[1].token, found[1].guesses) == ("<", ("a", "a"))
    assert found[1].before == ("a", "↵", "<", "a", "↵")
    assert found[2].probabilities == pytest.approx([np.exp(log_p[50])] * 2)
    drawn = [one.position for one in error_examples(np.arange(90), [predictions], vocabulary, most=5, seed=1)]
    assert drawn == sorted(set(drawn))
    assert len(drawn) == 5
    assert drawn != [one.position for one in error_examples(np.arange(90), [predictions], vocabulary, most=5, seed=2)]
