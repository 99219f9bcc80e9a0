"""Two memory maps that face each other, with words matched across; a Streamlit component."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from analysis.comparison.cluster_matching import ClusterMatching
from analysis.comparison.common_words import CommonWords
from app.comparing import Side
from app.components.assets import assets
from app.components.memory_map import MAP_PARTS

_mount = st.components.v2.component("mirrored_maps", **assets("mirrored_maps", *MAP_PARTS, "half_map"))

Target = tuple[str, int]  # kind ("word", "unit" or "cluster") and index on its side


def mirrored_maps(
    data: dict[str, Any], picked: tuple[Target | None, Target | None], *, key: str, on_pick: Callable[[], None]
) -> None:
    """Draw both maps. picked: what stands out on A and on B.

    A click calls `on_pick`, after which `st.session_state[key].picked` is {"side", "kind", "index"}; kind is None
    where a pick was taken back.
    """
    chosen = [None if target is None else {"kind": target[0], "index": target[1]} for target in picked]
    _mount(key=key, data=data | {"picked": chosen}, on_picked_change=on_pick)


def mirrored_maps_data(
    sides: tuple[Side, Side], maps: list[dict[str, Any]], common: CommonWords, found: ClusterMatching | None
) -> dict[str, Any]:
    """What the browser needs: both maps, and what on the other side belongs to a word or to a cluster of words.

    found: None where the two have too few words in common. A word's place on the other side is −1 where it is not
    among the words there, −2 where it is not even in the vocabulary.
    """
    first, second = sides
    places = [_places(common.second_of, common.foreign_to_second), _places(common.first_of, common.foreign_to_first)]
    shared = [[], []] if found is None else [found.shared.tolist(), found.shared.T.tolist()]
    same_units = (first.run.id, first.layer, first.state) == (second.run.id, second.layer, second.state)
    return {
        "sameUnits": same_units,  # where only text or weights differ
        "sides": [
            {
                "side": side.name,
                "what": f"{side.run.id}, {side.layer_name}",
                "map": drawn,
                "places": own,
                "shared": counts,
                "words": side.words,
            }
            for side, drawn, own, counts in zip((first, second), maps, places, shared, strict=True)
        ],
    }


def _places(other_of: Any, foreign: Any) -> list[int]:
    return [-2 if unknown else int(place) for place, unknown in zip(other_of, foreign, strict=True)]
