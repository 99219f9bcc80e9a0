import re

import numpy as np
import pytest

from data_prep.encoded_text import LONGEST, LONGEST_CHARACTERS, encode_text, encode_texts
from data_prep.errors import UserError
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import build_vocabulary

TEXTS = [
    "The cat sat.  It sat on 3 mats!\r\nAnd then\n\n\nit left",
    "cat",
    "",
    " \n ",
    "a\0b",
    "half \ud800 a character",
    "\u0301 starts with a mark, e\u0301nds in a line end\n",
    "...",
    "\n\ncat <eos> <eos> cat\n",
    "zyzzyva 猫 zyzzyva",
    "cat " * (LONGEST + 7),
]


def vocabulary_of(*tokenisation):
    cut = Tokenisation(*tokenisation)
    tokens = cut.split("The cat sat on a mat. It was a cat!\nN .") if cut.unit == "words" else list("the cat sat. \n")
    return build_vocabulary(cut, tokens, 12)


@pytest.mark.parametrize("style", ["plain", "treebank", "spaces"])
@pytest.mark.parametrize("ends", ["punctuation", "lines", "none"])
def test_many_words_are_each_alone(ends, style):
    many_are_each_alone(vocabulary_of("words", ends, style))


@pytest.mark.parametrize("unit", ["characters", "bytes"])
def test_many_symbols_are_each_alone(unit):
    many_are_each_alone(vocabulary_of(unit))


def many_are_each_alone(vocabulary):
    many = encode_texts(TEXTS, vocabulary)
    assert len(many.faults) == len(TEXTS)
    for place, text in enumerate(TEXTS):
        start, end = many.offsets[place : place + 2]
        if many.faults[place]:
            assert start == end
            with pytest.raises(UserError, match=re.escape(many.faults[place])):
                encode_text(text, vocabulary)
            continue
        alone = encode_text(text, vocabulary)
        np.testing.assert_array_equal(many.ids[start:end], alone.ids)
        np.testing.assert_array_equal(many.known[start:end], alone.known)
        assert tuple(many.token(t) for t in range(start, end)) == alone.tokens
        assert many.left_out[place] == alone.left_out


def test_unknown_words_only_are_a_text():
    vocabulary = vocabulary_of("words")
    encoded = encode_text("zyzzyva quux", vocabulary)
    assert not encoded.known.any()
    assert encoded.ids.tolist() == 2 * [vocabulary.unknown_id]


def test_a_huge_text_is_bounded_and_what_is_left_out_is_counted():
    vocabulary = vocabulary_of("words")
    text = "cat " * (LONGEST_CHARACTERS // 2)
    encoded = encode_text(text, vocabulary)
    assert (len(encoded.ids), encoded.left_out) == (LONGEST, LONGEST_CHARACTERS // 2 - LONGEST)
