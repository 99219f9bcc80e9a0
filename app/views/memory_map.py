"""Which words move which units: co-clusters as chips, word clouds, and links."""

import streamlit as st

from app import selection
from app.components.memory_map import memory_map, memory_map_data
from app.notices import how_to_read, literal
from app.numbers import numbers
from app.panels.quality import quality_badge, quality_panel
from app.panels.recording import ensure_recorded, recorded_from
from app.tables.clusters import clusters_table, links_table
from app.tables.responses import unit_table, word_table

KEY = "memory-map"


def take_pick() -> None:
    """Carry a click in the map over to the boxes for word and unit, which stand in the URL."""
    pick = st.session_state[KEY].picked
    if pick:
        st.session_state["word"] = names[pick["index"]] if pick["kind"] == "word" else None
        st.session_state["unit"] = pick["index"] if pick["kind"] == "unit" else None


def drop(other: str) -> None:
    """One thing is picked at a time: a word or a unit."""
    st.session_state[other] = None


chosen = selection.current()
title, left, middle = st.columns([3, 2, 2], vertical_alignment="bottom")
title.title("Memory map", anchor=False)
ensure_recorded(chosen.run)
response, clusters = chosen.response(), chosen.clusters()
with title:
    quality_badge(chosen)
vocabulary = chosen.run.vocabulary
noun = vocabulary.tokenisation.noun
names = [vocabulary.display(token_id) for token_id in response.token_ids]

word = left.selectbox(
    noun.capitalize(),
    names,
    index=None,
    key="word",
    bind="query-params",
    placeholder=f"find a {noun}",
    on_change=drop,
    args=("unit",),
)
unit = middle.selectbox(
    "Unit",
    list(range(len(clusters.unit_labels))),
    index=None,
    key="unit",
    bind="query-params",
    placeholder="find a unit",
    on_change=drop,
    args=("word",),
)
picked = ("word", names.index(word)) if word is not None else ("unit", unit) if unit is not None else None
data = memory_map_data(noun, names, response, clusters, chosen.clouds())
memory_map(data, picked, key=KEY, on_pick=take_pick)
how_to_read(
    f"Recorded from {recorded_from(chosen.run)}. Left, the units of {chosen.layer_name} ({chosen.state} state); right, "
    f"the {noun}s that move them; unit cluster 1 belongs to {noun} cluster 1, and so on.",
    "clusters depend on their number and on how signs are treated; look at more than one setting.",
)

if clusters.dropped_words or clusters.dropped_units:
    st.info(f"Left out, because they never respond: {clusters.dropped_words} {noun}s, {clusters.dropped_units} units.")
quality_panel(chosen)
if picked is None:
    numbers(clusters_table(response, names, clusters), "memory-map-words", label=f"All {noun}s and their clusters")
    numbers(links_table(clusters), "memory-map-links", label="All links, as mean expected responses")
elif picked[0] == "word":
    row = picked[1]
    st.markdown(f"**{literal(names[row])}** stands {response.counts[row]:,} times in the recorded text.")
    numbers(word_table(response, row, clusters), "memory-map-word", label="Response of every unit")
else:
    label = f"Response of unit {picked[1]} to every {noun}"
    numbers(unit_table(response, picked[1], names, clusters), "memory-map-unit", label=label)
