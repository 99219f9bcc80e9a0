"""Names and notes that a user gives to units: `notes/<run digest>.json` of the home folder, bundled runs included.

The file is read, changed and written under a lock, so that two tabs of a browser lose nothing of each other's. One
that cannot be read is said, and never overwritten.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from data_prep.errors import UserError
from data_prep.sealed_folder import home, read_json, write_json
from models.run import Run

SCHEMA = 1
LONGEST_NAME, LONGEST_NOTE = 60, 4000  # characters
QUOTED = 300  # characters of a note in a sentence about it
LOCK_SECONDS = 10  # writing takes a moment; whoever holds the lock longer hangs


class UnitNote(BaseModel):
    """What a user says of one unit. layer: counted from 1, as on screen; unit: from 0. Neither text: no note."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    state: Literal["hidden", "cell"]
    layer: int = Field(ge=1)
    unit: int = Field(ge=0)
    name: Annotated[str, Field(max_length=LONGEST_NAME, pattern=r"^[^\r\n]*$")] = ""
    note: Annotated[str, Field(max_length=LONGEST_NOTE)] = ""

    @property
    def place(self) -> tuple[str, int, int]:
        """Which unit: (state, layer, unit)."""
        return self.state, self.layer, self.unit


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    schema_: Literal[1] = Field(alias="schema")
    run: str
    run_digest: str
    units: list[UnitNote]


Notes = dict[tuple[str, int, int], UnitNote]


def notes_file(run: Run) -> Path:
    """Where the notes on the units of a run are kept."""
    return home() / "notes" / f"{run.digest[:16]}.json"


def read_notes(run: Run) -> Notes:
    """(state, layer, unit) → the note on it, in this order; empty where there are none.

    Raises UserError when the file is damaged, or belongs to another run.
    """
    path = notes_file(run)
    if not path.exists():
        return {}
    try:
        raw = read_json(path)
        found = _File.model_validate(raw)
    except (UserError, ValidationError, RecursionError) as error:
        raise UserError(f"The notes on {run.id} cannot be read: {_reason(error)}.", _what_to_do(path)) from error
    if found.run_digest != run.digest:
        raise UserError(f"The notes in {path.name} are about another run, {found.run[:80]}.", _what_to_do(path))
    if len({note.place for note in found.units}) < len(found.units):
        raise UserError(f"The notes on {run.id} name a unit twice.", _what_to_do(path))
    return {note.place: note for note in sorted(found.units, key=lambda note: note.place)}


def write_note(run: Run, written: UnitNote, seen: UnitNote | None) -> Notes:
    """Keep a note in place of the one that its writer has `seen`, and return all; an empty one is taken away.

    Raises UserError when the note is another by now, so that neither of two writers loses anything unknowingly.
    """
    with _alone(run) as path:
        notes = read_notes(run)
        stored = notes.pop(written.place, None)
        if stored not in (seen, written):
            says = f"name “{stored.name}”, note “{stored.note[:QUOTED]}”" if stored else "there is none any more"
            raise UserError(
                f"The note on unit {written.unit} was changed somewhere else meanwhile: {says}.",
                "Nothing was written. Keep yours again to put it in its place.",
            )
        if written.name or written.note:
            notes[written.place] = written
        notes = dict(sorted(notes.items()))
        _write(path, notes_object(run, notes))
    return notes


def notes_object(run: Run, notes: Notes) -> dict[str, Any]:
    """The notes as plain values: what stands in the file and what is exported."""
    units = [note.model_dump() for note in notes.values()]
    return {"schema": SCHEMA, "run": run.id, "run_digest": run.digest, "units": units}


def make_note(state: str, layer: int, unit: int, name: str, note: str) -> UnitNote:
    """A note as typed, layer counted from 0; UserError when it is too long, or cannot be written down."""
    try:
        return UnitNote(state=state, layer=layer + 1, unit=unit, name=" ".join(name.split()), note=note.strip())
    except ValidationError as error:
        raise UserError(
            f"The note on unit {unit} cannot be kept: {_reason(error)}.",
            f"A name has up to {LONGEST_NAME} characters in one line, a note up to {LONGEST_NOTE:,}.",
        ) from error


@contextmanager
def _alone(run: Run) -> Iterator[Path]:
    path = notes_file(run)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f".{path.stem}.lock"), timeout=LOCK_SECONDS):
            yield path
    except (OSError, Timeout) as error:
        raise UserError(
            f"Cannot write into {path.parent}: {getattr(error, 'strerror', None) or error}.",
            "Point RNNSCOPE_HOME to a folder that you may write to.",
        ) from error


def _write(path: Path, value: dict[str, Any]) -> None:
    """In one step: a reader sees the notes as they were or as they are."""
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=".json", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        write_json(temporary, value)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return error.message.rstrip(".") if isinstance(error, UserError) else str(error)


def _what_to_do(path: Path) -> str:
    return f"Put {path} right or move it away; it is never overwritten."
