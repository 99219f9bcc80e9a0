"""The memory map as a Streamlit component: chips of units, clouds of words, links between them."""

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from analysis.clusters.coclustering import Coclusters
from analysis.recording.result import ExpectedResponse
from app.components.assets import assets
from app.figures.word_cloud import WIDTH, Cloud

CLIP_QUANTILE = 0.98  # of |response|: beyond it the colour is full

_mount = st.components.v2.component("memory_map", **assets("memory_map"))


def memory_map(data: dict[str, Any], picked: tuple[str, int] | None, *, key: str, on_pick: Callable[[], None]) -> None:
    """Draw the map. `picked`: ("word" or "unit", index) stands out.

    A click calls `on_pick`, after which `st.session_state[key].picked` is {"kind", "index"}; kind is None
    where a pick was taken back. A cluster is picked in the browser alone.
    """
    chosen = {"kind": picked[0], "index": picked[1]} if picked else None
    _mount(key=key, data=data | {"picked": chosen}, on_picked_change=on_pick)


def memory_map_data(
    noun: str, names: list[str], response: ExpectedResponse, clusters: Coclusters, clouds: tuple[Cloud, ...]
) -> dict[str, Any]:
    """What the browser needs to draw the map and answer every hover: responses in 8 bits, layout, labels.

    noun: what a token is called, as by `Tokenisation.noun`.
    """
    largest = float(np.abs(response.mean).max()) or 1.0
    levels = np.round(response.mean / largest * 127).astype(np.int8)
    activity = np.sqrt((response.mean**2 * response.counts[:, None]).sum(0) / response.counts.sum())
    return {
        "noun": noun,
        "words": names,
        "counts": response.counts.tolist(),
        "wordClusters": clusters.word_labels.tolist(),
        "unitClusters": clusters.unit_labels.tolist(),
        "activity": (activity / (activity.max() or 1.0)).round(3).tolist(),
        "responses": base64.b64encode(levels.tobytes()).decode("ascii"),
        "scale": largest,
        "clip": float(np.quantile(np.abs(response.mean), CLIP_QUANTILE)) or 1.0,
        "strength": clusters.strength.round(5).tolist(),
        "cloudWidth": WIDTH,
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
