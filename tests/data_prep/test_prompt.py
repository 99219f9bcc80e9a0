import pytest

from data_prep.errors import UserError
from data_prep.prompt import LONGEST, read_prompt
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import build_vocabulary

SENTENCE = "the king is dead . <eos> N men ,"


def vocabulary_of(tokens, *tokenisation):
    return build_vocabulary(Tokenisation(*tokenisation), tokens, 100)


WORDS = vocabulary_of(SENTENCE.split())
LINES = vocabulary_of(SENTENCE.split(), "words", "lines")
BYTES = vocabulary_of(list("abc \n"), "bytes")
CHARACTERS = build_vocabulary(Tokenisation("characters"), list("abc "), 100, rest=["z"])


def test_words_are_looked_up_and_unknown_ones_named():
    prompt = read_prompt("The zyzzyva King, the zyzzyva", WORDS)
    assert prompt.tokens == ("the", "zyzzyva", "king", ",", "the", "zyzzyva")
    assert prompt.unknown == ("zyzzyva", "zyzzyva")
    assert [WORDS.tokens[token_id] for token_id in prompt.ids] == ["the", "<unk>", "king", ",", "the", "<unk>"]


def test_bytes_without_an_id_are_left_out_and_named():
    prompt = read_prompt("a é", BYTES)
    assert prompt.tokens == ("a", " ")
    assert prompt.unknown == ("\xc3", "\xa9")
    assert len(prompt.ids) == 2
    assert read_prompt("az", CHARACTERS).tokens == ("a", "z")  # there is <unk> to read it as


def test_an_open_line_goes_on_and_a_closed_one_does_not():
    assert read_prompt("the king", LINES).tokens == ("the", "king")
    assert read_prompt("the king\n", LINES).tokens == ("the", "king", "<eos>")
    assert read_prompt("the king is dead.", WORDS).tokens[-2:] == (".", "<eos>")


def test_a_lone_capital_n_is_any_number():
    assert read_prompt("N men n 12 men", WORDS).tokens == ("N", "men", "n", "N", "men")
    assert read_prompt("a N", vocabulary_of(["a", "n"])).tokens == ("a", "n")


def test_an_empty_prompt_begins_a_sentence_or_a_line():
    assert read_prompt(" \n ", WORDS).tokens == ("<eos>",)
    assert read_prompt("", BYTES).tokens == ("\n",)
    assert read_prompt(" ", BYTES).tokens == (" ",)  # a byte like any other
    with pytest.raises(UserError, match="empty"):
        read_prompt("", CHARACTERS)


@pytest.mark.parametrize(
    ("text", "tokens", "whole"),
    [
        ("The King", ("is", "dead", ".", "<eos>"), "The King is dead."),
        ("The king ", ("is",), "The king is"),
        ("The king\n", ("is",), "The king\nis"),
        ("The king", (",", "the"), "The king, the"),
        ("The king is dead.", ("men",), "The king is dead.\nmen"),
        ("", ("the", "king"), "the king"),
    ],
)
def test_what_follows_is_written_behind_the_text_as_typed(text, tokens, whole):
    prompt = read_prompt(text, WORDS)
    assert prompt.continued(tokens, WORDS) == whole
    if text:
        assert read_prompt(whole, WORDS).tokens == prompt.tokens + tokens


def test_bytes_are_written_behind_as_they_are():
    assert read_prompt("ab ", BYTES).continued((" ", "c"), BYTES) == "ab  c"
    assert read_prompt("", BYTES).continued(("c",), BYTES) == "c"


@pytest.mark.parametrize(
    ("text", "vocabulary", "reason"),
    [
        ("zyzzyva zyzzyva", WORDS, "none of the words"),
        ("éé", BYTES, "none of the bytes"),
        ("the\0king", WORDS, "NUL"),
        ("the \udcff king", BYTES, "not text"),
        ("the " * (LONGEST + 1), WORDS, "too long"),
        ("a" * 10_000_000, WORDS, "too long"),
    ],
)
def test_what_cannot_be_read_is_said(text, vocabulary, reason):
    with pytest.raises(UserError, match=reason):
        read_prompt(text, vocabulary)
