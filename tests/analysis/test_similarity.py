from types import SimpleNamespace

import numpy as np
import pytest

from analysis.similarity import cosines_to, nearest_words, similarity_rank, strongest_units, strongest_words
from data_prep.errors import UserError


def responses(mean, counts=None):
    mean = np.asarray(mean, np.float32)
    return SimpleNamespace(mean=mean, counts=np.ones(len(mean), int) if counts is None else np.asarray(counts))


def planted(noise=0.3, seed=0):
    """60 words in 6 groups that move 40 units alike, on top of what every word does."""
    draw = np.random.default_rng(seed)
    groups = draw.permutation(np.repeat(np.arange(6), 10))
    directions = draw.normal(size=(6, 40))
    sizes = draw.uniform(0.2, 3, (60, 1))
    common = 5 * draw.normal(size=40)
    mean = common + sizes * (directions[groups] + noise * draw.normal(size=(60, 40)))
    return responses(mean, draw.integers(1, 500, 60)), groups


def test_planted_neighbours_are_found_and_shuffled_ones_are_not():
    response, groups = planted()
    hits = np.mean([groups[nearest_words(response, row, 9).rows] == groups[row] for row in range(60)])
    assert hits > 0.95
    shuffled = np.random.default_rng(1).permutation(groups)
    assert np.mean([shuffled[nearest_words(response, row, 9).rows] == shuffled[row] for row in range(60)]) < 0.3


def test_cosines_are_centred_by_how_often_words_occur():
    response, _ = planted()
    mean, counts = response.mean.astype(float), response.counts
    centred = mean - (mean * counts[:, None]).sum(0) / counts.sum()
    expected = centred @ centred[7] / np.linalg.norm(centred, axis=1) / np.linalg.norm(centred[7])
    np.testing.assert_allclose(cosines_to(response, 7), expected, atol=1e-12)
    uncentred = mean @ mean[7] / np.linalg.norm(mean, axis=1) / np.linalg.norm(mean[7])
    assert uncentred.min() > 0.3 > cosines_to(response, 7).min()  # what every word does is taken away


def test_ranks_agree_with_the_list_of_neighbours():
    response, _ = planted()
    order = nearest_words(response, 4, 60)
    assert len(order.rows) == 59
    assert 4 not in order.rows
    assert (np.diff(order.cosines) <= 0).all()
    assert [similarity_rank(response, 4, row) for row in order.rows] == list(range(1, 60))


def test_a_tie_counts_against_the_word():
    response = responses([[1, 0], [0, 1], [0, 1], [-1, -2]])
    assert similarity_rank(response, 0, 1) == similarity_rank(response, 0, 2) == 2


def test_a_word_that_does_what_the_mean_word_does_is_like_none():
    response = responses([[1, 0], [-1, 0], [0, 0]])
    assert cosines_to(response, 0).tolist() == [1, -1, 0]
    assert np.isfinite(cosines_to(responses(np.full((4, 3), 0.1)), 0)).all()


def test_the_strongest_units_and_words():
    response = responses([[3, -1, 0, 2], [-4, 5, 0, -6]])
    units = strongest_units(response, 0, 1)
    assert (units.raised.tolist(), units.raised_by.tolist()) == ([0], [3])
    assert (units.lowered.tolist(), units.lowered_by.tolist()) == ([1], [-1])
    words = strongest_words(response, 3, 5)
    assert (words.raised.tolist(), words.lowered.tolist()) == ([0], [1])
    still = strongest_words(response, 2)
    assert len(still.raised) == len(still.lowered) == 0


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda response: nearest_words(response, 60), "no word 60"),
        (lambda response: nearest_words(response, -1), "no word -1"),
        (lambda response: similarity_rank(response, 0, 99), "no word 99"),
        (lambda response: similarity_rank(response, 3, 3), "no rank among its own"),
        (lambda response: strongest_units(response, 60), "no word 60"),
        (lambda response: strongest_words(response, 40), "no unit 40"),
    ],
)
def test_places_that_are_not_there_are_refused(call, said):
    with pytest.raises(UserError, match=said):
        call(planted()[0])
