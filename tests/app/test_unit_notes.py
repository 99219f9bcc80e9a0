"""Names and notes on units, as kept on disk and printed."""

import json
import threading

import pytest
from typer.testing import CliRunner

from app.cli.main import cli
from app.unit_notes import LONGEST_NAME, LONGEST_NOTE, UnitNote, make_note, notes_file, read_notes, write_note
from data_prep.errors import UserError
from models.run import open_run

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "**bold** :red[x] $x$",
    "שלום \u202eabc",
    "e\u0301👩‍👩‍👧",
    "a\0b",
    '=1+1,"x"',
]


@pytest.fixture
def run(copied_home):
    return open_run("toy-words-lstm")


def place(unit: int, name: str = "", note: str = "", state: str = "hidden", layer: int = 0) -> UnitNote:
    return make_note(state, layer, unit, name, note)


def test_notes_are_read_back_as_written(run):
    assert read_notes(run) == {}
    written = [place(3, text, f"{text}\nsecond line") for text in HOSTILE[:1]]
    written += [place(unit, text, text, state="cell", layer=1) for unit, text in enumerate(HOSTILE)]
    for note in written:
        write_note(run, note, None)
    assert read_notes(run) == {note.place: note for note in sorted(written, key=lambda note: note.place)}
    assert list(notes_file(run).parent.glob("*.json")) == [notes_file(run)]


def test_an_empty_note_is_taken_away(run):
    named = place(3, "opens quotes")
    write_note(run, named, None)
    assert write_note(run, place(3, "  ", "\n"), named) == {} == read_notes(run)


def test_writers_at_once_lose_nothing_of_each_other(run):
    ready = threading.Barrier(8)

    def write(writer: int) -> None:
        ready.wait()
        for unit in range(writer, 48, 8):
            write_note(run, place(unit, f"name {unit}"), None)

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [note.name for note in read_notes(run).values()] == [f"name {unit}" for unit in range(48)]


def test_a_note_that_changed_meanwhile_is_not_overwritten_unseen(run):
    mine, theirs = place(3, "mine"), place(3, "theirs")
    write_note(run, theirs, None)
    with pytest.raises(UserError, match="changed somewhere else meanwhile: name “theirs”"):
        write_note(run, mine, None)
    assert read_notes(run)[mine.place] == theirs
    write_note(run, mine, theirs)
    with pytest.raises(UserError, match="changed somewhere else"):
        write_note(run, place(3), theirs)
    assert read_notes(run)[mine.place] == mine


def test_another_training_under_the_same_name_has_notes_of_its_own(run):
    write_note(run, place(3, "mine"), None)
    assert read_notes(open_run("toy-bytes-gru")) == {}


@pytest.mark.parametrize(
    ("name", "note"), [("x" * (LONGEST_NAME + 1), ""), ("", "x" * (LONGEST_NOTE + 1)), ("\ud800", "")]
)
def test_what_cannot_be_kept_is_refused(name, note):
    with pytest.raises(UserError, match="cannot be kept"):
        place(3, name, note)


def test_a_name_is_one_line():
    assert place(3, " opens\n quotes ").name == "opens quotes"


UNIT = {"state": "hidden", "layer": 1, "unit": 0, "name": "x", "note": ""}


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 100_000,
        {"schema": 2},
        {"run_digest": "0" * 64},
        {"units": None},
        {"surprise": 1},
        {"units": [UNIT | {"unit": -1}]},
        {"units": [UNIT | {"unit": "0"}]},
        {"units": [UNIT | {"name": "x" * 61}]},
        {"units": [UNIT | {"name": "x\ny"}]},
        {"units": [UNIT | {"state": "soul"}]},
        {"units": [UNIT | {"more": 1}]},
        {"units": [UNIT, UNIT]},
    ],
    ids=lambda damage: str(damage)[:40],
)
def test_a_damaged_file_is_said_and_never_overwritten(run, damage):
    path = notes_file(run)
    write_note(run, place(3, "mine"), None)
    text = damage if isinstance(damage, str) else json.dumps(json.loads(path.read_text()) | damage)
    path.write_text(text)
    for attempt in (read_notes, lambda run: write_note(run, place(4, "another"), None)):
        with pytest.raises(UserError) as refused:
            attempt(run)
        assert str(path) in refused.value.hint
    assert path.read_text() == text


def test_a_home_that_cannot_be_written_to_is_said(run, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RNNSCOPE_HOME", str(tmp_path / "file"))
    with pytest.raises(UserError, match="Cannot write into"):
        write_note(run, place(3, "mine"), None)


def test_the_command_prints_notes(run):
    def invoke(*arguments: str):
        return CliRunner().invoke(cli, ["notes", run.id, *arguments])

    assert "There are no notes" in invoke().stdout
    write_note(run, place(3, "[bold]opens[/bold]", "a \x1b[31mquote"), None)
    said = json.loads(invoke("--json").stdout)
    assert said == json.loads(notes_file(run).read_text())
    assert said["units"] == [
        {"state": "hidden", "layer": 1, "unit": 3, "name": "[bold]opens[/bold]", "note": "a \x1b[31mquote"}
    ]
    assert "[bold]opens" in invoke().stdout
    assert "\x1b" not in invoke().stdout
    notes_file(run).write_text("{")
    refused = invoke("--json")
    assert refused.exit_code == 2
    assert "cannot be read" in json.loads(refused.stdout)["error"]
