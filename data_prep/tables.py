"""Rows of a table with a column of text and perhaps one of labels: csv, tsv, jsonl, parquet."""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as arrow_csv
from pyarrow import parquet

from data_prep.errors import UserError
from data_prep.text_source import SourceFile, examine, utf8_blocks

TABLES = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")
BLOCK = 8 << 20
LONGEST_LINE = 64 << 20
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True)
class Rows:
    """Some rows in turn. first: number of the first one, from 1. labels: as written, None where missing."""

    first: int
    texts: list[str]
    labels: list[str | None] | None


def table_kind(path: Path) -> str | None:
    """`.csv`, `.tsv`, `.jsonl`, `.ndjson` or `.parquet` for a table, packed or not, else None."""
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() not in (".gz", ".zst")]
    return suffixes[-1] if suffixes and suffixes[-1] in TABLES else None


def read_rows(source: SourceFile, text_column: str, label_column: str | None) -> Iterator[Rows]:
    """The rows of a table, some at a time.

    A missing text is empty. Raises UserError for a missing column, or a row that cannot be read.
    """
    readers = {".csv": _delimited, ".tsv": _delimited, ".parquet": _parquet}
    reader = readers.get(table_kind(source.path) or "", _json_lines)
    first = 1
    for found, labels in reader(source, text_column, label_column):
        texts = [text or "" for text in found]
        for place, text in enumerate(texts):
            if _NO_TEXT.search(text):
                raise UserError(
                    f"{source.path}, row {first + place:,}: {text_column} holds NUL or half a character.",
                    "Correct or remove the row.",
                )
        yield Rows(first, texts, labels)
        first += len(texts)


def column_names(path: Path) -> list[str]:
    """The columns of a table, from its beginning; UserError when it has none."""
    source = examine(path)
    kind = table_kind(path)
    if kind == ".parquet":
        try:
            return parquet.read_schema(path).names
        except (pa.ArrowInvalid, OSError) as error:
            raise UserError(f"{path} is not a parquet file: {_first_line(error)}.", "Get it again.") from error
    if kind is None:
        raise UserError(f"{path} is not a table.", f"Tables end in {', '.join(TABLES)}; .gz and .zst may follow.")
    first = _first_row(source)
    if kind in (".csv", ".tsv"):
        return next(csv.reader([first], delimiter=_delimiter(source)))
    return list(_json_row(path, 1, first.encode(), []))


def _first_row(source: SourceFile) -> str:
    return next(_utf8(source)).split(b"\n", 1)[0].decode("utf-8").rstrip("\r")


def _delimiter(source: SourceFile) -> str:
    """A comma or, of .tsv, a tab; of .csv too what stands in a first row without commas, as Excel writes in Europe."""
    if table_kind(source.path) == ".tsv":
        return "\t"
    first = _first_row(source)
    return next((mark for mark in ",;\t" if mark in first), ",")


def _delimited(source: SourceFile, text_column: str, label_column: str | None) -> Iterator[tuple[list, list | None]]:
    wanted = [text_column] if label_column is None else [text_column, label_column]
    stream = pa.PythonFile(_Readable(_utf8(source)), "r")
    parse = arrow_csv.ParseOptions(delimiter=_delimiter(source), newlines_in_values=True)
    convert = arrow_csv.ConvertOptions(
        column_types=dict.fromkeys(wanted, pa.string()), strings_can_be_null=True, null_values=[""]
    )
    try:
        reader = arrow_csv.open_csv(stream, arrow_csv.ReadOptions(block_size=BLOCK, use_threads=False), parse, convert)
        _check_columns(source.path, reader.schema.names, wanted)
        for batch in reader:
            yield _columns(batch, text_column, label_column)
    except pa.ArrowInvalid as error:
        raise UserError(f"{source.path} is not a table: {_first_line(error)}.", "Check that row.") from error


def _parquet(source: SourceFile, text_column: str, label_column: str | None) -> Iterator[tuple[list, list | None]]:
    wanted = [text_column] if label_column is None else [text_column, label_column]
    try:
        with parquet.ParquetFile(source.path) as file:
            _check_columns(source.path, file.schema_arrow.names, wanted)
            for batch in file.iter_batches(batch_size=8192, columns=wanted):
                yield _columns(batch, text_column, label_column)
    except (pa.ArrowInvalid, OSError) as error:
        raise UserError(f"{source.path} is not a parquet file: {_first_line(error)}.", "Get it again.") from error


def _json_lines(source: SourceFile, text_column: str, label_column: str | None) -> Iterator[tuple[list, list | None]]:
    wanted = [text_column] if label_column is None else [text_column, label_column]
    number, kept = 0, b""
    for block in chain(_utf8(source), [b"\n"]):
        lines = (kept + block).split(b"\n")
        kept = lines.pop()
        if len(kept) > LONGEST_LINE:
            raise UserError(f"{source.path} has a line of more than {LONGEST_LINE:,} bytes.", "One object per line.")
        rows = []
        for line in lines:
            number += 1
            if line.strip():
                rows.append(_json_row(source.path, number, line, wanted))
        if rows:
            texts = [None if row[text_column] is None else str(row[text_column]) for row in rows]
            yield texts, label_column and [_as_label(row[label_column]) for row in rows]


def _json_row(path: Path, number: int, line: bytes, wanted: list[str]) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise UserError(f"{path}, line {number:,} is not JSON: {error}.", "One object per line.") from error
    if not isinstance(row, dict):
        raise UserError(f"{path}, line {number:,} is not a JSON object.", "One object per line.")
    _check_columns(path, list(row), wanted)
    return row


def _columns(batch: pa.RecordBatch, text_column: str, label_column: str | None) -> tuple[list, list | None]:
    texts = batch.column(text_column).cast(pa.string()).to_pylist()
    return texts, label_column and [_as_label(value) for value in batch.column(label_column).to_pylist()]


def _as_label(value: Any) -> str | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return None if value is None or not str(value).strip() else str(value).strip()


def _check_columns(path: Path, present: list[str], wanted: list[str]) -> None:
    for column in wanted:
        if column not in present:
            raise UserError(
                f"{path} has no column {column!r}; it has {', '.join(present) or 'none'}.",
                "Name it: --text-column NAME, and --label-column NAME for labelled texts.",
            )


def _utf8(source: SourceFile) -> Iterator[bytes]:
    return utf8_blocks(source, BLOCK, loose=True)  # where rows end is the reader's business


class _Readable:
    """Blocks as a file that `pyarrow` can read."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks, self._kept, self.closed = blocks, b"", False

    def read(self, size: int) -> bytes:
        while len(self._kept) < size and (block := next(self._blocks, b"")):
            self._kept += block
        taken, self._kept = self._kept[:size], self._kept[size:]
        return taken

    def close(self) -> None:
        self.closed = True

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False


def _first_line(error: Exception) -> str:
    return str(error).split("\n")[0].strip().rstrip(".")
