"""How a text will be cut, shown before it is prepared."""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from data_prep.errors import UserError
from data_prep.gathering import gather
from data_prep.tables import column_names, read_rows, table_kind
from data_prep.text_source import beginning, examine
from data_prep.tokens import Cut, Tokenisation, is_unspaced

LONGEST_LINE = 2_000  # characters shown of one line


@dataclass(frozen=True)
class Preview:
    """The first lines (or rows) of a text as they will be cut.

    lines: each with its tokens and where they stand. labels: their labels, for a table with a label column.
    columns: of a table, else empty. encoding: found out, or as given; None for text that was typed.
    unspaced: fraction of the tokens that are Chinese or Japanese characters.
    """

    lines: tuple[Cut, ...]
    labels: tuple[str | None, ...]
    columns: tuple[str, ...]
    encoding: str | None
    unspaced: float


def preview(
    text_or_path: str | Path,
    tokenisation: Tokenisation,
    *,
    lines: int = 10,
    encoding: str | None = None,
    text_column: str = "text",
    label_column: str | None = None,
) -> Preview:
    """Cut the first `lines` lines that are not blank. A `str` is text, a `Path` a file, table or folder.

    The tokens are those that `prepare_corpus` makes of these lines. Of a text file, only its beginning is
    read, so that encodings mixed further on are not seen here.
    """
    columns: list[str] = []
    labels: list[str | None] = []
    if isinstance(text_or_path, str):
        text, found = text_or_path, None
        shown = text.splitlines(keepends=True)
    else:
        path = gather([text_or_path])[0]
        if table_kind(path):
            columns = column_names(path)
            # Without its text column there is nothing to cut yet, but the columns can be offered.
            shown, labels, found = [], [], encoding
            if text_column in columns:
                shown, labels, found = _first_rows(path, encoding, text_column, label_column, lines)
        else:
            text, found = beginning(path, encoding)
            shown = text.removeprefix("\ufeff").splitlines(keepends=True)
    cuts = [tokenisation.cut(line[:LONGEST_LINE]) for line in islice(filter(str.strip, shown), lines)]
    tokens = [token for cut in cuts for token in cut.tokens]
    unspaced = sum(map(is_unspaced, tokens)) / max(1, len(tokens))
    return Preview(tuple(cuts), tuple(labels), tuple(columns), found, unspaced)


def _first_rows(
    path: Path, encoding: str | None, text_column: str, label_column: str | None, lines: int
) -> tuple[list[str], list[str | None], str]:
    source = examine(path, encoding)
    rows = next(read_rows(source, text_column, label_column), None)
    if rows is None:
        raise UserError(f"{path} has no rows.", "Give a table with some text in it.")
    kept = [place for place, text in enumerate(rows.texts) if text.strip()][:lines]
    labels = [] if rows.labels is None else [rows.labels[place] for place in kept]
    return [rows.texts[place] for place in kept], labels, source.encoding
