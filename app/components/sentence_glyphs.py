"""A text as a row of glyphs: what each token writes into every unit cluster, erases, and leaves as it was."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from analysis.cluster_flow import ClusterFlow
from analysis.coclustering import Coclusters, telling_words
from analysis.reading import Reading
from analysis.recording import ExpectedResponse
from app.components.assets import assets
from data_prep.tokens import display_token
from data_prep.vocabulary import Vocabulary

_mount = st.components.v2.component("sentence_glyphs", **assets("sentence_glyphs"))


def sentence_glyphs(data: dict[str, Any], picked: int | None, *, key: str, on_pick: Callable[[], None]) -> None:
    """Draw the glyphs; the box at position `picked` stands out.

    A click calls `on_pick`, after which `st.session_state[key].picked` is {"position"}, None where a pick was
    taken back.
    """
    _mount(key=key, data=data | {"picked": picked}, on_picked_change=on_pick)


def sentence_glyphs_data(
    reading: Reading, flow: ClusterFlow, vocabulary: Vocabulary, labels: list[str]
) -> dict[str, Any]:
    """What the browser needs: per token its glyphs in mean state per unit, 1 = the largest that any cluster holds.

    labels: as `cluster_labels` gives them.
    """
    units = np.maximum(flow.sizes, 1)
    parts = np.stack(
        [
            flow.held_positive,
            -flow.held_negative,
            flow.gained_positive,
            flow.lost_positive,
            flow.gained_negative,
            flow.lost_negative,
        ],
        axis=2,
    )
    parts = parts / units[None, :, None]
    reach = float(max((parts[:, :, 0] + parts[:, :, 3]).max(), (parts[:, :, 1] + parts[:, :, 5]).max())) or 1.0
    with_kept = np.concatenate((parts / reach, flow.kept_rate[:, :, None]), axis=2)
    surprise = reading.surprise_nats
    return {
        "noun": vocabulary.tokenisation.noun,
        "clusters": [{"units": int(size), "words": label} for size, label in zip(flow.sizes, labels, strict=True)],
        "flow": with_kept.round(3).tolist(),
        "largestSurprise": float(np.nanmax(surprise)) if np.isfinite(surprise).any() else 1.0,
        "tokens": [
            {
                "text": display_token(reading.tokens[t], vocabulary.tokenisation),
                "known": bool(reading.known[t]),
                "surprise": None if np.isnan(surprise[t]) else round(float(surprise[t]), 3),
                "guesses": [
                    [vocabulary.display(guess), round(float(p), 4)]
                    for guess, p in zip(reading.guess_ids[t], reading.guess_probabilities[t], strict=True)
                ],
            }
            for t in range(len(reading.tokens))
        ],
    }


def cluster_labels(response: ExpectedResponse, clusters: Coclusters, vocabulary: Vocabulary) -> list[str]:
    """The three most telling words of every cluster."""
    return [
        " ".join(vocabulary.display(response.token_ids[word]) for word in words)
        for words in telling_words(clusters, response.mean, 3)
    ]
