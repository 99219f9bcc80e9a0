"""The memory map as a Streamlit component: chips of units, clouds of words, links between them."""

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import streamlit as st

from analysis.clusters.coclustering import Coclusters
from analysis.recording.result import ExpectedResponse
from app.components.assets import assets
from app.figures.word_cloud import WIDTH, Cloud

CLIP_QUANTILE = 0.98  # of |response|: beyond it the colour is full

MAP_PARTS = (  # scripts of every component that draws a map
    *("map_layout", "map_chips", "map_clouds", "map_links", "map_legend", "map_telling", "map_pointing"),
    "map_drawing",
)
# Parts of speech as they are told apart by colour; those without a place here are "other".
TAG_NAMES = {
    **{"NOUN": "noun", "PROPN": "name", "VERB": "verb", "ADJ": "adjective", "ADV": "adverb", "PRON": "pronoun"},
    **{"DET": "determiner", "ADP": "adposition", "CCONJ": "conjunction", "SCONJ": "conjunction", "AUX": "auxiliary"},
    **{"NUM": "number", "other": "other"},
}

_mount = st.components.v2.component("memory_map", **assets("memory_map", *MAP_PARTS))


@dataclass(frozen=True)
class Links:
    """Which links are drawn while nothing is picked: of every cluster the strongest, as many as `per_cluster`.

    weakest, strongest: of the strongest link of all, between which those have to be. width: a factor.
    """

    per_cluster: int = 1
    weakest: float = 0.0
    strongest: float = 1.0
    width: float = 1.0


@dataclass(frozen=True)
class MapDisplay:
    """How a memory map is drawn.

    align: chips of one "width" or one "height". clip: |response| at which the colour is full; by default that which
    2 % of them exceed. cloud_width: of the layout of a cloud, in pixels, which the browser scales to its own.
    """

    align: Literal["width", "height"] = "width"
    clip: float | None = None
    links: Links = field(default_factory=Links)
    cloud_width: int = WIDTH


def memory_map(data: dict[str, Any], picked: tuple[str, int] | None, *, key: str, on_pick: Callable[[], None]) -> None:
    """Draw the map. `picked`: ("word", "unit" or "cluster", index) stands out.

    A click calls `on_pick`, after which `st.session_state[key].picked` is {"kind", "index"}; kind is None
    where a pick was taken back.
    """
    chosen = {"kind": picked[0], "index": picked[1]} if picked else None
    _mount(key=key, data=data | {"picked": chosen}, on_picked_change=on_pick)


def memory_map_data(
    noun: str,
    names: list[str],
    response: ExpectedResponse,
    clusters: Coclusters,
    clouds: tuple[Cloud, ...],
    display: MapDisplay | None = None,
    tags: Sequence[str] = (),
) -> dict[str, Any]:
    """What the browser needs to draw the map and answer every hover: responses in 8 bits, layout, labels.

    noun: what a token is called, as by `Tokenisation.noun`. tags: (W,), the part of speech of every word (Universal
    Dependencies), where words are to be coloured by it.
    """
    display = display or MapDisplay()
    largest = float(np.abs(response.mean).max(initial=0)) or 1.0
    levels = np.round(response.mean / largest * 127).astype(np.int8)
    activity = np.sqrt((response.mean**2 * response.counts[:, None]).sum(0) / max(1, response.counts.sum()))
    shown_tags = list(dict.fromkeys(TAG_NAMES.values()))
    data = {
        "noun": noun,
        "words": names,
        "counts": response.counts.tolist(),
        "wordClusters": clusters.word_labels.tolist(),
        "unitClusters": clusters.unit_labels.tolist(),
        "activity": (activity / (activity.max(initial=0) or 1.0)).round(3).tolist(),
        "responses": base64.b64encode(levels.tobytes()).decode("ascii"),
        "scale": largest,
        "clip": display.clip or default_clip(response),
        "strength": clusters.strength.round(5).tolist(),
        "align": display.align,
        "links": {
            "perCluster": display.links.per_cluster,
            "weakest": display.links.weakest,
            "strongest": display.links.strongest,
            "width": display.links.width,
        },
        "tagNames": shown_tags,
        "tags": [shown_tags.index(TAG_NAMES.get(tag, "other")) for tag in tags],
        "cloudWidth": display.cloud_width,
        "clusters": [
            {
                "size": int((clusters.word_labels == place).sum()),
                "height": cloud.height,
                "missing": list(cloud.not_placed),
                "placed": [
                    [word.word, word.text, word.x, word.baseline, word.size, word.width] for word in cloud.placed
                ],
            }
            for place, cloud in enumerate(clouds)
        ],
    }
    # By it the browser knows the picture again, and does not draw it anew.
    return data | {"version": hashlib.sha256(json.dumps(data).encode()).hexdigest()[:16]}


def default_clip(response: ExpectedResponse) -> float:
    """The |response| that 2 % of them exceed."""
    return float(np.quantile(np.abs(response.mean), CLIP_QUANTILE)) or 1.0 if response.mean.size else 1.0
