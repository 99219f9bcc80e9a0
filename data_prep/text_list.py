"""A file of texts to look at: one text per line, or a table with a column of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from data_prep.errors import UserError
from data_prep.tables import Rows, read_rows, table_kind
from data_prep.text_source import examine, utf8_blocks

MOST_TEXTS = 100_000
MOST_CHARACTERS = 1 << 28


@dataclass(frozen=True)
class TextList:
    """The first N texts of a file, in their order, empty ones too.

    labels: as written, None where missing; None as a whole where no column of labels was named.
    left_out: texts beyond the first `MOST_TEXTS`, or beyond `MOST_CHARACTERS`, whichever comes first.
    """

    texts: tuple[str, ...]
    labels: tuple[str | None, ...] | None
    left_out: int


def read_text_list(
    path: Path, *, text_column: str = "text", label_column: str | None = None, most: int = MOST_TEXTS
) -> TextList:
    """Read the first `most` texts of a table (csv, tsv, jsonl, parquet), or of a text file, one per line.

    Raises UserError for a file that cannot be read, for a missing column, or where there is no text.
    """
    if table_kind(path):
        rows = read_rows(examine(path), text_column, label_column)
    elif label_column is not None:
        raise UserError(
            f"{path.name} is a text file, one text per line: it has no column {label_column!r}.",
            "Give a table (csv, tsv, jsonl, parquet) for texts with labels.",
        )
    else:
        rows = _lines(path)
    texts: list[str] = []
    labels: list[str | None] = []
    characters = left_out = 0
    for some in rows:
        for place, text in enumerate(some.texts):
            characters += len(text)
            if len(texts) >= most or characters > MOST_CHARACTERS:
                left_out += 1
                continue
            texts.append(text)
            labels.append(some.labels[place] if some.labels else None)
    if not texts:
        raise UserError(f"{path.name} has no text that can be taken.", "Give a table or a text file with some rows.")
    return TextList(tuple(texts), tuple(labels) if label_column is not None else None, left_out)


def _lines(path: Path) -> Iterator[Rows]:
    first, kept = 1, b""
    for block in utf8_blocks(examine(path), loose=True):
        lines = (kept + block).split(b"\n")
        kept = lines.pop()
        yield Rows(first, [line.decode("utf-8").removesuffix("\r") for line in lines], None)
        first += len(lines)
    if kept:
        yield Rows(first, [kept.decode("utf-8")], None)
