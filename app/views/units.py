"""What single units do: which words move them, how open their gates are, where they are strongest."""

import streamlit as st

from app import cached, selection
from app.figures.style import isolated
from app.notices import literal
from app.panels.recording import ensure_recorded
from app.panels.units.choose_units import choose_units
from app.panels.units.details import compared, distributions, ranked, strongest, strongest_places
from app.panels.units.notes import all_notes, names_of_units, note_button, note_on
from app.tables.units import units_table
from data_prep.errors import UserError

chosen = selection.current()
st.space(1)  # what stands above a box is not to lie under the bar of the browser page
title, *places = st.columns([2.4, 1, 1, 3, 3.4, 4.6], vertical_alignment="bottom")
title.title("Units", anchor=False)
ensure_recorded(chosen.run)
recording, vocabulary = cached.find_recording(chosen.run), chosen.run.vocabulary
measures = cached.find_unit_measures(chosen.run, chosen.state, chosen.layer)
response = recording.response(chosen.state, chosen.layer)
names = [vocabulary.display(token_id) for token_id in response.token_ids]
noun = vocabulary.tokenisation.noun
try:
    clusters = chosen.clusters().unit_labels
except UserError:  # too few words or units for any
    clusters = None

units, order, by = choose_units(places, measures, clusters)
unit_names = names_of_units(chosen)
titles = [f"unit {unit}" + (f" “{isolated(unit_names[unit])}”" if unit in unit_names else "") for unit in units]
table = units_table(measures, names, clusters, unit_names)

heading, writing = st.columns([4, 1], vertical_alignment="bottom")
heading.header(literal(" · ".join(titles)).capitalize(), anchor=False)
with writing:
    note_button(chosen, units[0])
one = units[0]
said = [f"{chosen.layer_name}, {chosen.state} state", f"number {order.index(one) + 1:,} of {len(order):,} by {by}"]
if len(units) == 1:
    said += [f"activity {measures.activity[one]:.3f}", f"sparsity {measures.sparsity[one]:.2f}"]
    said += [f"saturated {measures.saturation[one]:.0%}"] * bool(recording.distributions)
st.caption(" · ".join(said))
note_on(chosen, one)
if len(units) > 1:
    compared(table, units)
left, right = st.columns(2, gap="medium") if len(units) == 1 else (st.container(), st.container())
with left:
    strongest(chosen, names, units, titles)
with right:
    distributions(chosen, recording, units, titles)
strongest_places(chosen, recording, units, titles)
ranked(table, order, measures, noun)
all_notes(chosen.run)
