"""Units × positions as a heatmap on a canvas: quick for thousands of units, with values under the pointer."""

import base64
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import streamlit as st

from analysis.clusters.coclustering import DROPPED
from app.components.assets import assets

CLIP_QUANTILE = 0.98  # of |value|: beyond it the colour is full

_mount = st.components.v2.component("unit_heatmap", **assets("unit_heatmap", "heat_colours", "heat_axes"))


def unit_heatmap(
    data: dict[str, Any], picked: tuple[int | None, int], *, key: str, on_pick: Callable[[], None]
) -> None:
    """Draw the heatmap; picked: (unit or None, position) stand out.

    A click calls `on_pick`, after which `st.session_state[key].picked` is {"unit", "position"}.
    """
    _mount(key=key, data=data | {"unit": picked[0], "position": picked[1]}, on_picked_change=on_pick)


def unit_heatmap_data(
    values: np.ndarray,
    start: int,
    tokens: Sequence[str],
    unit_labels: np.ndarray,
    *,
    name: str,
    signed: bool,
    key: str,
) -> dict[str, Any]:
    """What the browser needs: values (T, H) in 8 bits, of tokens from position `start` on.

    unit_labels: (H,), clusters; units stand by them and, in one, by their mean |value|. signed: two colours around
    zero, with a clip; else one, from 0 to 1. name: what the values are.
    """
    k = int(unit_labels.max(initial=DROPPED)) + 1
    labels = np.where(unit_labels == DROPPED, k, unit_labels)  # those of no cluster come last
    order = np.lexsort((-np.abs(values).mean(0), labels))
    scale = float(np.abs(values).max()) or 1.0
    levels = np.round(values[:, order] / scale * 127).astype(np.int8)
    clip = float(np.quantile(np.abs(values), CLIP_QUANTILE)) if signed else 1.0
    return {
        "key": key,
        "name": name,
        "signed": signed,
        "levels": base64.b64encode(np.ascontiguousarray(levels.T).tobytes()).decode("ascii"),
        "units": order.tolist(),
        "clusters": labels[order].tolist(),
        "k": k,
        "tokens": list(tokens),
        "start": start,
        "scale": scale,
        "clip": clip or scale,
    }
