import json

import pyarrow as pa
import pytest
from pyarrow import parquet

from data_prep import text_list
from data_prep.errors import UserError
from data_prep.text_list import read_text_list

TEXTS = ["Good food.", "", 'Bad, "cold" food', "שלום\u2028x"]
STARS = ["5", None, "1", "3"]


def written(folder, kind):
    path = folder / f"texts.{kind}"
    if kind == "txt":
        path.write_text("\n".join(TEXTS) + "\n", encoding="utf-8")
    elif kind == "jsonl":
        rows = [{"text": text, "stars": star} for text, star in zip(TEXTS, STARS, strict=True)]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    elif kind == "parquet":
        parquet.write_table(pa.table({"text": TEXTS, "stars": STARS}), path)
    else:
        between = "," if kind == "csv" else "\t"
        lines = [
            '"' + text.replace('"', '""') + f'"{between}{star or ""}' for text, star in zip(TEXTS, STARS, strict=True)
        ]
        path.write_text("\n".join([f"text{between}stars", *lines]), encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", ["txt", "csv", "tsv", "jsonl", "parquet"])
def test_every_kind_of_file_gives_the_same_texts_in_order(tmp_path, kind):
    found = read_text_list(written(tmp_path, kind))
    assert found.texts == tuple(TEXTS)
    assert found.labels is None
    assert found.left_out == 0


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "parquet"])
def test_labels_stay_beside_their_texts(tmp_path, kind):
    assert read_text_list(written(tmp_path, kind), label_column="stars").labels == tuple(STARS)


def test_windows_lines_and_a_last_line_without_an_end(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_bytes(b"\xef\xbb\xbfone\r\n\r\ntwo")
    assert read_text_list(path).texts == ("one", "", "two")


def test_too_many_texts_are_left_out_and_counted(tmp_path, monkeypatch):
    path = written(tmp_path, "csv")
    found = read_text_list(path, most=3)
    assert (found.texts, found.left_out) == (tuple(TEXTS[:3]), 1)
    monkeypatch.setattr(text_list, "MOST_CHARACTERS", 20)
    assert read_text_list(path).left_out == 2


@pytest.mark.parametrize(
    ("name", "content", "options", "said"),
    [
        ("a.csv", "text\nx\n", {"text_column": "review"}, "no column 'review'"),
        ("a.csv", "text\nx\n", {"label_column": "stars"}, "no column 'stars'"),
        ("a.txt", "x\n", {"label_column": "stars"}, "one text per line"),
        ("a.txt", "", {}, "is empty"),
        ("a.csv", "text\n", {}, "no text that can be taken"),
        ("a.txt", "a\0b", {}, "NUL"),
        ("a.jsonl", "{}\n", {}, "no column 'text'"),
    ],
)
def test_what_is_no_list_of_texts_is_said(tmp_path, name, content, options, said):
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(UserError, match=said):
        read_text_list(path, **options)
