"""A text through a network that was never recorded: what it expected at every token, and every unit along it."""

import numpy as np
import streamlit as st

from analysis.clusters.coclustering import DROPPED
from app import cached
from app.examples import first_texts
from app.linked_text import linked_text_area
from app.notices import how_to_read, literal
from app.page_tables import note_table
from app.panels.sentences.glyphs import choose_token
from app.panels.sentences.heatmap import heatmap_panel
from app.panels.sentences.reading_notes import reading_notes
from app.selection import Selection
from app.tables.sentences import steps_table
from data_prep.errors import UserError


def read_unrecorded(chosen: Selection, why: UserError) -> None:
    """All that can be told without clusters of units, which come from a recording; why: there is none."""
    run = chosen.run
    st.info(
        f"{literal(why.message)} So there are no clusters of its units; here is what it expects of a text, and every "
        f"unit along it. {literal(why.hint)}"
    )
    text = linked_text_area(st, "Text", first_texts(run.vocabulary, run.classes)[0], key="text", height=68)
    reading = cached.find_reading(run, text)
    reading_notes(run, [reading])
    table = steps_table(reading, None, run.vocabulary, run.classes)
    note_table(table, "Every step")
    formats = {name: "percent" for name in table if name.startswith("probability")} | {"surprise (nats)": "%.2f"}
    columns = {name: st.column_config.NumberColumn(format=shown) for name, shown in formats.items()}
    st.dataframe(table, hide_index=True, height=min(320, 38 + 35 * len(table)), column_config=columns)
    how_to_read(
        "A row per token: how much it surprised the network, and what the network expects next, likeliest first."
        if not run.classes
        else "A row per token: what the network would say if the text ended there.",
        "the network starts from nothing, so the first tokens surprise it more than they would within a text.",
    )
    choose_token(st, [reading])
    position = st.session_state.get("position") or 1
    heatmap_panel(chosen, text, position - 1, np.full(run.recipe.model.units, DROPPED))
