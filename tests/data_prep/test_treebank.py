import pytest

from data_prep.tokens import Tokenisation

TREEBANK = Tokenisation("words", "lines", "treebank")


@pytest.mark.parametrize(
    ("typed", "tokens"),
    [
        ("I don't like it, Mr. Smith.", "i do n't like it mr. smith <eos>"),
        ("It's $5.40 (10%) in the U.S. today!", "it 's $ N N in the u.s. today <eos>"),
        ('They’ll say: "we can\'t"', "they 'll say we ca n't <eos>"),
        ("N n <unk> <eos>", "N n <unk> <eos>"),
        ("well-known 30-day at&t o'brien", "well-known 30-day at&t o'brien <eos>"),
        ("...", ""),
    ],
)
def test_what_is_typed_takes_the_form_of_the_corpus(typed, tokens):
    assert TREEBANK.split(typed) == tokens.split()


def test_what_is_in_form_stays_as_it_is():
    line = " mr. <unk> is chairman of n.v. at&t 's u.s. unit N years old does n't plan 1990s nov. N \n"
    assert TREEBANK.split(line * 2) == [*line.split(), "<eos>"] * 2


def test_spans_point_at_the_words():
    cut = TREEBANK.cut("I can't, Mr. X: $5!")
    assert [cut.text[start:end] for start, end in cut.spans] == ["I", "ca", "n't", "Mr.", "X", "$", "5", ""]
