"""How every unit responds to a few words."""

import streamlit as st

from app import cached, selection
from app.figures.expected_response import plot_expected_response
from app.figures.style import SERIES
from app.notices import how_to_read
from app.numbers import numbers
from app.panels.recording import ensure_recorded, recorded_from
from app.tables.responses import expected_response_table, words_table

RARE = 30  # occurrences below which a mean is not to be trusted

chosen = selection.current()
st.title("Words", anchor=False)
ensure_recorded(chosen.run)
recording = cached.find_recording(chosen.run)
recorded = recording.response(chosen.state, chosen.layer)
response = recorded.most_frequent(recorded.banded)
vocabulary = chosen.run.vocabulary
noun = vocabulary.tokenisation.noun
names = [vocabulary.display(token_id) for token_id in response.token_ids]

suggested = [name for name in ("for", "he", "she") if name in names] or names[: min(3, len(names))]
left, right = st.columns([4, 1], vertical_alignment="bottom")
words = left.multiselect(
    "Words", names, default=suggested, key="compare", bind="query-params", max_selections=len(SERIES), select_all=False
)
bands = right.toggle("Bands", value=True, key="bands", bind="query-params")
how_to_read(
    f"How much each unit of {chosen.layer_name} ({chosen.state} state) changes on average when the {noun} is read, in "
    f"{recorded_from(chosen.run)}, with the middle half and the middle 82 % of all occurrences; the first {noun} gives "
    "the order of the units.",
    f"a mean over fewer than {RARE} occurrences says little, and opposite responses cancel in it.",
)
if not words:
    st.info(f"Choose a {noun}.")
    st.stop()
rows = [names.index(word) for word in words]
if rare := [word for word, row in zip(words, rows, strict=True) if response.counts[row] < RARE]:
    st.warning(f"Rare in the recorded text: {len(rare)} of these {noun}s, with fewer than {RARE} occurrences.")
st.plotly_chart(
    plot_expected_response(response, rows, words, bands=bands, dark=st.context.theme.type == "dark"),
    theme=None,
    alt=f"Expected response of {response.mean.shape[1]} units to {len(words)} words",
)
numbers(expected_response_table(response, rows, words), "expected-response")
numbers(words_table(response, names, recording), "words", label=f"All recorded {noun}s")
