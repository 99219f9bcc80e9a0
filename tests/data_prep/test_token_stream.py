"""A stream of blocks gives what cutting the whole text gives, wherever the blocks end."""

import random

import numpy as np
import pytest

from data_prep.errors import UserError
from data_prep.preparing import prepare_corpus
from data_prep.sentence_ends import END_ID, LINE_ID
from data_prep.text_source import examine, utf8_blocks
from data_prep.token_stream import REMEMBERED, TEXT_END, open_stream
from data_prep.tokens import Tokenisation

PLAIN = "aZé'’.!?…\"()<>_-/&;, \t\r\n\n\n  शل日本の👍²½N09"
ALPHABET = [*PLAIN, "e\u0301", "\u200d", "\r\n", "<eos>", "<unk>", "don't", "\u00a0"]
TOKENISATIONS = [
    Tokenisation("words", "punctuation"),
    Tokenisation("words", "lines"),
    Tokenisation("words", "none"),
    Tokenisation("words", "lines", "treebank"),
    Tokenisation("words", "punctuation", "spaces"),
    Tokenisation("characters"),
    Tokenisation("bytes"),
]


def names(tokenisation):
    return f"{tokenisation.unit}-{tokenisation.sentence_ends}-{tokenisation.style}"


def strange_text(seed: int, length: int = 80) -> str:
    draw = random.Random(seed)
    return "".join(draw.choices(ALPHABET, k=length))


def streamed(tokenisation: Tokenisation, path, size: int) -> list[str]:
    source = examine(path)
    blocks = utf8_blocks(source, size, loose=tokenisation.unit == "characters")
    if tokenisation.unit == "bytes":
        blocks = [path.read_bytes()]
    stream = open_stream(tokenisation)
    ids = np.concatenate([*stream.ids(blocks), stream.finish()])
    return [stream.types[token_id] for token_id in ids]


@pytest.mark.parametrize("tokenisation", TOKENISATIONS, ids=names)
def test_blocks_of_any_size_give_the_tokens_of_the_whole(tokenisation, tmp_path):
    path = tmp_path / "text.txt"
    for seed in range(60):
        text = strange_text(seed)
        path.write_bytes(text.encode("utf-8"))
        expected = tokenisation.split(text)
        for size in (1, 2, 3, 7, 16, 1000):
            assert streamed(tokenisation, path, size) == expected, (seed, size)


@pytest.mark.parametrize("tokenisation", TOKENISATIONS, ids=names)
def test_a_corpus_has_the_tokens_of_a_pasted_text(tokenisation, tmp_path, rnnscope_home, monkeypatch):
    monkeypatch.setattr("data_prep.preparing.BLOCK", 64)
    for seed in range(5):
        text = strange_text(seed, 400) + " some words to end with"
        path = tmp_path / "text.txt"
        path.write_bytes(text.encode("utf-8"))
        corpus = prepare_corpus(path, tokenisation, name=f"strange-{seed}")
        pasted, _ = corpus.vocabulary.encode(tokenisation.split(text))
        assert np.array_equal(np.concatenate(list(corpus.splits.values())), pasted)


def test_forgetting_stretches_changes_nothing(tmp_path, monkeypatch, make_text):
    path = tmp_path / "text.txt"
    path.write_text(make_text(100, 7))
    expected = streamed(Tokenisation(), path, 500)
    assert REMEMBERED > 3
    monkeypatch.setattr("data_prep.token_stream.REMEMBERED", 3)
    assert streamed(Tokenisation(), path, 500) == expected


@pytest.mark.parametrize("tokenisation", TOKENISATIONS[:5], ids=names)
def test_texts_one_after_the_other_are_cut_as_each_alone(tokenisation):
    texts = [strange_text(seed, 30) for seed in range(40)] + ["", " ", "\n\n", "word", "word.\n"]
    stream = open_stream(tokenisation)
    ids = np.concatenate([*stream.ids(text.encode() + TEXT_END for text in texts), stream.finish()])
    together = [stream.types[token_id] for token_id in ids]
    apart = [token for text in texts for token in (*tokenisation.split(text), "\0")]
    assert together == apart


@pytest.mark.parametrize("rule", ["punctuation", "lines", "none"])
def test_no_line_end_is_left_and_no_sentence_end_is_made_twice(rule):
    from data_prep.sentence_ends import SentenceEndPlacer

    draw = np.random.default_rng(0)
    for _ in range(50):
        ids = draw.choice([LINE_ID, LINE_ID, END_ID, 5, 6], size=30)
        placed, kept = SentenceEndPlacer(rule).place(ids)
        assert LINE_ID not in placed
        made = kept[ids[kept] == LINE_ID]
        assert (ids[made] == LINE_ID).all()
        assert (placed[np.isin(kept, made)] == END_ID).all()
        assert placed[~np.isin(kept, made)].tolist() == ids[ids != LINE_ID].tolist()
        after = np.flatnonzero(np.isin(kept, made))
        assert all(place > 0 and placed[place - 1] != END_ID for place in after)


def test_a_stretch_without_spaces_is_no_text_of_words_but_one_of_characters(tmp_path, rnnscope_home):
    path = tmp_path / "dna.txt"
    path.write_bytes(b"ACGT" * 600_000)
    with pytest.raises(UserError, match="without a space or line end") as caught:
        prepare_corpus(path, Tokenisation("words"))
    assert "--as characters" in caught.value.hint
    corpus = prepare_corpus(path, Tokenisation("characters"))
    assert len(corpus.vocabulary) == 4
    assert sum(map(len, corpus.splits.values())) == 2_400_000
    path.write_text("漢字" * 400_000)
    assert len(prepare_corpus(path, Tokenisation("characters"), name="han").vocabulary) == 2


def test_a_long_line_with_spaces_is_read(tmp_path, rnnscope_home):
    path = tmp_path / "line.txt"
    path.write_bytes(b"one two three " * 200_000)
    corpus = prepare_corpus(path, Tokenisation("words"))
    assert sum(map(len, corpus.splits.values())) == 600_000
    assert corpus.vocabulary.counts[:2] == (0, 0)
