"""The texts as glyphs, and the one token that is looked at; a click runs this part of the page alone."""

from collections.abc import Sequence

import streamlit as st

from app import cached
from app.components.sentence_glyphs import named_clusters
from app.notices import literal, show_error
from app.numbers import numbers
from app.panels.sentences.glyphs import choose_token, draw_glyphs, picked_token
from app.panels.sentences.heatmap import heatmap_panel
from app.panels.sentences.landmark import aligned_positions, landmark_panel
from app.panels.sentences.token import token_panel
from app.panels.sentences.what_if import what_if_panel
from app.selection import Selection
from app.tables.sentences import steps_table
from data_prep.errors import UserError
from data_prep.tokens import display_token

LOOKS = ("one token", "all units", "what if")


@st.fragment
def use_texts(chosen: Selection, texts: Sequence[str], align: str | None, *, guesses: bool) -> None:
    """The picture; boxes for token and look, which stand in the URL; the numbers of what is picked.

    align: the token at which several texts stand one under another. guesses: whether they are written under each token.
    """
    try:
        cached.find_run(chosen.run.id)
    except UserError:  # it was deleted while somebody looked at it: the whole page has to say so
        st.rerun(scope="app")
    try:
        _look(chosen, texts, align, guesses=guesses)
    except UserError as error:  # of the rest of the page the entry file says it; a fragment has to say it itself
        show_error(error)


def _look(chosen: Selection, texts: Sequence[str], align: str | None, *, guesses: bool) -> None:
    run, vocabulary = chosen.run, chosen.run.vocabulary
    readings = [cached.find_reading(run, text) for text in texts]
    changes = [cached.find_changes(run, text, chosen.state, chosen.layer) for text in texts]
    offsets, aligned = aligned_positions(readings, align)
    named = named_clusters(chosen.response(), chosen.clusters(), vocabulary)

    picture = st.container()
    look_at, look_how = st.columns([4, 5], vertical_alignment="bottom")
    choose_token(look_at, readings)
    look = look_how.segmented_control(
        "Look closer", LOOKS, default=LOOKS[0], required=True, key="look", bind="query-params"
    )
    picked = picked_token(readings, changes, aligned)
    with picture:
        draw_glyphs(chosen, texts, offsets, aligned, picked, named, guesses=guesses)
        if align is not None:
            landmark_panel(chosen, readings, changes, aligned)

    text, reading, position = texts[picked.row], readings[picked.row], picked.position
    token = literal(display_token(reading.tokens[position], vocabulary.tokenisation)[:60])
    where = f" of text {picked.row + 1}" if len(texts) > 1 else ""
    labels = [" ".join(cluster["words"][:3]) for cluster in named]
    if look == "one token":
        st.subheader(f"After token {position + 1}{where}: {token}", anchor=False)
        token_panel(chosen, text, position, labels)
    elif look == "all units":
        st.subheader(f"Every unit along the text{where.removeprefix(' of text')}", anchor=False)
        heatmap_panel(chosen, text, position, chosen.clusters().unit_labels)
    else:
        st.subheader(f"In the place of token {position + 1}{where}: {token}", anchor=False)
        what_if_panel(chosen, text, position, labels)
    flow = cached.find_flow(text, *chosen.clustered)
    numbers(
        lambda: steps_table(reading, flow, vocabulary, run.classes),
        "sentence",
        label="Every step" + where,
        rows=len(reading.tokens),
    )
