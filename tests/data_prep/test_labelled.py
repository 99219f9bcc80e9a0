"""Labelled texts: no leak between the parts, equal shares, every bad table with its sentence."""

import csv
import json
import random

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from data_prep.corpus import list_corpora
from data_prep.corpus_statistics import describe_corpus
from data_prep.errors import UserError
from data_prep.labelled import LabelOptions
from data_prep.preparing import prepare_corpus
from data_prep.tokens import Tokenisation

WORDS = Tokenisation("words", "none")
STARS = LabelOptions("stars", "stars", longest=12, draw=600)
GOOD, BAD = ("great", "lovely", "fresh"), ("rude", "cold", "awful")


def reviews(count: int, seed: int = 0, *, repeated: int = 0) -> list[tuple[str, str]]:
    draw = random.Random(seed)
    rows = []
    for _ in range(count):
        stars = draw.choices([1, 2, 3, 4, 5], [1, 1, 1, 3, 3])[0]
        words = draw.choices(GOOD if stars > 3 else BAD, k=2) + draw.choices(
            ["the", "food", "was", "and", "a", "place"], k=8
        )
        draw.shuffle(words)
        rows.append((str(stars), " ".join(words)))
    # the same in another case and spacing is the same
    rows += [(stars, text.upper().replace(" ", "  ")) for stars, text in rows[:repeated]]
    draw.shuffle(rows)
    return rows


def write(path, rows, header=("stars", "text")):
    kind = path.suffix
    if kind == ".parquet":
        parquet.write_table(pa.table({name: [row[i] for row in rows] for i, name in enumerate(header)}), path)
    elif kind == ".jsonl":
        path.write_text("".join(json.dumps(dict(zip(header, row, strict=True))) + "\n" for row in rows))
    else:
        with path.open("w", newline="") as stream:
            csv.writer(stream, delimiter="\t" if kind == ".tsv" else ",").writerows([header, *rows])
    return path


def texts_of(corpus, part) -> list[tuple[str, str]]:
    ids, texts = corpus.splits[part], corpus.texts[part]
    tokens = [corpus.vocabulary.tokens[i] for i in ids]
    bounds = zip(texts.offsets, texts.offsets[1:], texts.labels, strict=False)
    return [(corpus.classes[label], " ".join(tokens[start:end])) for start, end, label in bounds]


def refused(reason, path, labels=STARS, **options) -> UserError:
    with pytest.raises(UserError, match=reason) as caught:
        prepare_corpus(path, WORDS, labels=labels, **options)
    assert caught.value.hint
    assert list_corpora() == []
    return caught.value


@pytest.mark.parametrize("kind", [".csv", ".tsv", ".jsonl", ".parquet"])
def test_a_table_of_any_kind_gives_the_same_corpus(tmp_path, rnnscope_home, kind):
    rows = [*reviews(900), ("5", 'said "so, so", twice\nand 日本'), ("1", "éé\tè" if kind != ".tsv" else "éé è")]
    ours = prepare_corpus(write(tmp_path / f"r{kind}", rows), WORDS, labels=STARS, name="ours")
    csv_ = prepare_corpus(write(tmp_path / "r.csv", rows), WORDS, labels=STARS, name="theirs")
    for part in ours.splits:
        assert texts_of(ours, part) == texts_of(csv_, part)
    assert ours.classes == ("negative", "positive")


def test_no_text_stands_in_two_parts_before_and_after_oversampling(tmp_path, rnnscope_home):
    path = write(tmp_path / "r.csv", reviews(1500, repeated=400))
    plain = prepare_corpus(path, WORDS, labels=STARS, name="plain")
    labels = LabelOptions("stars", "stars", longest=12, draw=600, balance="oversample")
    more = prepare_corpus(path, WORDS, labels=labels, name="more")
    for corpus in (plain, more):
        parts = {part: {text for _, text in texts_of(corpus, part)} for part in corpus.splits}
        assert not parts["train"] & parts["valid"]
        assert not parts["train"] & parts["test"]
        assert not parts["valid"] & parts["test"]
    assert len(set(texts_of(plain, "train"))) == len(plain.texts["train"]) == 480
    assert set(texts_of(more, "train")) == set(texts_of(plain, "train"))
    assert more.vocabulary == plain.vocabulary
    for part in ("valid", "test"):
        assert np.array_equal(more.splits[part], plain.splits[part])
        assert texts_of(more, part) == texts_of(plain, part)
        assert len(plain.texts[part]) == 60
    known = {" ".join(text.lower().split()): stars for stars, text in reviews(1500)}
    for label, text in texts_of(plain, "train"):
        assert label == ("positive" if known[text] in "45" else "negative")
        assert known[text] != "3"


def test_shares_and_what_was_left_out_are_reported(tmp_path, rnnscope_home):
    rows = reviews(1000, repeated=50)
    path = write(tmp_path / "r.csv", [*rows, ("5", "long " * 13), ("1", " "), ("5", "torn"), ("1", "Torn")])
    for balance, ratio in (("none", 3), ("oversample", 1), ("undersample", 1), ("class-weights", 3)):
        labels = LabelOptions("stars", "stars", longest=12, draw=500, balance=balance)
        corpus = prepare_corpus(path, WORDS, labels=labels, name=f"r-{balance}")
        report, about = corpus.source["labelled"], describe_corpus(corpus)
        assert report["left_out"]["more than 12 words"] == 1
        assert report["left_out"]["empty"] == 1
        assert report["left_out"]["the same text with different labels"] == 2
        assert report["left_out"]["3 stars"] + report["left_out"]["duplicates"] > 100
        assert report["rows"] == len(rows) + 4
        before, after = about.classes_before, about.classes_after
        assert {part: sum(before[part].values()) for part in before} == {"train": 400, "valid": 50, "test": 50}
        shares = [before[part]["negative"] / sum(before[part].values()) for part in before]
        assert max(shares) - min(shares) < 0.03
        assert after["valid"] == before["valid"]
        assert after["train"]["positive"] / after["train"]["negative"] == pytest.approx(ratio, rel=0.2)
        assert about.texts["train"] == sum(after["train"].values())
        assert sum(about.text_lengths["train"]) == about.tokens["train"]
        assert about.counts.sum() == about.tokens["train"] or balance in ("oversample", "undersample")
        assert (about.class_weights is not None) == (balance == "class-weights")


def test_texts_that_are_cut_into_no_token_are_left_out(tmp_path, rnnscope_home):
    path = write(tmp_path / "r.csv", [*reviews(300), ("5", "!!!"), ("1", "... , ...")])
    left_out = {}
    for style in ("plain", "treebank"):
        corpus = prepare_corpus(path, Tokenisation("words", "none", style), labels=STARS, name=style)
        assert all(np.diff(texts.offsets).min() > 0 for texts in corpus.texts.values())
        left_out[style] = corpus.source["labelled"]["left_out"].get("without a token", 0)
    assert left_out == {"plain": 0, "treebank": 2}


@pytest.mark.parametrize("unit", ["words", "characters", "bytes"])
def test_any_unit_and_any_number_of_classes(tmp_path, rnnscope_home, unit):
    rows = [(str(n % 12), f"text {n} of é class") for n in range(600)]
    tokenisation = Tokenisation(unit, "lines")
    path = write(tmp_path / "r.csv", rows, ("label", "text"))
    corpus = prepare_corpus(path, tokenisation, labels=LabelOptions("label"), name="many")
    assert corpus.classes == tuple(map(str, range(12)))
    expected = {(label, " ".join(tokenisation.split(text))) for label, text in rows}
    found = {pair for part in corpus.splits for pair in texts_of(corpus, part)}
    assert sum(map(len, corpus.texts.values())) == 600
    assert len(found) == (12 if unit == "words" else 600)  # numbers are N
    assert found <= expected


def test_the_seed_draws_and_splits(tmp_path, rnnscope_home):
    path = write(tmp_path / "r.csv", reviews(900))
    first, again, other = (
        prepare_corpus(path, WORDS, labels=LabelOptions("stars", "stars", draw=300, seed=seed), name=name)
        for seed, name in ((1, "one"), (1, "again"), (2, "other"))
    )
    assert texts_of(first, "train") == texts_of(again, "train")
    assert texts_of(first, "train") != texts_of(other, "train")


@pytest.mark.parametrize("stars", ["0", "6", "five", "4.5", "-1", "nan"])
def test_unknown_stars_are_refused_with_their_row(tmp_path, rnnscope_home, stars):
    path = write(tmp_path / "r.csv", [*reviews(20), (stars, "what is this")])
    refused(f"row 21: stars is '{stars}'; allowed are 1 to 5 stars", path)


@pytest.mark.parametrize("stars", ["1", "4.0", " 5 "])
def test_stars_may_be_written_as_numbers_are(tmp_path, rnnscope_home, stars):
    path = write(tmp_path / "r.csv", [*reviews(200), (stars, "what is this")])
    assert prepare_corpus(path, WORDS, labels=STARS).classes == ("negative", "positive")


@pytest.mark.parametrize("kind", [".csv", ".tsv", ".jsonl", ".parquet"])
def test_missing_columns_and_labels(tmp_path, rnnscope_home, kind):
    path = write(tmp_path / f"r{kind}", [*reviews(20), ("", "no stars here")])
    refused("row 21: no stars", path)
    refused("has no column 'body'; it has stars, text", path, text_column="body")
    refused("has no column 'rating'; it has stars, text", path, LabelOptions("rating"))


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([("5", f"fine {'x' * n}") for n in range(40)], "of one class, positive, and negative is empty"),
        ([("5", "fine")] * 40, "of one class, positive.* 39 duplicates"),
        ([("3", f"fine {n}") for n in range(40)], "Nothing is left .* 40 3 stars"),
        ([("5", "same"), ("1", "same")] * 20, "40 the same text with different labels"),
        ([("5", "word " * 20), ("1", "long " * 20)], "2 more than 12 words"),
        ([("5", f"fine {'x' * n}") for n in range(40)] + [("1", "bad")] * 2, "no text of class negative .1 in all"),
        ([], "Nothing is left of r.csv: of 0 rows"),
    ],
)
def test_what_cannot_become_two_classes_in_three_parts(tmp_path, rnnscope_home, rows, reason):
    refused(reason, write(tmp_path / "r.csv", rows))


def test_one_label_only(tmp_path, rnnscope_home):
    path = write(tmp_path / "r.csv", [("a", f"text {'x' * n}") for n in range(30)], ("label", "text"))
    refused("are of one class, a;", path, LabelOptions("label"))
    refused(
        "more than 1,000",
        write(tmp_path / "r.csv", [(f"l{n}", f"t {'x' * n}") for n in range(1100)]),
        LabelOptions("stars"),
    )


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", 'stars,text\n5,"never closed', "of one class, positive, and negative is empty"),
        ("a.csv", "stars,text\n5,one,two\n", "is not a table: .*Expected 2 columns"),
        ("a.jsonl", '{"stars": 5, "text": "x"}\n{"stars": 5,\n', "line 2 is not JSON"),
        ("a.jsonl", "[1, 2]\n", "line 1 is not a JSON object"),
        ("a.jsonl", '{"stars": 5, "text": "half \\ud800"}\n', "row 1: text holds NUL or half a character"),
        ("a.parquet", "no parquet", "is not a parquet file"),
    ],
)
def test_broken_tables(tmp_path, rnnscope_home, name, content, reason):
    path = tmp_path / name
    path.write_text(content)
    refused(reason, path)


def test_a_table_without_labels_is_running_text(tmp_path, rnnscope_home):
    path = write(tmp_path / "r.csv", [("5", "no stop"), ("4", "two\nlines")] * 20)
    corpus = prepare_corpus(path, Tokenisation())
    tokens = [corpus.vocabulary.tokens[i] for i in corpus.splits["train"]]
    assert tokens[:8] == ["no", "stop", "<eos>", "two", "lines", "<eos>", "no", "stop"]
    assert corpus.texts is None
