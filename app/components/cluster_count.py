"""The number of clusters, chosen beside how far each number is to be trusted."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from analysis.clusters.coclustering import LARGEST_K
from analysis.clusters.quality import QualityProfile
from app.components.assets import assets

_mount = st.components.v2.component("cluster_count", **assets("cluster_count"))


def cluster_count(data: dict[str, Any], *, key: str, on_take: Callable[[], None]) -> None:
    """Draw a bar for every number; a click calls `on_take`, after which `st.session_state[key].taken` is a number."""
    _mount(key=key, data=data, on_taken_change=on_take)


def cluster_count_data(k: int, profile: QualityProfile | None) -> dict[str, Any]:
    """What the browser needs: per number of clusters the verdict, and the least of its agreements; k is the current.

    profile: None while it is not known.
    """
    bars: list[dict[str, Any]] = [
        {"k": number, "verdict": None, "agreement": None} for number in range(2, LARGEST_K + 1)
    ]
    if profile is None:
        return {"bars": bars, "current": k, "suggested": None}
    agreements = (profile.seed_agreement, profile.unit_half_agreement, profile.text_half_agreement)
    least = np.clip(np.nanmin(np.stack(agreements), axis=0), 0, 1)
    for number, verdict, agreement in zip(profile.ks.tolist(), profile.verdicts, least.tolist(), strict=True):
        bars[number - 2] |= {"verdict": verdict, "agreement": round(agreement, 3)}
    return {"bars": bars, "current": k, "suggested": profile.suggested_k}
