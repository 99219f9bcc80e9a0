"""A corpus whose vocabulary was there before it: that of a network which somebody else trained."""

import numpy as np
import pytest

from data_prep.errors import UserError
from data_prep.labelled import LabelOptions
from data_prep.preparing import prepare_corpus
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import Vocabulary


@pytest.fixture
def write(tmp_path, rnnscope_home):
    def write_(content: str, name="text.txt"):
        (tmp_path / name).write_text(content, encoding="utf-8")
        return tmp_path / name

    return write_


def vocabulary(tokens, unit="words", ends="punctuation") -> Vocabulary:
    return Vocabulary(Tokenisation(unit, ends), tuple(tokens), (0,) * len(tokens))


@pytest.mark.parametrize("unit", ["words", "characters", "bytes"])
def test_the_ids_are_those_of_the_vocabulary(write, make_text, unit):
    text = make_text(200, 3)
    ours = prepare_corpus(write(text), Tokenisation(unit), name="ours").vocabulary
    shuffled = [ours.tokens[place] for place in np.random.default_rng(0).permutation(len(ours))]
    given = vocabulary([*shuffled, "never-seen" if unit == "words" else "\x07"], unit)
    corpus = prepare_corpus(write(text), given, name="theirs")
    assert corpus.vocabulary.tokens == given.tokens
    assert corpus.vocabulary.tokenisation == given.tokenisation
    everything = np.concatenate(list(corpus.splits.values()))
    assert everything.tolist() == given.encode(given.tokenisation.split(text))[0].tolist()
    counts = np.bincount(corpus.splits["train"], minlength=len(given))
    assert list(corpus.vocabulary.counts) == counts.tolist()


def test_words_outside_become_unknown(write):
    corpus = prepare_corpus(write("the cat sat. " * 20), vocabulary(["sat", "<unk>", "<eos>", "."]), name="a")
    assert corpus.splits["train"][:5].tolist() == [1, 1, 0, 3, 2]


@pytest.mark.parametrize(("unit", "lost"), [("characters", "é, ␣"), ("bytes", "␣, \\xa9, \\xc3"), ("words", "é")])
def test_what_has_no_id_is_named(write, unit, lost):
    path = write("aaaa bbbb " * 20 + "é")
    with pytest.raises(UserError) as caught:
        prepare_corpus(path, vocabulary(["aaaa", "bbbb", "a", "b"], unit, "none"), name="a")
    for token in lost.split(", "):
        assert token in caught.value.message
    assert f"{len(lost.split(', '))} {unit} that the vocabulary has no id for" in caught.value.message


def test_labelled_texts_too(write):
    rows = "".join(f"{n % 2},the {'good' if n % 2 else 'bad'} cat {n}\n" for n in range(60))
    given = vocabulary(["<unk>", "bad", "good", "<eos>"])
    corpus = prepare_corpus(write("stars,text\n" + rows, "t.csv"), given, name="a", labels=LabelOptions("stars"))
    texts, ids = corpus.texts["train"], corpus.splits["train"]
    for place, label in enumerate(texts.labels.tolist()):
        assert ids[texts.offsets[place] : texts.offsets[place + 1]].tolist() == [0, 1 + label, 0, 0]


def test_the_same_text_in_another_vocabulary_is_another_corpus(write):
    path = write("the cat sat. " * 20)
    first = prepare_corpus(path, vocabulary(["<unk>", "<eos>", "cat"]), name="a")
    assert prepare_corpus(path, vocabulary(["<unk>", "<eos>", "cat"]), name="a").digest == first.digest
    with pytest.raises(UserError, match="another corpus called a"):
        prepare_corpus(path, vocabulary(["<unk>", "<eos>", "sat"]), name="a")
