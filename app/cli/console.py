"""What the commands print: results on standard output, progress and errors on standard error."""

import functools
import json
import math
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from data_prep.errors import UserError

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
Device = Annotated[str, typer.Option(help="auto, cpu or cuda.")]

SHORT = 16  # characters of a column that is never broken into lines

errors = Console(stderr=True, highlight=False)
output = Console(highlight=False)


def shows_user_errors(command: Callable[..., Any]) -> Callable[..., None]:
    """Turn a UserError into its two sentences and exit code 2; with `--json` into an object."""

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except UserError as error:
            if kwargs.get("as_json"):
                print_json({"error": error.message, "hint": error.hint})
            errors.print(f"[bold]error:[/bold] {escape(error.message)}")
            if error.hint:
                errors.print(f"[dim]{escape(error.hint)}[/dim]")
            raise typer.Exit(2) from error

    return wrapped


def print_json(value: Any) -> None:
    """One machine-readable object on standard output, in ASCII; a number that is not finite is null."""
    sys.stdout.write(json.dumps(_finite(value), allow_nan=False) + "\n")


def print_line(text: str) -> None:
    """One line for a person; the text is shown as it is, never read as markup."""
    output.print(escape(text))


def print_note(text: str) -> None:
    """One line beside the result, on standard error."""
    errors.print(Text(printable(text)))


def printable(text: str) -> str:
    """The text with control characters as escapes, so that it cannot steer a terminal; line ends and tabs stay."""
    return "".join(char if char.isprintable() or char in "\n\t" else f"\\x{ord(char):02x}" for char in text)


def print_table(headings: tuple[str, ...], rows: list[tuple[str, ...]], title: str | None = None) -> None:
    """A table for a person; numbers to the right. Short columns are never broken into lines, nor cut."""
    table = Table(
        title=title and escape(title), title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True
    )
    widths = [max((len(row[place]) for row in rows), default=0) for place in range(len(headings))]
    tight = sum(map(max, widths, map(len, headings))) + 2 * len(headings) > output.width
    for place, (heading, widest) in enumerate(zip(headings, widths, strict=True)):
        numeric = place > 0 and all(row[place][:1].isdigit() or row[place] == "–" for row in rows) and bool(rows)
        whole = widest <= SHORT or (place == 0 and not any(" " in row[0] for row in rows))
        min_width = widest if place == 0 and whole else None
        justify = "right" if numeric else "left"
        table.add_column(
            _folded(heading, widest) if tight and whole else heading,
            justify=justify,
            min_width=min_width,
            no_wrap=whole,
            overflow="fold",
        )
    for row in rows:
        table.add_row(*map(escape, row))
    output.print(table)


def _folded(heading: str, width: int) -> str:
    """The heading in lines that ask for no more room than the column's cells, broken at spaces alone."""
    return "\n".join(textwrap.wrap(heading, max(1, width), break_long_words=False, break_on_hyphens=False))


def check_choice(value: str, allowed: tuple[str, ...], option: str) -> None:
    """UserError unless `value` is one of `allowed`."""
    if value not in allowed:
        raise UserError(f"{option} cannot be {value!r}.", f"Choose one of: {', '.join(allowed)}.")


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


@contextmanager
def progress_bar(description: str) -> Iterator[Callable[..., None]]:
    """A bar on standard error; call what it yields with (fraction, description, state)."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[state]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=errors) as bar:
        task = bar.add_task(description, total=1.0, state="")

        def update(fraction: float, description: str | None = None, state: str = "") -> None:
            bar.update(task, completed=fraction, description=description, state=state)

        yield update
