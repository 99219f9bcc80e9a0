"""The oracles: each by hand, together a partition of the errors."""

import numpy as np
import pytest

from analysis.errors.breakdown import break_down, what_becomes
from analysis.errors.clues import NEVER, Clues, count_words, find_clues
from analysis.errors.decoded_text import decode_text
from analysis.errors.oracle_settings import OracleSettings
from data_prep.errors import UserError
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import Vocabulary, build_vocabulary

SETTINGS = OracleSettings(memory_lengths=(5, 20), rare_counts=(0, 1), boosts=(0.2, 0.4), ngram_contexts=(0, 2))


def text_of(text: str, unit: str = "bytes", more: str = "") -> tuple[np.ndarray, Vocabulary]:
    cut = Tokenisation(unit, "punctuation")
    vocabulary = build_vocabulary(cut, cut.split(text + more), 1000)
    return vocabulary.encode(cut.split(text))[0], vocabulary


def random_clues(tokens: int, seed: int = 0) -> Clues:
    draw = np.random.default_rng(seed)
    return Clues(
        draw.random((3, tokens)) ** 3,
        np.where(draw.random(tokens) < 0.5, draw.integers(1, 40, tokens), NEVER),
        np.where(draw.random(tokens) < 0.7, draw.integers(0, 9, tokens), NEVER),
        draw.random(tokens) < 0.2,
        draw.random(tokens) < 0.1,
    )


def test_each_oracle_takes_what_the_earlier_ones_left():
    tokens = 11
    ngram = np.zeros((3, tokens))
    ngram[0, 1] = ngram[1, 2] = ngram[2, 3] = 0.6  # the model of one token of context is not asked
    repeated, counts = np.full((2, tokens), NEVER)
    repeated[[1, 4, 5]] = 3, 5, 6
    counts[[4, 6, 7]] = 0, 0, 1
    begins, marks = np.zeros((2, tokens), bool)
    begins[[7, 8]] = marks[[8, 9]] = True
    p = np.full(tokens, 0.05)
    p[0], p[2], p[10] = 0.5, 0.35, 0.15
    found = break_down(np.log(p), Clues(ngram, repeated, counts, begins, marks), SETTINGS)
    labels = [found.kinds[kind].label if kind >= 0 else "" for kind in found.kind_of]
    assert labels == [
        "", "model of 0 to 2 tokens of context", "probability + 0.2", "model of 0 to 2 tokens of context",
        "word in the last 5 tokens", "word in the last 20 tokens", "word never in training",
        "word 1× in training", "first character of a word",
        "punctuation", "probability + 0.4",
    ]  # fmt: skip
    assert found.ngram.each.tolist() == pytest.approx([0.1, 0.1])
    assert found.ngram.any == pytest.approx(0.2)


@pytest.mark.parametrize("threshold", [0.1, 0.5, 0.9])
def test_the_kinds_part_the_errors_and_their_loss(threshold):
    draw = np.random.default_rng(1)
    log_p = np.log(draw.random(4000))
    log_p[0] = np.nan
    settings = OracleSettings(threshold, memory_lengths=(5, 20), ngram_contexts=(0, 1, 2), boosts=(0.1,))
    found = break_down(log_p, random_clues(4000), settings)
    errors = np.exp(log_p) < threshold
    assert found.errors == found.counts.sum() == errors.sum()
    assert found.nats.sum() == pytest.approx(-log_p[errors].sum())
    assert found.shares.sum() == pytest.approx(1)
    assert found.total_nats == pytest.approx(-np.nansum(log_p))
    assert found.predicted == 3999
    assert found.kind_of[0] == -2
    assert sum(count for count, _ in found.groups().values()) == found.errors
    assert sum(nats for _, nats in found.groups().values()) == pytest.approx(found.nats.sum())


def test_errors_that_fall_anywhere_have_the_shares_of_chance_and_others_have_not():
    clues, draw = random_clues(40_000), np.random.default_rng(5)
    settings = OracleSettings(memory_lengths=(5, 20), ngram_contexts=(0, 1, 2))
    anywhere = break_down(np.log(draw.random(40_000)), clues, settings)
    told = ~np.isnan(anywhere.by_chance)
    assert told.sum() == 1 + 2 + 6 + 1 + 1  # all but the boosts and the rest
    assert anywhere.shares[told] == pytest.approx(anywhere.by_chance[told], abs=0.01)
    right_where_punctuation_stands = np.where(clues.punctuation, 0.9, 0.1)
    found = break_down(np.log(right_where_punctuation_stands), clues, settings)
    place = [kind.group for kind in found.kinds].index("punctuation")
    assert found.shares[place] == 0 < found.by_chance[place]
    assert found.by_chance[told].tolist() == anywhere.by_chance[told].tolist()


def test_what_becomes_of_errors_keeps_both_counts():
    draw = np.random.default_rng(2)
    clues = random_clues(3000)
    small = draw.random(3000)
    large = np.minimum(1, small + draw.random(3000) * 0.5)
    breakdowns = [break_down(np.log(p), clues, SETTINGS) for p in (small, large)]
    table = what_becomes(*breakdowns)
    assert table.sum() == 3000
    assert table[:-1].sum(1).tolist() == breakdowns[0].counts.tolist()
    assert table[:, :-1].sum(0).tolist() == breakdowns[1].counts.tolist()
    assert table[-1, :-1].sum() == 0  # the larger model gives each token at least as much
    same = what_becomes(breakdowns[0], breakdowns[0])
    assert np.array_equal(same, np.diag(np.diag(same)))
    with pytest.raises(UserError, match="different kinds"):
        what_becomes(breakdowns[0], break_down(np.log(small), clues, OracleSettings(ngram_contexts=(0,))))


def test_the_three_readings_of_the_ngram_question():
    draw = np.random.default_rng(3)
    ngram = draw.random((3, 2000))
    p = draw.random(2000)
    clues = random_clues(2000)
    clues = Clues(ngram, clues.repeated, clues.training_count, None, clues.punctuation)
    found = break_down(np.log(p), clues, OracleSettings(ngram_contexts=(0, 1, 2))).ngram
    errors = p < 0.5
    assert found.each == pytest.approx((ngram[:, errors] > 0.5).mean(1))
    assert found.any == pytest.approx((ngram[:, errors] > 0.5).any(0).mean())
    assert found.best == np.log(ngram).mean(1).argmax()
    assert found.best_share == found.each[found.best]
    # A model of one and the same probability is no help to anyone.
    constant = Clues(np.full((3, 2000), 0.5), clues.repeated, clues.training_count, None, clues.punctuation)
    assert break_down(np.log(p), constant, OracleSettings(ngram_contexts=(0, 1, 2))).ngram.any == 0


def test_the_clues_of_a_text_by_hand():
    text = 'The cat sat. "The cats," that cat'
    ids, vocabulary = text_of(text)
    training = text_of("the The cat don't")[0]
    training = np.array([vocabulary.ids[c] for c in "The cat The that" if c in vocabulary.ids])
    clues = find_clues(ids, vocabulary, training, OracleSettings())
    at = text.rindex("cat")
    assert clues.repeated[at] == NEVER  # the first character
    assert clues.repeated[at + 1] == at + 1 - text.index("cat")
    again = text.rindex("The")
    assert clues.repeated[again + 1 : again + 3].tolist() == [again + 1, again + 2]
    assert (clues.repeated[text.index("cats") : text.index("cats") + 4] == NEVER).all()  # another word
    assert clues.training_count[[0, 4, 8, text.index("cats"), 3]].tolist() == [2, 1, 0, 0, NEVER]
    begins = np.flatnonzero(clues.begins_word).tolist()
    assert begins == [4, 8, 14, 18, 25, 30]  # behind a space or a quotation mark; not where the text begins
    assert "".join(np.array(list(text))[clues.punctuation]) == '.","'
    assert "n-gram oracle is left out" in clues.left_out[0]


def test_bytes_and_characters_of_the_same_text_have_the_same_clues():
    text = "Élan é “Élan” naïve — naïve élan été\n"
    by_unit = {unit: text_of(text, unit) for unit in ("bytes", "characters")}
    decoded = decode_text(*by_unit["bytes"])
    assert decoded.text == text
    found = {unit: find_clues(ids, vocabulary, ids, OracleSettings()) for unit, (ids, vocabulary) in by_unit.items()}
    for name in ("begins_word",):
        np.testing.assert_array_equal(
            getattr(found["bytes"], name)[decoded.starts[:-1]], getattr(found["characters"], name)
        )
    for name in ("punctuation", "training_count"):
        np.testing.assert_array_equal(
            getattr(found["bytes"], name), getattr(found["characters"], name)[decoded.characters]
        )


def test_bytes_that_are_no_text_belong_to_no_word():
    cut = Tokenisation("bytes")
    tokens = [*"ab ", "\xff", *" ab", "\xe9"]
    vocabulary = build_vocabulary(cut, tokens, 256)
    ids = vocabulary.encode(tokens)[0]
    clues = find_clues(ids, vocabulary, ids, OracleSettings())
    assert clues.training_count.tolist() == [2, 2, NEVER, NEVER, NEVER, 2, 2, NEVER]
    assert not clues.punctuation.any()


def test_words_are_counted_whole_across_blocks(monkeypatch):
    text = "one two three " * 50
    ids, vocabulary = text_of(text)
    monkeypatch.setattr("analysis.errors.clues.AT_ONCE", 17)
    assert count_words(ids, vocabulary) == {"one": 50, "two": 50, "three": 50}


def test_a_word_model_keeps_the_oracles_that_need_no_characters():
    ids, vocabulary = text_of("the cat sat. the cat, the dog!", "words", " the cat sat")
    clues = find_clues(ids, vocabulary, ids, OracleSettings())
    shown = [vocabulary.tokens[token_id] for token_id in ids]
    assert shown[:6] == ["the", "cat", "sat", ".", "<eos>", "the"]
    assert clues.repeated[:7].tolist() == [NEVER] * 5 + [5, 5]
    assert [token for token, mark in zip(shown, clues.punctuation, strict=True) if mark] == [".", ",", "!"]
    assert clues.training_count[0] == vocabulary.counts[vocabulary.ids["the"]]
    assert clues.training_count[4] == NEVER
    assert clues.begins_word is None
    assert "reads whole words" in clues.left_out[-1]
    found = break_down(np.log(np.full(len(ids), 0.01)), clues, OracleSettings())
    assert not [kind for kind in found.kinds if kind.group in ("word model", "n-gram")]
    assert found.errors == len(ids)
    assert found.ngram is None


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"threshold": 1.5}, "no threshold"),
        ({"ngram_probability": 1.0}, "more than 1"),
        ({"memory_lengths": (100, 50)}, "100, 50"),
        ({"rare_counts": (-1,)}, "-1"),
        ({"boosts": (0.1, 0.1)}, "0.1, 0.1"),
        ({"ngram_contexts": ()}, "no context length"),
    ],
)
def test_settings_that_make_no_sense_are_refused(options, sentence):
    with pytest.raises(UserError) as error:
        OracleSettings(**options)
    assert sentence in error.value.message


def test_what_does_not_fit_is_refused():
    with pytest.raises(UserError, match="no n-gram model of 9 tokens"):
        break_down(np.zeros(5), random_clues(5), OracleSettings())
    with pytest.raises(UserError, match="are of 4 tokens"):
        break_down(np.zeros(4), random_clues(5), SETTINGS)
