import math

import numpy as np
import pytest

from analysis.ngrams.kneser_ney import FALLBACK, discounts, score_ngrams
from data_prep.errors import UserError


def slow_scores(training: np.ndarray, text: np.ndarray, vocabulary_size: int, context: int) -> np.ndarray:
    """(T, V): the definition of Chen and Goodman, one dictionary for each order."""
    train, text = [-1, *training.tolist()], [-1, *text.tolist()]
    counts: list[dict[tuple[int, ...], int]] = [{}]
    for length in range(1, context + 2):
        grams = [tuple(train[place : place + length]) for place in range(len(train) - length + 1)]
        if length == context + 1:
            counts.append({gram: grams.count(gram) for gram in set(grams)})
        else:
            before: dict[tuple[int, ...], set[int]] = {gram: set() for gram in grams}
            for place, gram in enumerate(grams):
                before[gram].add(train[place - 1] if place else -2)
            counts.append({gram: len(symbols) for gram, symbols in before.items()})
        counts[-1].pop((-1,), None)
    found = np.full((len(text) - 1, vocabulary_size), 1 / vocabulary_size)
    for length in range(1, context + 2):
        taken, _ = discounts(np.array(list(counts[length].values())))
        for row in range(len(found)):
            place = row + 1
            history = tuple(text[place - length + 1 : place])
            if len(history) < length - 1:
                continue
            after = {gram[-1]: count for gram, count in counts[length].items() if gram[:-1] == history}
            if total := sum(after.values()):
                below = sum(taken[min(count, 3) - 1] for count in after.values()) / total
                found[row] *= below
                for symbol, count in after.items():
                    found[row, symbol] += (count - taken[min(count, 3) - 1]) / total
    return found


@pytest.mark.parametrize("seed", range(3))
def test_every_order_equals_the_definition(seed):
    rng = np.random.default_rng(seed)
    # Zipf-like, so that the counts of counts give discounts of their own
    training = rng.choice(12, 400, p=(weights := 1 / np.arange(1, 13)) / weights.sum())
    text = np.concatenate((training[100:120], rng.integers(0, 14, 60)))  # two symbols that training lacks
    places = np.arange(len(text))
    found = score_ngrams(training, text, 14, longest=5, sampled=places, contexts=range(6))
    for context in range(6):
        slow = slow_scores(training, text, 14, context)
        np.testing.assert_allclose(found.distributions[context], slow, rtol=1e-5)
        np.testing.assert_allclose(found.probabilities[context], slow[places, text], rtol=1e-5)
    assert not found.fallbacks.all()


def test_a_tiny_case_by_hand():
    """a b a c: of one symbol, continuations a 2 (start, b), b 1, c 1; too few for discounts, so ½, 1, 1½."""
    found = score_ngrams(np.array([0, 1, 0, 2]), np.array([0, 1]), 3, longest=1, sampled=np.arange(2), contexts=(0, 1))
    assert found.fallbacks.all()
    # Context 0 counts occurrences: a 2 − 1, b and c 1 − ½, of 4; what was taken, 2 of 4, is spread evenly.
    alone = np.array([1 / 4, 1 / 8, 1 / 8]) + 2 / 4 / 3
    np.testing.assert_allclose(found.distributions[0], [alone, alone], rtol=1e-6)
    # Below the bigrams, by continuations: the same numbers here.
    after_start = np.array([0.5, 0, 0]) + 0.5 * alone
    after_a = np.array([0, 0.25, 0.25]) + 0.5 * alone  # b once, c once
    np.testing.assert_allclose(found.distributions[1], [after_start, after_a], rtol=1e-6)
    np.testing.assert_allclose(found.probabilities[1], [after_start[0], after_a[1]], rtol=1e-6)


def test_probabilities_sum_to_one_after_every_context():
    rng = np.random.default_rng(5)
    training, text = rng.integers(0, 30, 2000) // 2, rng.integers(0, 20, 300)
    found = score_ngrams(training, text, 20, longest=7, sampled=np.arange(300), contexts=range(8))
    for distribution in found.distributions.values():
        np.testing.assert_allclose(distribution.sum(1), 1, rtol=1e-6)
        assert (distribution > 0).all()


def test_a_planted_memory_of_two_symbols_is_found_and_none_in_a_shuffled_text():
    rng = np.random.default_rng(2)
    text = [0, 1]
    for _ in range(20_000):  # the next symbol is the sum of the last two, nine times of ten
        text.append((text[-1] + text[-2]) % 5 if rng.random() < 0.9 else int(rng.integers(5)))
    text = np.array(text)
    nats = score_ngrams(text[:16_000], text[16_000:], 5, longest=4).cross_entropy_nats
    noise = 0.92 * math.log(1 / 0.92) + 0.08 * math.log(4 / 0.08)
    assert nats[0] == pytest.approx(math.log(5), abs=0.01)
    assert nats[2] == pytest.approx(noise, abs=0.03)
    assert nats[1] - nats[2] > 0.7
    rng.shuffle(text)
    nats = score_ngrams(text[:16_000], text[16_000:], 5, longest=4).cross_entropy_nats
    assert (nats > math.log(5) - 0.01).all()


def test_a_model_does_not_depend_on_how_long_the_longest_is():
    rng = np.random.default_rng(3)
    training, text = rng.integers(0, 9, 900) // 2, rng.integers(0, 5, 200)
    long = score_ngrams(training, text, 5, longest=12)
    short = score_ngrams(training, text, 5, longest=3)
    np.testing.assert_array_equal(long.probabilities[:4], short.probabilities)


def test_the_size_of_a_model_is_that_of_all_its_orders():
    found = score_ngrams(np.array([0, 1, 0, 1, 2]), np.array([0]), 3, longest=2)
    # start, 0, 1, 2 · start 0, 01, 10, 12 · start 01, 010, 101, 012
    assert found.ngrams.tolist() == [4, 8, 12]


def test_discounts_follow_the_counts_of_counts():
    counts = np.repeat([1, 2, 3, 4, 9], [60, 20, 10, 6, 3])
    found, fallback = discounts(counts)
    y = 60 / (60 + 40)
    np.testing.assert_allclose(found, [1 - 2 * y * 20 / 60, 2 - 3 * y * 10 / 20, 3 - 4 * y * 6 / 10])
    assert not fallback
    assert discounts(np.array([1, 2, 3]))[1]
    assert discounts(np.array([7]))[0].tolist() == list(FALLBACK)


def test_a_text_shorter_than_the_context_is_read_as_far_as_it_goes():
    training = np.random.default_rng(4).integers(0, 2, 60)
    found = score_ngrams(training, training[:3], 2, longest=20)
    assert found.probabilities.shape == (21, 3)
    np.testing.assert_allclose(found.probabilities[8], found.probabilities[20])


def test_what_cannot_be_counted_is_refused():
    text = np.array([0, 1, 1])
    for empty in ((text[:0], text), (text, text[:0])):
        with pytest.raises(UserError, match="no text"):
            score_ngrams(*empty, 2, longest=2)
    with pytest.raises(UserError, match="context of 4 tokens is longer than the training part of 3"):
        score_ngrams(text, text, 2, longest=4)
    with pytest.raises(UserError, match="cannot be counted"):
        score_ngrams(np.zeros(500, int), text, 2, longest=400)
    with pytest.raises(UserError, match="0 to 2 symbols"):
        score_ngrams(text, text, 2, longest=2, sampled=text, contexts=(3,))
