"""Names and notes that a user gives to units, shown and edited on pages."""

import json

import streamlit as st

from app.notices import show_error
from app.numbers import numbers
from app.selection import Selection
from app.tables.units import notes_table
from app.unit_notes import LONGEST_NAME, LONGEST_NOTE, make_note, notes_object, read_notes, write_note
from data_prep.errors import UserError
from models.run import Run

_REFUSED = "unit-note-refused"


def names_of_units(chosen: Selection) -> dict[int, str]:
    """Unit → its own name, in the chosen layer and state; where the notes are damaged, this says so."""
    try:
        notes = read_notes(chosen.run)
    except UserError as error:
        show_error(error)
        return {}
    here = (chosen.state, chosen.layer + 1)
    return {note.unit: note.name for note in notes.values() if note.place[:2] == here and note.name}


def note_on(chosen: Selection, unit: int) -> None:
    """The note on a unit, as written."""
    try:
        note = read_notes(chosen.run).get((chosen.state, chosen.layer + 1, unit))
    except UserError:
        return  # said already, by `names_of_units`
    if note and note.note:
        st.text(note.note)


def note_button(chosen: Selection, unit: int) -> None:
    """A button that opens a box in which a unit's name and the note on it are written."""
    try:
        stored = read_notes(chosen.run).get((chosen.state, chosen.layer + 1, unit))
    except UserError:
        return  # said already, by `names_of_units`
    key = f"unit-note-{chosen.run.digest[:16]}-{chosen.state}-{chosen.layer}-{unit}"
    texts = {part: f"{key}-{part}" for part in ("name", "note")}
    seen = st.session_state.get(f"{key}-seen")
    untouched = all(st.session_state.get(texts[part]) == getattr(seen, part, "") for part in texts)
    if texts["name"] not in st.session_state or (untouched and seen != stored):
        st.session_state[f"{key}-seen"] = stored
        for part, own in texts.items():
            st.session_state[own] = getattr(stored, part, "")
    with st.popover("Name and note", icon=":material/edit:"), st.form(key, border=False):
        st.text_input(f"Name of unit {unit}", key=texts["name"], max_chars=LONGEST_NAME)
        st.text_area("Note", key=texts["note"], max_chars=LONGEST_NOTE)
        st.form_submit_button("Keep", on_click=_keep, args=(chosen, unit, key), type="primary")
        if refused := st.session_state.pop(_REFUSED, None):
            show_error(refused)


def all_notes(run: Run) -> None:
    """Every note on the units of a run, to download."""
    try:
        notes = read_notes(run)
    except UserError:
        return
    if not notes:
        return
    numbers(notes_table(notes), f"{run.id}-notes", label="Your names and notes")
    st.download_button(
        "Names and notes as JSON",
        json.dumps(notes_object(run, notes), ensure_ascii=False, indent=1).encode("utf-8"),
        file_name=f"{run.id}-notes.json",
        mime="application/json",
        key="download-notes-json",
        icon=":material/download:",
    )


def _keep(chosen: Selection, unit: int, key: str) -> None:
    name, note = (st.session_state[f"{key}-{part}"] for part in ("name", "note"))
    seen = f"{key}-seen"
    place = (chosen.state, chosen.layer + 1, unit)
    try:
        written = make_note(chosen.state, chosen.layer, unit, name, note)
        st.session_state[seen] = write_note(chosen.run, written, st.session_state.get(seen)).get(place)
        st.session_state[f"{key}-name"], st.session_state[f"{key}-note"] = written.name, written.note
    except UserError as error:
        st.session_state[_REFUSED] = error
        try:  # what the writer is told about now counts as seen
            st.session_state[seen] = read_notes(chosen.run).get(place)
        except UserError:
            return
