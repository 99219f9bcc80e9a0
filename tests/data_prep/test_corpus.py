import json
import os
from pathlib import Path

import numpy as np
import pytest

from data_prep.corpus import list_corpora, open_corpus
from data_prep.errors import UserError
from data_prep.preparing import prepare_corpus
from data_prep.tokens import Tokenisation

WORDS = Tokenisation("words")
LINES = Tokenisation("words", "lines")
BYTES = Tokenisation("bytes")


@pytest.fixture
def text(tmp_path, make_text, rnnscope_home):
    path = tmp_path / "My Text.txt"
    path.write_text(make_text(60, seed=3), encoding="utf-8")
    return path


def tree(home: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def refused(reason: str, *arguments, **options) -> UserError:
    with pytest.raises(UserError, match=reason) as caught:
        prepare_corpus(*arguments, **options)
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(("tokenisation", "cap"), [(WORDS, 15_000), (LINES, 20), (BYTES, 15_000)])
def test_the_parts_are_the_text_in_order(text, tokenisation, cap):
    corpus = prepare_corpus(text, tokenisation, cap=cap)
    tokens = tokenisation.split(text.read_text())
    joined = np.concatenate([corpus.splits[part] for part in ("train", "valid", "test")])
    assert np.array_equal(joined, corpus.vocabulary.encode(tokens)[0])
    read = [corpus.vocabulary.tokens[token_id] for token_id in joined]
    assert read == [token if token in corpus.vocabulary.ids else "<unk>" for token in tokens]
    counts = np.bincount(corpus.splits["train"], minlength=len(corpus.vocabulary))
    assert counts.tolist() == list(corpus.vocabulary.counts)
    assert len(corpus.vocabulary) <= max(cap, 20)


@pytest.mark.parametrize(
    ("length", "fractions", "sizes"),
    [
        (100, (0.8, 0.1, 0.1), (80, 10, 10)),
        (109, (0.8, 0.1, 0.1), (87, 10, 12)),
        (101, (0.5, 0.25, 0.25), (50, 25, 26)),
        (20, (0.8, 0.1, 0.1), (16, 2, 2)),
    ],
)
def test_split_bounds_are_floors(tmp_path, rnnscope_home, length, fractions, sizes):
    path = tmp_path / "letters.txt"
    path.write_text("".join(chr(97 + place % 26) for place in range(length)))
    corpus = prepare_corpus(path, BYTES, fractions=fractions)
    assert tuple(map(len, corpus.splits.values())) == sizes


def test_a_word_of_the_later_parts_alone_is_unknown(tmp_path, rnnscope_home):
    path = tmp_path / "late.txt"
    path.write_text("early " * 80 + "late " * 20)
    corpus = prepare_corpus(path, WORDS)
    assert corpus.vocabulary.tokens == ("<unk>", "<eos>", "early")
    summary = corpus.summary()
    assert summary["unknown_rate"] == {"train": 0.0, "valid": 1.0, "test": 1.0}
    assert summary["vocabulary_size"] == 3
    assert summary["splits"] == {"train": {"tokens": 80}, "valid": {"tokens": 10}, "test": {"tokens": 10}}


def test_a_byte_of_the_later_parts_alone_keeps_its_id(tmp_path, rnnscope_home):
    path = tmp_path / "late.txt"
    path.write_text("ab" * 40 + "z" * 20)
    corpus = prepare_corpus(path, BYTES)
    assert dict(zip(corpus.vocabulary.tokens, corpus.vocabulary.counts, strict=True)) == {"a": 40, "b": 40, "z": 0}
    assert set(corpus.splits["test"]) == {corpus.vocabulary.ids["z"]}


def test_bytes_are_those_of_the_file_mark_and_line_ends_included(tmp_path, rnnscope_home):
    raw = "\ufeffé\r\n".encode() * 10
    path = tmp_path / "marked.txt"
    path.write_bytes(raw)
    corpus = prepare_corpus(path, BYTES)
    ids = np.concatenate(list(corpus.splits.values()))
    assert bytes(ord(corpus.vocabulary.tokens[token_id]) for token_id in ids) == raw


def test_a_stand_in_for_the_penn_treebank_counts_like_it(tmp_path, rnnscope_home):
    # its form: one sentence a line between spaces, lower case, <unk> in place; <eos> stands for each line end
    draw = np.random.default_rng(0)
    lines = [" ".join(draw.choice(["market", "shares", "rose", "fell", "<unk>"], size=9)) for _ in range(50)]
    path = tmp_path / "standin.txt"
    path.write_text("".join(f" {line} \n" for line in lines))
    corpus = prepare_corpus(path, LINES)
    words = " ".join(lines).split()
    assert sum(map(len, corpus.splits.values())) == len(words) + 50
    joined = np.concatenate(list(corpus.splits.values()))
    assert np.sum(joined == corpus.vocabulary.ids["<eos>"]) == 50
    assert np.sum(joined == corpus.vocabulary.unknown_id) == words.count("<unk>")


def test_preparing_twice_is_recognised_and_the_same_anywhere(text, rnnscope_home, tmp_path, monkeypatch):
    first = prepare_corpus(text, WORDS)
    before = tree(rnnscope_home)
    again = prepare_corpus(text, WORDS)
    assert (again.digest, again.folder, again.name) == (first.digest, first.folder, "my-text")
    assert tree(rnnscope_home) == before
    monkeypatch.setenv("RNNSCOPE_HOME", str(tmp_path / "elsewhere"))
    assert prepare_corpus(text, WORDS).digest == first.digest
    assert list_corpora() == ["my-text"]


def test_another_corpus_under_a_taken_name_is_refused(text, rnnscope_home, make_text):
    prepare_corpus(text, WORDS)
    before = tree(rnnscope_home)
    for change in ({"cap": 20}, {"fractions": (0.6, 0.2, 0.2)}):
        refused("another corpus called my-text", text, WORDS, **change)
    for tokenisation in (LINES, BYTES):
        refused("another corpus called my-text", text, tokenisation)
    text.write_text(make_text(60, seed=4))
    assert "--name" in refused("another corpus called my-text", text, WORDS).hint
    assert tree(rnnscope_home) == before
    assert prepare_corpus(text, WORDS, name="other").name == "other"


def test_a_damaged_corpus_is_neither_used_nor_overwritten(text, rnnscope_home):
    folder = prepare_corpus(text, WORDS).folder
    (folder / "train.npy").write_bytes(b"")
    before = tree(rnnscope_home)
    refused("damaged: train.npy has 0 bytes", text, WORDS)
    with pytest.raises(UserError, match="damaged"):
        open_corpus("my-text")
    assert tree(rnnscope_home) == before
    assert list_corpora() == ["my-text"]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "is empty"),
        (b" \n\t\r\n", "nothing but white space"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), "not text"),
        (b"some words\0more words " * 20, "NUL"),
        ("some words and more ".encode("utf-16-le") * 20, "NUL"),
        ("größer und ".encode() * 20 + "größer ".encode("latin-1") * 20, "mixes encodings: UTF-8 up to byte 262"),
        (b"too short", "only 9 tokens: train, valid and test would get 7, 0, 2"),
    ],
)
@pytest.mark.parametrize("tokenisation", [WORDS, BYTES])
def test_bad_files_are_refused_and_leave_nothing(tmp_path, rnnscope_home, raw, reason, tokenisation):
    path = tmp_path / "bad.txt"
    path.write_bytes(raw)
    if reason.startswith("only"):
        reason = {"words": "only 2 tokens", "bytes": reason}[tokenisation.unit]
    refused(reason, path, tokenisation)
    assert list_corpora() == []
    assert tree(rnnscope_home) == {}


def test_paths_that_are_no_file(tmp_path, rnnscope_home):
    refused("no file", [], WORDS)
    (tmp_path / "empty").mkdir()
    refused("no file .* in .*empty", tmp_path / "empty", WORDS)
    refused("no file", tmp_path / "missing.txt", WORDS)


def test_a_home_that_cannot_be_written(text, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("RNNSCOPE_HOME", str(tmp_path / "file" / "home"))
    assert "RNNSCOPE_HOME" in refused("Cannot write", text, WORDS).hint
    assert list_corpora() == []


@pytest.mark.parametrize(
    "fractions",
    [
        (0.8, 0.1, 0.2),
        (1.0, 0.0, 0.0),
        (1.1, -0.2, 0.1),
        (0.5, 0.5),
        (float("nan"), 0.1, 0.1),
        (float("inf"), 0.1, 0.1),
    ],
)
def test_fractions_that_split_nothing(text, fractions):
    refused("do not split", text, WORDS, fractions=fractions)


def test_a_vocabulary_cannot_be_smaller_than_its_marks_and_a_word(text):
    refused("too small", text, WORDS, cap=2)
    assert len(prepare_corpus(text, WORDS, cap=3).vocabulary) == 3


@pytest.mark.parametrize("name", ["../outside", "Two Words", "", "-"])
def test_names_that_are_no_folder_names(text, name, rnnscope_home):
    if name:
        refused("cannot name a corpus", text, WORDS, name=name)
        with pytest.raises(UserError, match="cannot name a corpus"):
            open_corpus(name)
    else:
        assert prepare_corpus(text, WORDS, name=name).name == "my-text"


def test_an_unknown_corpus_names_the_known_ones(text):
    with pytest.raises(UserError, match="none yet"):
        open_corpus("nothing")
    prepare_corpus(text, WORDS)
    with pytest.raises(UserError, match="Prepared: my-text"):
        open_corpus("nothing")


def test_a_corpus_opens_by_its_folder_too(text, tmp_path, monkeypatch):
    made = prepare_corpus(text, WORDS)
    monkeypatch.setenv("RNNSCOPE_HOME", str(tmp_path / "elsewhere"))
    assert open_corpus(made.folder).digest == made.digest


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda folder: (folder / "test.npy").unlink(), "test.npy"),
        (lambda folder: (folder / "test.npy").write_bytes(b"no array"), "test.npy"),
        (lambda folder: np.save(folder / "test.npy", np.array([0, 10_000])), "test.npy"),
        (lambda folder: np.save(folder / "test.npy", np.zeros((2, 2), np.uint16)), "test.npy"),
        (lambda folder: np.save(folder / "test.npy", np.array([0.5, 0.5])), "test.npy"),
        (lambda folder: (folder / "vocabulary.json").write_text("[]"), "vocabulary.json is not a vocabulary"),
        (lambda folder: (folder / "source.json").unlink(), "source.json"),
    ],
)
def test_a_corpus_sealed_with_wrong_content_is_refused(text, reseal, damage, reason):
    folder = prepare_corpus(text, WORDS).folder
    damage(folder)
    reseal(folder, "corpus")
    with pytest.raises(UserError, match=reason):
        open_corpus("my-text")


# The counts that the literature quotes, from PROVENANCE.md beside the corpora and the papers named there.
PENN_TREEBANK_SENTENCES = {"train": 42_068, "valid": 3_370, "test": 3_761}
WAR_AND_PEACE_BYTES, WAR_AND_PEACE_VALUES = 3_258_246, 87


def test_the_real_corpora_have_the_counts_of_the_literature(rnnscope_home, tmp_path):
    if "RNNSCOPE_CORPORA" not in os.environ:
        pytest.skip("RNNSCOPE_CORPORA names no folder with ptb/ and warpeace/, which may not be redistributed")
    corpora = Path(os.environ["RNNSCOPE_CORPORA"])
    for part, sentences in PENN_TREEBANK_SENTENCES.items():
        tokens = LINES.split((corpora / "ptb" / f"ptb.{part}.txt").read_text())
        assert tokens.count("<eos>") == sentences
    corpus = prepare_corpus(corpora / "warpeace" / "warpeace_input.txt", BYTES)
    assert sum(map(len, corpus.splits.values())) == WAR_AND_PEACE_BYTES
    assert len(corpus.vocabulary) == WAR_AND_PEACE_VALUES
    assert json.dumps(corpus.summary())
