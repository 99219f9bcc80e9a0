"""Texts word by word: what each token writes into the memory, what it erases, what the model expected."""

import streamlit as st

from app import cached, selection
from app.notices import PageEnded, show_error
from app.panels.recording import ensure_recorded
from app.panels.sentences.glyphs import choose_alignment, choose_guesses, follow_texts
from app.panels.sentences.in_use import use_texts
from app.panels.sentences.many_texts import many_texts
from app.panels.sentences.reading_notes import reading_notes
from app.panels.sentences.texts import choose_texts, take_texts
from app.panels.sentences.unrecorded import read_unrecorded
from data_prep.errors import UserError


def take_text(text: str) -> None:
    """Read one text of many."""
    take_texts([text])


chosen = selection.current()
run = chosen.run
st.title("Sentences", anchor=False)
if run.origin == "imported" and not cached.is_recorded(run):
    try:
        run.open_corpus()
    except UserError as error:  # it can be read all the same
        read_unrecorded(chosen, error)
        raise PageEnded from error
ensure_recorded(run)
# Each part keeps its place on the page, so that the picture below is not drawn anew when a notice comes or goes.
boxes, notes = st.container(), st.container()
try:
    with boxes:
        texts, row = choose_texts(run)
    readings = [cached.find_reading(run, text) for text in texts]
except UserError as error:
    show_error(error)
    many_texts(chosen, take_text)
    raise PageEnded from error
with notes:
    reading_notes(run, readings)
follow_texts(texts)
with row:
    align = choose_alignment(run, readings)
    guesses = choose_guesses(run)
use_texts(chosen, texts, align, guesses=guesses)
many_texts(chosen, take_text)
