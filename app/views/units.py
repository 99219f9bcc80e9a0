"""What single units do: which words move them, how open their gates are, where they are strongest."""

import streamlit as st

from app import cached, selection
from app.notices import literal
from app.panels.choose_units import choose_units
from app.panels.recording import ensure_recorded
from app.panels.unit_details import distributions, ranked, strongest, strongest_places
from app.panels.unit_notes import all_notes, names_of_units, note_on
from app.tables.units import units_table
from data_prep.errors import UserError

chosen = selection.current()
st.title("Units", anchor=False)
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

units, order = choose_units(measures, clusters)
unit_names = names_of_units(chosen)
titles = [f"unit {unit}" + (f" “{unit_names[unit]}”" if unit in unit_names else "") for unit in units]
table = units_table(measures, names, clusters, unit_names)

heading, writing = st.columns([4, 1], vertical_alignment="bottom")
heading.header(literal(" · ".join(titles)).capitalize(), anchor=False)
heading.caption(
    f"{chosen.layer_name.capitalize()}, {chosen.state} state: number {order.index(units[0]) + 1:,} of {len(order):,}."
)
with writing:
    note_on(chosen, units[0])
if len(units) == 1:
    one = table.iloc[units[0]]
    places = st.columns(5)
    places[0].metric("Activity", f"{one['activity']:.3f}")
    places[1].metric("Sparsity", f"{one['sparsity']:.2f}")
    places[2].metric("Saturated", f"{measures.saturation[units[0]]:.0%}")
    places[3].metric("Raised most by", one["raised most by"])
    places[4].metric("Lowered most by", one["lowered most by"])
else:
    st.dataframe(table.iloc[units], hide_index=True)
strongest(chosen, names, units, titles)
distributions(chosen, recording, units, titles)
strongest_places(chosen, recording, units, titles)
ranked(table, order, measures, noun)
all_notes(chosen.run)
