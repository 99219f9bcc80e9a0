"""The memory maps of both sides, face to face."""

from functools import partial

import streamlit as st

from app.comparing import Side, matching, words_in_common
from app.components.memory_map import MapDisplay
from app.components.mirrored_maps import Target, mirrored_maps, mirrored_maps_data
from app.notices import how_to_read, literal
from app.numbers import numbers
from app.panels.compare.clusters import why_none
from app.panels.compare.pick import show_pick
from app.tables.clusters import clusters_table
from data_prep.errors import UserError

KEY, CHOICE = "mirrored-maps", "b-pick"
CLOUD_WIDTH = 260  # of the layout, in pixels: what is left of half the page
DRAWN = 9  # words of a cloud: nine clouds of as many, one below another, can be seen at once


def show_maps(first: Side, second: Side) -> None:
    """Both maps with one colour scale; a word that is picked stands out in both, with its curves below."""
    noun = " or ".join(dict.fromkeys(side.noun for side in (first, second)))
    common = words_in_common(first, second)
    try:
        found = matching(first, second)
    except UserError as error:
        found = None
        st.info(literal(f"{error.message} {why_none(first, second)} Each map can be looked at by itself."))
    left, right = st.columns([5, 1])
    targets = _targets(first, second)
    if st.session_state.get(CHOICE) not in (None, *targets):
        st.session_state[CHOICE] = None
    picked = left.selectbox(
        f"{noun.capitalize()}, unit or cluster",
        list(targets),
        index=None,
        key=CHOICE,
        bind="query-params",
        placeholder=f"find a {noun}, a unit or a cluster",
        label_visibility="collapsed",
    )
    with right.popover("Display", icon=":material/tune:", width="stretch"):
        most = st.slider(
            "Words of a cloud",
            4,
            40,
            DRAWN,
            key="b-drawn",
            bind="query-params",
            help="The strongest; the others are counted beside the cloud.",
        )
        words = "word" in (first.noun, second.noun)
        tagged = words and st.toggle("Colour by part of speech", key="b-tags", bind="query-params")
    clip = max(first.clip, second.clip)
    drawn, below = st.container(), st.container()
    if picked:
        with below:  # before the maps, which answered the click in the browser, and are much to send
            show_pick(picked, targets[picked], first, second)
    display = MapDisplay(clip=clip, cloud_width=CLOUD_WIDTH)
    maps = [side.map(display, tagged=tagged and side.noun == "word", most=most) for side in (first, second)]
    data = mirrored_maps_data((first, second), maps, common, found)
    with drawn:
        mirrored_maps(data, targets[picked] if picked else (None, None), key=KEY, on_pick=partial(_take_pick, targets))
        how_to_read(
            "Two memory maps face to face: outside the units in their clusters, inside what moves them. A "
            f"{noun} that is pointed at colours the units {'of both sides ' if len(common) else ''}on one scale, full "
            f"at {clip:.2f}.",
            "units and cluster numbers of the two sides have nothing to do with each other, only words do; a paler "
            "side responds less, or has smaller states.",
        )
    if not picked:
        with below:
            show_pick(None, (None, None), first, second)
    for side in (first, second):
        label = f"All {side.noun}s of {side.name} and their clusters"
        numbers(clusters_table(side.response(), side.names, side.clusters()), f"map-{side.name.lower()}", label=label)


def _targets(first: Side, second: Side) -> dict[str, tuple[Target | None, Target | None]]:
    """All that can be picked, by name: what it is on A and on B."""
    common = words_in_common(first, second)
    targets: dict[str, tuple[Target | None, Target | None]] = {}
    for row, (name, other) in enumerate(zip(first.names, common.second_of.tolist(), strict=True)):
        targets[name if other >= 0 else f"A: {name}"] = (("word", row), ("word", other) if other >= 0 else None)
    for row, (name, other) in enumerate(zip(second.names, common.first_of.tolist(), strict=True)):
        if other < 0:
            targets[f"B: {name}"] = (None, ("word", row))
    for place, side in enumerate((first, second)):
        clusters = side.clusters()
        kinds = {"cluster": clusters.k, "unit": len(clusters.unit_labels)}
        for kind, count in kinds.items():
            for index in range(count):
                own = (kind, index)
                name = f"{side.name} cluster {index + 1}" if kind == "cluster" else f"{side.name} unit {index}"
                targets[name] = (own, None) if place == 0 else (None, own)
    return targets


def _take_pick(targets: dict[str, tuple[Target | None, Target | None]]) -> None:
    pick = st.session_state[KEY].picked
    if not pick:
        return
    place = "AB".index(pick["side"])
    own = (pick["kind"], pick["index"])
    st.session_state[CHOICE] = next((name for name, target in targets.items() if target[place] == own), None)
