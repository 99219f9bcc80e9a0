"""The command about names and notes that a user gave to units."""

from typing import Annotated

import typer

from app.cli.console import AsJson, print_json, print_line, print_table, printable


def notes(run: Annotated[str, typer.Argument(help="Id of a run.")], as_json: AsJson = False) -> None:
    """Print the names and notes that you gave to the units of a run on the page Units."""
    from app.unit_notes import notes_file, notes_object, read_notes
    from models.run import open_run

    opened = open_run(run)
    found = read_notes(opened)
    if as_json:
        return print_json(notes_object(opened, found))
    if not found:
        return print_line(f"There are no notes on the units of {run}: write them on the page Units of rnnscope app.")
    rows = [
        (str(note.unit), note.state, str(note.layer), printable(note.name), printable(note.note))
        for note in found.values()
    ]
    print_table(("unit", "state", "layer", "name", "note"), rows)
    print_line(f"Kept in {notes_file(opened)}")
