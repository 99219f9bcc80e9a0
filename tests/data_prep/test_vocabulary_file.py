import json

import pytest

from data_prep.errors import UserError
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import build_vocabulary
from data_prep.vocabulary_file import LARGEST_BYTES, read_vocabulary

WORDS = ["the", "of", "<unk>", "cat", ",", "<eos>", "."]


@pytest.fixture
def write(tmp_path):
    def write_(name: str, content) -> str:
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return write_


@pytest.fixture
def refused(write):
    def read(name, content, **options) -> UserError:
        with pytest.raises(UserError) as caught:
            read_vocabulary(write(name, content), **options)
        assert caught.value.hint
        return caught.value

    return read


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("v.json", WORDS),
        ("v.json", {token: place for place, token in enumerate(WORDS)}),
        ("v.json", dict(reversed([(token, place) for place, token in enumerate(WORDS)]))),
        ("v.json", {str(place): token for place, token in enumerate(WORDS)}),
        ("v.txt", "\n".join(WORDS) + "\n"),
        ("v.txt", "\r\n".join(WORDS)),
        ("v.txt", json.dumps(WORDS)),
        ("v.json", b"\xef\xbb\xbf" + json.dumps(WORDS).encode()),
    ],
)
def test_the_id_is_the_place_however_it_is_written_down(write, name, content):
    read = read_vocabulary(write(name, content))
    assert read.vocabulary.tokens == tuple(WORDS)
    assert read.vocabulary.tokenisation == Tokenisation("words", "punctuation", "plain")
    assert read.renamed == {}
    assert read.vocabulary.encode(["cat", "dog"])[0].tolist() == [3, 2]


def test_the_usual_names_of_the_marks_become_ours(write):
    path = write("v.json", ["[PAD]", "[UNK]", "the", "</s>", "cat"])
    read = read_vocabulary(path)
    assert read.vocabulary.tokens == ("[PAD]", "<unk>", "the", "<eos>", "cat")
    assert read.renamed == {"[UNK]": "<unk>", "</s>": "<eos>"}
    assert read.ids_of(["[UNK]", "cat", "<eos>", "dog"]) == [1, 4, 3, None]


def test_a_mark_that_has_our_name_already_keeps_it(write):
    assert read_vocabulary(write("v.json", ["[UNK]", "<unk>", "the"])).renamed == {}


def test_the_marks_can_be_named(write):
    path = write("v.json", ["oov", "STOP", "the", "<unk>x"])
    read = read_vocabulary(path, unknown="oov", end="STOP", sentence_ends="lines")
    assert read.vocabulary.tokens == ("<unk>", "<eos>", "the", "<unk>x")
    assert read.vocabulary.tokenisation.sentence_ends == "lines"


def test_without_a_sentence_end_none_is_placed(write):
    assert read_vocabulary(write("v.json", ["a", "cat"])).vocabulary.tokenisation.sentence_ends == "none"


@pytest.mark.parametrize(
    ("tokens", "unit", "style"),
    [
        (["the", "cat", "don't", ",", ".", "N"], "words", "plain"),
        (["the", "<pad>", "[CLS]", "cat", "<s>", "."], "words", "plain"),
        (["the", "mr.", "do", "n't", "u.s.", "co-op", "'s", "N"], "words", "treebank"),
        (["The", "the", "London", "@-@", ",", "1999"], "words", "spaces"),
        (["the", "mr.", "do", "n't", ",", "."], "words", "spaces"),  # its text was cut elsewhere, commas and all
        (["a", "b", "\n", " ", "é", "<unk>"], "characters", "plain"),
    ],
)
def test_what_a_token_is_shows_in_the_tokens(write, tokens, unit, style):
    read = read_vocabulary(write("v.json", tokens))
    assert read.vocabulary.tokenisation.unit == unit
    assert read.vocabulary.tokenisation.style == style
    assert (read.unmet, read.example) == (0, None)


def test_words_that_no_text_is_cut_into_are_counted(write):
    read = read_vocabulary(write("v.json", ["the", "The", "new york", "cat"]), style="plain")
    assert (read.unmet, read.example) == (2, "The")


def test_bytes_are_their_values(write):
    read = read_vocabulary(write("v.json", [*range(256)]), unit="bytes")
    assert read.vocabulary.encode(read.vocabulary.tokenisation.split("é\n"))[0].tolist() == [0xC3, 0xA9, 10]


def test_our_own_vocabulary_json_says_it_all(write):
    ours = build_vocabulary(Tokenisation("words", "lines", "treebank"), ["a", "b", "<eos>", "a"], 10)
    assert read_vocabulary(write("vocabulary.json", ours.to_json())).vocabulary == ours


def test_numbers_alone_are_bytes(write):
    assert read_vocabulary(write("v.json", [104, 105])).vocabulary.tokenisation.unit == "bytes"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("v.json", {"a": 0, "b": 2}, "none with the id 1"),
        ("v.json", {"a": 0, "b": 10**30}, "none with the id 1"),
        ("v.json", {"a": 0, "b": -1}, "none with the id 1"),
        ("v.json", {"a": 0, "b": 0}, "only 1 different ids"),
        ("v.json", {"a": 0, "b": "one"}, "the id of 'b' is 'one'"),
        ("v.json", {"a": 0, "b": True}, "the id of 'b' is 'True'"),
        ("v.json", {"a": 0, "b": 1.5}, "the id of 'b' is '1.5'"),
        ("v.json", '{"a": 0, "a": 1}', "has 'a' twice"),
        ("v.json", ["a", "b", "a"], "has 'a' twice, with the ids 0 and 2"),
        ("v.json", ["a", 7], "the token of id 1 is 7"),
        ("v.json", ["a", ["b"]], "the token of id 1 is ['b']"),
        ("v.json", ["a", ""], "the token of id 1 is empty"),
        ("v.json", ["a", "b" * 1001], "the token of id 1 is too long"),
        ("v.json", '["a", "\\ud800"]', "half a character"),
        ("v.json", [], "has 0 tokens"),
        ("v.json", {}, "has 0 tokens"),
        ("v.json", "3", "holds int"),
        ("v.json", '["a", "b"', "is not JSON"),
        ("v.json", "[" * 100_000, "is not JSON"),
        ("v.json", "1" * 10_000, "is not JSON"),
        ("v.txt", "", "is empty"),
        ("v.txt", "a\n\nb\n", "the token of id 1 is empty"),
        ("v.txt", "a\nb\na\n", "has 'a' twice"),
        ("v.txt", b"a\xff\n", "is not text in UTF-8"),
        ("v.txt", b"PK\x03\x04\0\0", "NUL"),
        ("v.json", {"unit": "words", "tokens": ["a"], "counts": []}, "is not a vocabulary"),
    ],
)
def test_what_is_no_vocabulary_is_refused(refused, name, content, reason):
    assert reason in refused(name, content).message


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"unknown": "nope"}, "has no token 'nope'"),
        ({"end": "the"}, "has both 'the' and '<eos>'"),
        ({"unit": "bytes"}, "is 'the', not a byte"),
        ({"unit": "characters"}, "holds words, such as 'the'"),
    ],
)
def test_options_that_do_not_fit_are_refused(refused, options, reason):
    assert reason in refused("v.json", WORDS, **options).message


def test_sentence_ends_need_a_token(refused):
    assert "has no sentence end" in refused("v.json", ["a", "cat"], sentence_ends="lines").message


def test_a_giant_is_not_read(tmp_path):
    path = tmp_path / "v.txt"
    with path.open("wb") as stream:
        stream.truncate(LARGEST_BYTES + 1)
    with pytest.raises(UserError, match="is larger than 64 MB"):
        read_vocabulary(path)


def test_a_missing_file_is_a_sentence(tmp_path):
    with pytest.raises(UserError, match="There is no file"):
        read_vocabulary(tmp_path / "none.json")
