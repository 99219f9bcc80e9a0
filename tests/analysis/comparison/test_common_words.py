import numpy as np

from analysis.comparison.common_words import common_words
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import Vocabulary


def vocabulary(*tokens, unit="words"):
    return Vocabulary(Tokenisation(unit), tokens, tuple(range(len(tokens), 0, -1)))


def test_words_are_matched_as_they_are_written_whatever_their_ids():
    first, second = vocabulary("<unk>", "the", "cat", "sat", "hath"), vocabulary("sat", "cat", "<unk>", "dog", "on")
    found = common_words(first, [3, 2, 1, 4], second, [0, 3, 1])
    assert found.in_first.tolist() == [0, 1]
    assert found.in_second.tolist() == [0, 2]
    assert found.second_of.tolist() == [0, 2, -1, -1]
    assert found.first_of.tolist() == [0, -1, 1]
    assert found.foreign_to_second.tolist() == [False, False, True, True]
    assert found.foreign_to_first.tolist() == [False, True, False]
    assert len(found) == 2


def test_a_word_that_is_known_but_not_shown_is_not_foreign():
    first, second = vocabulary("a", "b"), vocabulary("a", "b", "c")
    found = common_words(first, [0, 1], second, [0])
    assert found.second_of.tolist() == [0, -1]
    assert not found.foreign_to_second.any()


def test_both_sides_tell_the_same():
    names = [f"word-{n}" for n in range(60)]
    draw = np.random.default_rng(0)
    first, second = vocabulary(*names[:40]), vocabulary(*draw.permutation(names[20:]))
    ids = draw.permutation(40)[:30]
    forth, back = common_words(first, ids, second, range(40)), common_words(second, range(40), first, ids)
    np.testing.assert_array_equal(forth.second_of, back.first_of)
    np.testing.assert_array_equal(forth.foreign_to_second, back.foreign_to_first)
    assert len(forth) == len(back) > 0
    for row, other in zip(forth.in_first, forth.in_second, strict=True):
        assert first.tokens[ids[row]] == second.tokens[other]


def test_a_byte_is_not_the_word_that_is_written_alike():
    found = common_words(vocabulary("a", "I"), [0, 1], vocabulary("a", "I", unit="bytes"), [0, 1])
    assert len(found) == 0
    assert found.foreign_to_second.all()
    assert found.foreign_to_first.all()
