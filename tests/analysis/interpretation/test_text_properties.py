"""Each property on a text small enough to say by hand where it holds: after each symbol, as the states."""

import numpy as np
import pytest

from analysis.interpretation.properties import text_properties
from analysis.interpretation.structure import brackets, c_spans, depth, quotations
from analysis.interpretation.token_text import token_text
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import Vocabulary

CODE = "int i;\nint j;\nint k;\n"  # so that what follows is taken as code


def named(text, name, pattern=""):
    return next(one for one in text_properties(text, pattern) if one.name == name)


def marks(text_of, text, name, unit="characters"):
    return "".join(".x"[int(value)] for value in named(text_of(text, unit), name).values)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("inside double quotes", 'a "b c" d', "..xxxx..."),
        ("inside double quotes", "a “b” c", "..xx..."),
        ("inside double quotes", r'a "b\"c" d', "..xxxxx..."),
        ("inside single quotes", "it's 'a b' don't", ".....xxxx......."),
        ("inside ( )", "a (b (c) d) e", "..xxxxxxxx..."),
        ("inside [ ]", "a[b] ]c[", ".xx....."),
        ("inside { }", "f {\n\n a\n}\nb", "..xxxxxx..."),
        ("inside if (…)", "if (a(b)) c(d)", "...xxxxx......"),
        ("inside if (…)", "gif (a)", "......."),
        ("inside a word", "don't go", "xxxxx.xx"),
        ("capitalised word", "Ab ABC a", "xx......"),
        ("word in capitals", "Ab ABC a", "...xxx.."),
        ("inside a number", "a 12.5 0x1f b2", "..xxxx.xxxx..."),
        ("inside a URL", "a http://b.c d", "..xxxxxxxxxx.."),
        ("inside < >", "a <b> 1 < 2", "..xxx......"),
        ("in the indentation", "a\n  b c\n", "..xx...."),
        ("line ends soon", "abcdefg\nh", ".." + "xxxxx" + ".x"),
        ("next: capital", "aB cD", "x..x."),
        ("next: line end", "ab\nc", ".x.."),
        ("now: mark", "a, b_", ".x..."),
        ("now: vowel", "aBe1", "x.x."),
        ("in a determiner", "the cat", "xxx...."),
        ("in a noun", "the cat", "....xxx"),
    ],
)
def test_yes_no_properties(text_of, name, text, expected):
    assert marks(text_of, text, name) == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("inside /* */", "/* a */ b", ".xxxxx..."),
        ("inside // comment", "a // b\nc", "...xxx.."),
        ("inside a string of C", 'f("a");', "..xx..."),
        ("inside a string of C", "c = '\"'; d", ".........."),
        ("inside a string of C", 'a "b\nc" d', "........."),
        ("# line", "#if a\nb", "xxxxx.."),
    ],
)
def test_what_is_of_code(text_of, name, text, expected):
    assert marks(text_of, CODE + text, name)[len(CODE) :] == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("depth of ( )", "a(b(c)d)", [0, 1, 1, 2, 2, 1, 1, 0]),
        ("position in the line", "ab\ncd", [0, 1, 0, 1, 2]),
        ("symbols to the line's end", "ab\ncd", [2, 1, 0, 2, 1]),
        ("indentation", "a\n\t b\n", [0, 0, 9, 9, 9, 9]),
        ("position in the word", "ab cd", [1, 2, 0, 1, 2]),
        ("symbols to the word's end", "abc d", [2, 1, 0, 0, 0]),
        ("position in the sentence", "a. b", [0, 1, 0, 1]),
        ("position in the paragraph", "ab\n\ncd", [0, 1, 2, 3, 0, 1]),
    ],
)
def test_numbers(text_of, name, text, expected):
    assert named(text_of(text), name).values.tolist() == expected


def test_an_unbalanced_mark_spoils_one_paragraph_at_most(text_of):
    text = 'He said "no\n\nThen "yes" (came\n\nand (went) }\n'
    inside = marks(text_of, text, "inside double quotes")
    assert inside[: text.index("Then")].count("x") == len('"no\n\n')
    assert marks(text_of, text, "inside double quotes")[text.index("Then") :].count("x") == len('"yes')
    assert marks(text_of, text, "inside ( )").count("x") == len("(went")
    assert "x" not in marks(text_of, text, "inside { }")
    code = "int f() {\n  if (a) {\n}\nint g() {\n  b;\n}\n"  # one brace is never closed
    held = marks(text_of, code, "inside { }")
    assert "x" not in held[code.index("int g") : code.index("{\n  b")]
    assert "x" in held[code.index("b;") :]


def test_structures_that_never_end_are_bounded():
    assert len(c_spans(CODE + "/* " + "x" * 50_000)["block"]) == 0
    assert len(c_spans(CODE + "/* " * 30_000)["block"]) == 0
    assert len(brackets("(" * 50_000, "()")) == 0
    assert depth(6, quotations('ab"cde')).tolist() == [0, 0, 1, 1, 1, 1]
    assert len(c_spans("no code /* at all */")["block"]) == 0


def test_words_have_their_own(text_of):
    text = text_of('he did not say "go" , but she went . good dogs bark .', "words")
    names = [text.vocabulary.tokens[i] for i in text.ids]
    assert names[-1] == "<eos>"

    def held(name):
        return [token for token, holds in zip(names, named(text, name).values, strict=True) if holds]

    assert held("inside double quotes") == ['"', "go"]
    assert held("a negation before")[:3] == ["not", "say", '"']
    assert "good" not in held("a negation before")
    assert held("now: plural noun") == ["dogs"]
    assert held("next: comma") == ['"']
    assert named(text, "position in the sentence").values.tolist()[:3] == [1, 2, 3]
    first_end = names.index("<eos>")
    assert named(text, "words to the sentence's end").values[first_end] == 0
    assert named(text, "position in the sentence").values[first_end + 1] == 1


def test_separate_texts_close_what_is_open(text_of):
    joined = text_of('a "b c d e "f g', "words", offsets=np.array([0, 3, 9]))
    names = [joined.vocabulary.tokens[i] for i in joined.ids]
    held = named(joined, "inside double quotes").values
    assert names[1] == '"'
    assert held.tolist()[:4] == [False, True, True, False]
    assert named(joined, "position in the text").values.tolist()[:5] == [1, 2, 3, 1, 2]


def test_a_line_may_end_with_two_symbols(text_of):
    assert marks(text_of, "ab\r\nc", "next: line end", "bytes") == ".x..."
    assert marks(text_of, "ab\r\nc", "now: line end", "bytes") == "..x.."
    assert named(text_of("ab\r\nc", "bytes"), "position in the line").values.tolist() == [0, 1, 2, 0, 1]


def test_several_bytes_may_be_one_character(text_of):
    text = text_of("é€x", "bytes")
    assert text.text == "é€x"
    assert text.last.tolist() == [0, 0, 1, 1, 1, 2]
    vocabulary = Vocabulary(Tokenisation("bytes"), tuple(map(chr, range(256))), (1,) * 256)
    broken = token_text(np.array([0xFF, 0x41, 0xC3]), vocabulary)
    assert broken.text == "\ufffdA\ufffd"
    assert broken.last.tolist() == [0, 1, 2]


def test_what_never_or_always_holds_says_so(text_of):
    text = text_of("only words here\n")
    assert named(text, "inside double quotes").absence == "“inside double quotes” holds nowhere in this text."
    assert "same everywhere" in named(text, "depth of { }").absence
    assert named(text, "inside a word").absence == ""
    assert "everywhere" in named(text_of("aaa"), "now: letter").absence
    for one in text_properties(text_of("x")):  # one token alone
        assert one.values.shape == (1,)
    for one in text_properties(text_of("x", "words")):
        assert one.values.shape == (len(text_of("x", "words").ids),)
    assert len({one.name for one in text_properties(text)}) == len(text_properties(text)) >= 40


def test_a_regular_expression_is_one_more(text_of):
    assert marks(text_of, "ab 12 cd", "now: digit") == "...xx..."
    found = text_properties(text_of("ab 12 cd"), r"\d+ c")[-1]
    assert found.values.tolist() == [False, False, False, True, True, True, True, False]
    assert found.name == r"inside a match of \d+ c"
