"""How every unit responds to a few words."""

import streamlit as st

from analysis.similarity import RARE
from app import cached, selection
from app.figures.expected_response import Curve, plot_expected_response
from app.figures.style import SERIES
from app.notices import PageEnded, how_to_read
from app.numbers import numbers
from app.panels.recording import ensure_recorded, recorded_from
from app.panels.units.notes import names_of_units
from app.panels.word_details import nearest_words, nearness, unit_closely
from app.tables.responses import expected_response_table, words_table

KEY = "curves-chart"
SUGGESTED, OF_A_CLASSIFIER = ("for", "he", "she"), ("excellent", "worst", "the")


def take_unit() -> None:
    """Carry a click on a point over to the box for the unit, which stands in the address."""
    if points := st.session_state[KEY].selection.points:
        st.session_state["unit"] = int(points[0]["customdata"][0])


def add_word(row: int) -> None:
    """Lay a further word beside the chosen ones."""
    st.session_state["compare"] = [*words, names[row]]


chosen = selection.current()
st.space(1)  # what stands above a box is not to lie under the bar of the browser page
title, picking = st.columns([1, 4], vertical_alignment="bottom")
title.title("Words", anchor=False)
ensure_recorded(chosen.run)
response = cached.find_banded(chosen.run, chosen.state, chosen.layer)
vocabulary = chosen.run.vocabulary
noun, units = vocabulary.tokenisation.noun, response.mean.shape[1]
names = [vocabulary.display(token_id) for token_id in response.token_ids]

suggested = [name for name in (OF_A_CLASSIFIER if chosen.run.classes else SUGGESTED) if name in names]
words = picking.multiselect(
    f"{noun.capitalize()}s, up to {len(SERIES)}; the first gives the order",
    names,
    default=suggested or names[: min(3, len(names))],
    key="compare",
    bind="query-params",
    max_selections=len(SERIES),
    select_all=False,
)
columns = st.columns([5, 5, 2, 3], vertical_alignment="bottom")
layout = columns[0].segmented_control(
    "Curves", ["one below another", "overlaid"], default="one below another", required=True, key="curves",
    bind="query-params",
)  # fmt: skip
order = columns[1].segmented_control(
    "Order of the units", ["of the first", "each its own"], default="of the first", required=True, key="sorted",
    bind="query-params",
)  # fmt: skip
bands = columns[2].toggle("Bands", value=True, key="bands", bind="query-params")
unit = columns[3].selectbox(
    "Unit", list(range(units)), index=None, key="unit", bind="query-params", placeholder="find a unit"
)
if not words:
    st.info(f"Choose a {noun}.")
    raise PageEnded

rows = [names.index(word) for word in words]
unit_names = names_of_units(chosen)
looked_at = int(abs(response.mean[rows[0]]).argmax()) if unit is None else unit
similar = nearness(cached.find_nearest(chosen.run, chosen.state, chosen.layer, rows[0]))
curves = []
for word, row in zip(words, rows, strict=True):
    note = f"{response.counts[row]:,}×" + (" · RARE" if response.counts[row] < RARE else "")
    note += f" · similarity {similar[row]:+.2f}".replace("-", "−") if row in similar else ""
    curves.append(Curve(row, word, note))
figure = plot_expected_response(
    response,
    curves,
    overlaid=layout == "overlaid",
    own_order=order == "each its own",
    bands=bands,
    picked=looked_at,
    unit_names=unit_names,
    dark=st.context.theme.type == "dark",
)
st.plotly_chart(
    figure, theme=None, key=KEY, on_select=take_unit, selection_mode="points",
    alt=f"Expected response of {units} units to {len(words)} {noun}s",
)  # fmt: skip
how_to_read(
    f"How much each unit of {chosen.layer_name} ({chosen.state} state) changes on average when the {noun} is read, in "
    f"{recorded_from(chosen.run)}; around it the middle half and the middle 82 % of all occurrences. A point is a "
    f"unit, a click looks closely; a line through points is their running mean, and shows whether the {noun} follows "
    "the first.",
    f"a mean over fewer than {RARE} occurrences (marked RARE) says little, and opposite responses cancel in it.",
)
left, right = st.columns([2, 3], gap="medium")
with left:
    nearest_words(chosen, response, names, rows, add_word)
with right:
    unit_closely(chosen, response, rows, words, looked_at, unit_names)
numbers(expected_response_table(response, rows, words), "expected-response")
numbers(words_table(response, names, cached.find_recording(chosen.run)), "words", label=f"All recorded {noun}s")
