"""The memory map with what is picked in it; a click runs this part of the page alone."""

import streamlit as st

from app import cached
from app.components.memory_map import MapDisplay, memory_map
from app.links import take_choice
from app.notices import how_to_read
from app.panels.memory_map.details import show_details
from app.panels.recording import recorded_from
from app.selection import Selection
from data_prep.errors import UserError

KEY = "memory-map"
KINDS = ("word", "unit", "cluster")


@st.fragment
def use_map(chosen: Selection, display: MapDisplay, *, tagged: bool) -> None:
    """Boxes to find a word, unit or cluster, which stand in the URL; the map; the numbers of what is picked."""
    try:
        cached.find_run(chosen.run.id)
    except UserError:  # it was deleted while somebody looked at it: the whole page has to say so
        st.rerun(scope="app")
    response, clusters, vocabulary = chosen.response(), chosen.clusters(), chosen.run.vocabulary
    noun = vocabulary.tokenisation.noun
    names = [vocabulary.display(token_id) for token_id in response.token_ids]
    choices = (names, list(range(response.mean.shape[1])), list(range(1, clusters.k + 1)))
    picked = None
    for box, kind, options in zip(st.columns([2, 1, 1]), KINDS, choices, strict=True):
        label = noun if kind == "word" else kind
        take_choice(kind, options)
        found = box.selectbox(
            label.capitalize(),
            options,
            index=None,
            key=kind,
            bind="query-params",
            placeholder=f"find a {label}",
            on_change=drop_others,
            args=(kind,),
            label_visibility="collapsed",
        )
        if found is not None:
            picked = (kind, options.index(found))
    memory_map(chosen.map(display, tagged=tagged), picked, key=KEY, on_pick=lambda: _take_pick(names))
    show_details(picked, response, clusters, names, noun)
    how_to_read(
        f"Recorded from {recorded_from(chosen.run)}. Left, the units of {chosen.layer_name} ({chosen.state} state); "
        f"right, the {noun}s that move them; unit cluster 1 belongs to {noun} cluster 1, and so on.",
        "clusters depend on their number and on how signs are treated; look at more than one setting.",
    )
    if clusters.dropped_words or clusters.dropped_units:
        left_out = f"{clusters.dropped_words} {noun}s, {clusters.dropped_units} units"
        st.info(f"Left out, because they never respond: {left_out}.")


def _take_pick(names: list[str]) -> None:
    """Carry a click in the map over to the boxes."""
    if pick := st.session_state[KEY].picked:
        index, kind = pick.get("index"), pick["kind"]
        st.session_state["word"] = names[index] if kind == "word" else None
        st.session_state["unit"] = index if kind == "unit" else None
        st.session_state["cluster"] = index + 1 if kind == "cluster" else None


def drop_others(kind: str) -> None:
    """One thing is picked at a time: a word, a unit or a cluster."""
    for other in set(KINDS) - {kind}:
        st.session_state[other] = None
