"""Which words move which units: co-clusters as chips, word clouds, and links."""

import streamlit as st

from app import selection
from app.components.memory_map import default_clip, memory_map
from app.notices import how_to_read
from app.panels.map_details import show_details
from app.panels.map_display import choose_display
from app.panels.quality import quality_badge, quality_panel, quality_strip
from app.panels.recording import ensure_recorded, recorded_from

KEY = "memory-map"


def take_pick() -> None:
    """Carry a click in the map over to the boxes for word, unit and cluster, which stand in the URL."""
    if pick := st.session_state[KEY].picked:
        index, kind = pick.get("index"), pick["kind"]
        st.session_state["word"] = names[index] if kind == "word" else None
        st.session_state["unit"] = index if kind == "unit" else None
        st.session_state["cluster"] = index + 1 if kind == "cluster" else None


def drop_others(kind: str) -> None:
    """One thing is picked at a time: a word, a unit or a cluster."""
    for other in {"word", "unit", "cluster"} - {kind}:
        st.session_state[other] = None


chosen = selection.current()
title, right = st.columns([4, 1], vertical_alignment="bottom")
title.title("Memory map", anchor=False)
ensure_recorded(chosen.run)
response, clusters = chosen.response(), chosen.clusters()
with title:
    quality_badge(chosen)
vocabulary = chosen.run.vocabulary
noun = vocabulary.tokenisation.noun
names = [vocabulary.display(token_id) for token_id in response.token_ids]
with right:
    display, tagged = choose_display(clusters.k, default_clip(response), words=noun == "word")

strip, *boxes = st.columns([5, 3, 2, 2], vertical_alignment="bottom")
with strip:
    quality_strip(chosen)
choices = {"word": names, "unit": list(range(response.mean.shape[1])), "cluster": list(range(1, clusters.k + 1))}
picked = None
for box, (kind, options) in zip(boxes, choices.items(), strict=True):
    label = noun if kind == "word" else kind
    found = box.selectbox(
        label.capitalize(),
        options,
        index=None,
        key=kind,
        bind="query-params",
        placeholder=f"find a {label}",
        on_change=drop_others,
        args=(kind,),
    )
    if found is not None:
        picked = (kind, options.index(found))
memory_map(chosen.map(display, tagged=tagged), picked, key=KEY, on_pick=take_pick)
how_to_read(
    f"Recorded from {recorded_from(chosen.run)}. Left, the units of {chosen.layer_name} ({chosen.state} state); right, "
    f"the {noun}s that move them; unit cluster 1 belongs to {noun} cluster 1, and so on.",
    "clusters depend on their number and on how signs are treated; look at more than one setting.",
)
if clusters.dropped_words or clusters.dropped_units:
    st.info(f"Left out, because they never respond: {clusters.dropped_words} {noun}s, {clusters.dropped_units} units.")
quality_panel(chosen)
show_details(picked, response, clusters, names, noun)
