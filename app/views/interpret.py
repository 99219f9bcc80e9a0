"""What single units keep track of: a text in the colours of a unit, and which units tell what, found and tested."""

import streamlit as st

from analysis.interpretation.store import InterpretOptions
from analysis.texts.reading import check_forward
from app import cached, selection
from app.notices import literal, show_error
from app.panels.units.reading import choose_excerpt, choose_unit, draw_text, evidence, ranked_list
from app.panels.units.reading_text import choose_text
from data_prep.errors import UserError

chosen = selection.current()
run = chosen.run
st.title("Reading units", anchor=False)
check_forward(cached.find_network(run))
choice, source, pattern = choose_text(run)
try:
    properties = cached.find_properties(run, choice, pattern)
except UserError as error:
    show_error(error)
    pattern, properties = "", cached.find_properties(run, choice)
options = InterpretOptions(chosen.state, chosen.layer, choice.tokens, pattern)
try:
    scores = cached.find_scores(run, choice, options)
except UserError as error:
    st.info(f"{literal(error.message)} {literal(error.hint)} The colours need no test.")
    scores = None
if pattern and (why := properties[-1].absence):
    st.info(literal(why))

places = st.columns([3.2, 1.3, 2.3, 1.5], vertical_alignment="bottom")
tested, unit, beside = choose_unit(chosen, scores, properties, pattern, places)
place = choose_excerpt(chosen, source, tested, places[3])
marked = (tested.name if tested else "", pattern, options if scores is not None else None)
draw_text(chosen, choice, len(source.ids), place, tested, (unit, beside), marked)
if scores is not None:
    if tested is not None:
        evidence(chosen, choice, scores, tested, unit, pattern)
    ranked_list(scores)
