"""Tables as spreadsheets save them: other marks between the columns, other encodings."""

import pytest

from data_prep.tables import column_names, read_rows
from data_prep.text_source import examine

ROWS = [("très bon, déjà vu", "5"), ("“naïve” élève; où ça?", "1")]


def saved(path, mark, encoding="utf-8"):
    quoted = [f'"{text}"{mark}{stars}' for text, stars in ROWS]
    path.write_bytes("\r\n".join([f"review{mark}stars", *quoted, ""]).encode(encoding))
    return path


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_csv_is_read_whatever_stands_between_its_columns(tmp_path, mark, encoding):
    path = saved(tmp_path / "reviews.csv", mark, encoding)
    assert column_names(path) == ["review", "stars"]
    (rows,) = read_rows(examine(path), "review", "stars")
    assert list(zip(rows.texts, rows.labels, strict=True)) == ROWS


def test_a_tsv_has_tabs_and_nothing_else(tmp_path):
    path = tmp_path / "reviews.tsv"
    path.write_text("a;b\tstars\nx;y\t5\n")
    assert column_names(path) == ["a;b", "stars"]


def test_a_comma_in_the_first_row_decides(tmp_path):
    path = tmp_path / "one.csv"
    path.write_text("text,and;more\na;b,c\n")
    assert column_names(path) == ["text", "and;more"]
