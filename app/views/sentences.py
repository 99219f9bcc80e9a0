"""Texts word by word: what each token writes into the memory, what it erases, what the model expected."""

import streamlit as st

from app import cached, selection
from app.components.sentence_glyphs import cluster_labels
from app.notices import PageEnded, literal, show_error
from app.numbers import numbers
from app.panels.glyphs import choose_alignment, choose_guesses, choose_token, draw_glyphs, follow_texts, picked_token
from app.panels.heatmap import heatmap_panel
from app.panels.landmark import aligned_positions, landmark_panel
from app.panels.many_texts import many_texts
from app.panels.reading_notes import reading_notes
from app.panels.recording import ensure_recorded
from app.panels.texts import choose_texts, take_texts
from app.panels.token import token_panel
from app.panels.what_if import what_if_panel
from app.tables.sentences import steps_table
from data_prep.errors import UserError
from data_prep.tokens import display_token

LOOKS = ("one token", "all units", "what if")


def take_text(text: str) -> None:
    """Read one text of many."""
    take_texts([text])


chosen = selection.current()
run, vocabulary = chosen.run, chosen.run.vocabulary
st.title("Sentences", anchor=False)
ensure_recorded(run)
# Each part keeps its place on the page, so that the picture below is not drawn anew when a notice comes or goes.
boxes, notes, picture = (st.container() for _ in range(3))
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

look_at, look_how = st.columns([4, 5], vertical_alignment="bottom")
choose_token(look_at, readings)
look = look_how.segmented_control(
    "Look closer",
    LOOKS,
    default=LOOKS[0],
    required=True,
    key="look",
    bind="query-params",
)
offsets, aligned = aligned_positions(readings, align)
changes = [cached.find_changes(run, text, chosen.state, chosen.layer) for text in texts]
picked = picked_token(readings, changes, aligned)
with picture:
    draw_glyphs(chosen, texts, offsets, aligned, picked, guesses=guesses)
    if align is not None:
        landmark_panel(chosen, readings, changes, aligned)

text, reading, position = texts[picked.row], readings[picked.row], picked.position
token = literal(display_token(reading.tokens[position], vocabulary.tokenisation)[:60])
where = f" of text {picked.row + 1}" if len(texts) > 1 else ""
labels = cluster_labels(chosen.response(), chosen.clusters(), vocabulary)
if look == "one token":
    st.subheader(f"After token {position + 1}{where}: {token}", anchor=False)
    token_panel(chosen, text, position, labels)
elif look == "all units":
    st.subheader(f"Every unit along the text{where.removeprefix(' of text')}", anchor=False)
    heatmap_panel(chosen, text, position)
else:
    st.subheader(f"In the place of token {position + 1}{where}: {token}", anchor=False)
    what_if_panel(chosen, text, position, labels)
flow = cached.find_flow(run, text, *chosen.clustering[1:], chosen.clusters().k)
numbers(steps_table(reading, flow, vocabulary, run.classes), "sentence", label="Every step" + where)
many_texts(chosen, take_text)
