"""Cancelling, restarting, older schemas, and the preview."""

import json
import os
import time

import pytest

from data_prep.corpus import corpora_home, list_corpora, open_corpus
from data_prep.errors import UserError
from data_prep.labelled import LabelOptions
from data_prep.preparing import prepare_corpus
from data_prep.preview import preview
from data_prep.sealed_folder import MANIFEST
from data_prep.tokens import Tokenisation


class StopItError(Exception):
    pass


@pytest.fixture
def text(tmp_path, make_text, rnnscope_home):
    path = tmp_path / "toy.txt"
    path.write_text(make_text(400, 1))
    return path


def test_progress_rises_to_one(text):
    seen = []
    prepare_corpus(text, Tokenisation(), on_progress=lambda fraction, state: seen.append((fraction, state)))
    fractions = [fraction for fraction, _ in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert {state for _, state in seen} >= {"examining toy.txt", "cutting into tokens", "writing train", "sealing"}


@pytest.mark.parametrize("unit", ["words", "characters", "bytes"])
@pytest.mark.parametrize("labelled", [False, True])
def test_cancelling_at_any_point_leaves_nothing_and_it_can_be_started_again(text, tmp_path, unit, labelled):
    path, labels = text, None
    if labelled:
        path, labels = tmp_path / "t.csv", LabelOptions("stars")
        path.write_text("stars,text\n" + "".join(f"{n % 2},text {n} here\n" for n in range(60)))
    calls = []
    prepare_corpus(path, Tokenisation(unit), name="whole", labels=labels, on_progress=lambda *_: calls.append(1))
    for stop in range(1, len(calls)):
        count = [0]

        def report(fraction, state, count=count, stop=stop):
            count[0] += 1
            if count[0] == stop:
                raise StopItError

        with pytest.raises(StopItError):
            prepare_corpus(path, Tokenisation(unit), name="stopped", labels=labels, on_progress=report)
        assert [p.name for p in corpora_home().iterdir()] == ["whole"]
    again = prepare_corpus(path, Tokenisation(unit), name="stopped", labels=labels)
    assert again.digest == open_corpus("whole").digest


def test_what_a_killed_preparation_left_is_swept_away_but_not_a_running_one(text):
    for name, age in ((".toy-old", 7200), (".toy-running", 0), (".other-old", 7200)):
        folder = corpora_home() / name
        folder.mkdir(parents=True)
        (folder / "provisional").write_bytes(b"half")
        os.utime(folder / "provisional", (time.time() - age,) * 2)
    prepare_corpus(text, Tokenisation())
    assert sorted(p.name for p in corpora_home().iterdir()) == [".other-old", ".toy-running", "toy"]
    assert list_corpora() == ["toy"]


def test_a_corpus_of_an_older_schema_is_said_so(text):
    folder = prepare_corpus(text, Tokenisation()).folder
    manifest = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps({**manifest, "schema": 1}))
    for attempt in (lambda: open_corpus("toy"), lambda: prepare_corpus(text, Tokenisation())):
        with pytest.raises(UserError, match="schema version 1; this version of rnnscope reads 2") as caught:
            attempt()
        assert "Make it again" in caught.value.hint


def test_unspaced_text_is_cut_into_characters_with_advice(tmp_path, rnnscope_home):
    path = tmp_path / "zh.txt"
    path.write_text("天地玄黄。宇宙洪荒。\n日月盈昃、辰宿列张。\n" * 20)
    corpus = prepare_corpus(path, Tokenisation())
    assert "天" in corpus.vocabulary.tokens
    (note,) = corpus.source["notes"]
    assert "Chinese or Japanese" in note
    assert "--as characters" in note
    assert preview(path, Tokenisation()).unspaced > 0.5
    path.write_text("Only a little 天 among very many words of English here. " * 20)
    assert prepare_corpus(path, Tokenisation(), name="en").source["notes"] == []


@pytest.mark.parametrize("tokenisation", [Tokenisation(), Tokenisation("words", "lines"), Tokenisation("characters")])
def test_a_preview_shows_the_tokens_that_preparing_makes(text, tokenisation):
    shown = preview(text, tokenisation, lines=5)
    assert shown.encoding == "utf-8"
    corpus = prepare_corpus(text, tokenisation)
    tokens = [token for cut in shown.lines for token in cut.tokens]
    made = [corpus.vocabulary.tokens[i] for i in corpus.splits["train"][: len(tokens)]]
    assert [token if token in corpus.vocabulary.ids else "<unk>" for token in tokens] == made
    assert preview(text.read_text(), tokenisation, lines=5).lines[0].tokens == shown.lines[0].tokens


def test_a_preview_of_a_table_shows_its_columns_rows_and_labels(tmp_path):
    path = tmp_path / "r.csv"
    path.write_bytes("Sterne,Text\n5,Größe zählt\n1,schlecht\n".encode("latin-1"))
    shown = preview(path, Tokenisation(), encoding="latin-1")
    assert shown.columns == ("Sterne", "Text")
    assert shown.lines == ()
    shown = preview(path, Tokenisation("words", "none"), encoding="latin-1", text_column="Text", label_column="Sterne")
    assert [cut.tokens for cut in shown.lines] == [("größe", "zählt"), ("schlecht",)]
    assert shown.labels == ("5", "1")


def test_a_cut_gives_the_text_back():
    text = "He said: “Don't go — 3,000 men!”\r\n\r\nВойна и мир, שלום;  日本."
    for tokenisation in (
        Tokenisation(),
        Tokenisation("words", "lines"),
        Tokenisation("characters"),
        Tokenisation("bytes"),
    ):
        cut = tokenisation.cut(text)
        place, parts = 0, []
        for start, end in cut.spans:
            assert place <= start <= end
            assert not cut.text[place:start].strip()
            parts += [cut.text[place:start], cut.text[start:end]]
            place = end
        assert "".join(parts) + cut.text[place:] == tokenisation.normalised(text)
        assert list(cut.tokens) == tokenisation.split(text)


def test_characters_are_composed_and_the_unknown_ones_counted(tmp_path, rnnscope_home):
    path = tmp_path / "a.txt"
    path.write_text("cafe\u0301 " * 16 + "ab\r\n" * 2 + "é z " * 2)
    corpus = prepare_corpus(path, Tokenisation("characters"))
    assert "é" in corpus.vocabulary.tokens
    assert "\u0301" not in corpus.vocabulary.tokens
    assert "\r" not in corpus.vocabulary.tokens
    capped = prepare_corpus(path, Tokenisation("characters"), name="capped", cap=4)
    assert capped.vocabulary.tokens[0] == "<unk>"
    assert len(capped.vocabulary) == 4
    assert capped.unknown_rates()["train"] > 0
    path.write_text("abc " * 30)
    assert set(prepare_corpus(path, Tokenisation("characters"), name="all").vocabulary.tokens) == set("abc ")


def test_texts_longer_than_a_block_split_as_one(tmp_path, rnnscope_home, make_text, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_text(make_text(300, 9))
    whole = prepare_corpus(path, Tokenisation(), name="whole")
    monkeypatch.setattr("data_prep.preparing.BLOCK", 100)
    monkeypatch.setattr("data_prep.token_store.AT_ONCE", 17)
    assert prepare_corpus(path, Tokenisation(), name="pieces").digest == whole.digest
