import random
from collections import Counter

import numpy as np
import pytest

from data_prep.errors import UserError
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import Vocabulary, build_vocabulary

WORDS = Tokenisation("words")
BYTES = Tokenisation("bytes")


def test_most_frequent_first_ties_by_the_alphabet():
    vocabulary = build_vocabulary(WORDS, ["b", "a", "c", "c", "a", "b", "d", "<eos>", "c"], 10)
    assert vocabulary.tokens == ("<unk>", "<eos>", "c", "a", "b", "d")
    assert vocabulary.counts == (0, 1, 3, 2, 2, 1)


def test_the_cap_counts_the_marks_and_the_rest_becomes_unknown():
    vocabulary = build_vocabulary(WORDS, ["b", "a", "c", "c", "a", "b", "d", "<unk>", "<eos>"], 4)
    assert vocabulary.tokens == ("<unk>", "<eos>", "a", "b")
    assert vocabulary.counts == (4, 1, 2, 2)  # c, c, d, and the <unk> that was there


@pytest.mark.parametrize("cap", [3, 5, 20, 1000])
def test_counts_sum_to_the_training_part(cap):
    draw = random.Random(cap)
    training = [f"w{int(draw.paretovariate(0.7))}" for _ in range(2000)] + ["<eos>"] * 50 + ["<unk>"] * 7
    draw.shuffle(training)
    vocabulary = build_vocabulary(WORDS, training, cap)
    assert sum(vocabulary.counts) == len(training)
    assert len(vocabulary) == min(cap, len(set(training)))
    ids, known = vocabulary.encode(training)
    assert np.bincount(ids, minlength=len(vocabulary)).tolist() == list(vocabulary.counts)
    assert known.tolist() == [token in vocabulary.tokens for token in training]
    # nothing outside is more frequent than anything inside
    outside = Counter(token for token in training if token not in vocabulary.tokens)
    assert max(outside.values(), default=0) <= min(vocabulary.counts[2:])


def test_the_training_part_alone_decides_on_words():
    alone = build_vocabulary(WORDS, ["a", "b", "a"], 10)
    with_rest = build_vocabulary(WORDS, ["a", "b", "a"], 10, ["z", "z", "z", "z"])
    assert with_rest == alone
    assert alone.encode(["a", "z"])[0].tolist() == [2, 0]


def test_bytes_keep_every_value_whatever_the_cap():
    vocabulary = build_vocabulary(BYTES, list("aab"), 3, list("xyzb"))
    assert vocabulary.tokens == ("a", "b", "x", "y", "z")
    assert vocabulary.counts == (2, 1, 0, 0, 0)
    assert vocabulary.unknown_id is None
    ids, known = vocabulary.encode(list("aq"))
    assert ids.tolist() == [0, -1]
    assert known.tolist() == [True, False]


def test_json_round_trip():
    vocabulary = build_vocabulary(Tokenisation("words", "lines"), ["é", "👍", "<b>", "<eos>"], 9)
    assert Vocabulary.from_json(vocabulary.to_json(), "v") == vocabulary


@pytest.mark.parametrize(
    "change",
    [
        {"tokens": []},
        {"tokens": ["a", "a"], "counts": [1, 1]},
        {"tokens": ["a", "b"], "counts": [1]},
        {"counts": ["many"]},
        {"tokens": 3},
        {"unit": None},
        {"unit": "syllables"},
        {"sentence_ends": "never"},
    ],
)
def test_what_is_no_vocabulary_is_refused(change):
    raw = {"unit": "words", "sentence_ends": "lines", "tokens": ["a"], "counts": [1]}
    assert Vocabulary.from_json(raw, "v").tokens == ("a",)
    with pytest.raises(UserError, match=r"my\.json is not a vocabulary"):
        Vocabulary.from_json(raw | change, "my.json")


@pytest.mark.parametrize("raw", [None, [], "text", {}])
def test_what_is_not_even_a_dictionary_is_refused(raw):
    with pytest.raises(UserError, match=r"my\.json is not a vocabulary"):
        Vocabulary.from_json(raw, "my.json")
