"""A text as a row of glyphs: what each token writes into every unit cluster, erases, and leaves as it was."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from analysis.clusters.coclustering import Coclusters, telling_words
from analysis.recording.result import ExpectedResponse
from analysis.texts.cluster_flow import ClusterFlow
from analysis.texts.reading import Reading
from app.components.assets import assets
from data_prep.tokens import display_token
from data_prep.vocabulary import Vocabulary

SHOWN_CLASSES = 5

_mount = st.components.v2.component("sentence_glyphs", **assets("sentence_glyphs"))


def sentence_glyphs(data: dict[str, Any], picked: int | None, *, key: str, on_pick: Callable[[], None]) -> None:
    """Draw the glyphs; the box at position `picked` stands out.

    A click calls `on_pick`, after which `st.session_state[key].picked` is {"position"}, None where a pick was
    taken back.
    """
    _mount(key=key, data=data | {"picked": picked}, on_picked_change=on_pick)


def sentence_glyphs_data(
    reading: Reading, flow: ClusterFlow, vocabulary: Vocabulary, labels: list[str], classes: tuple[str, ...]
) -> dict[str, Any]:
    """What the browser needs: per token its glyphs in mean state per unit, 1 = the largest that any cluster holds.

    labels: as `cluster_labels` gives them. classes: of a classifier, else empty.
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
    meter, measured = _class_meter(reading, classes) if classes else _surprise_meter(reading, vocabulary)
    return {
        "noun": vocabulary.tokenisation.noun,
        "clusters": [{"units": int(size), "words": label} for size, label in zip(flow.sizes, labels, strict=True)],
        "flow": with_kept.round(3).tolist(),
        "meter": meter,
        "tokens": [
            {"text": display_token(token, vocabulary.tokenisation), "known": known} | values
            for token, known, values in zip(reading.tokens, reading.known.tolist(), measured, strict=True)
        ],
    }


def _surprise_meter(reading: Reading, vocabulary: Vocabulary) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The bar under each token: what it is, 1 being full, and its values with what was expected next."""
    nats = reading.surprise_nats
    full = float(np.nanmax(nats)) if np.isfinite(nats).any() else 1.0
    values = [
        {
            "bar": None if np.isnan(nats[t]) else round(float(nats[t] / full), 4),
            "label": f"{nats[t]:.1f}",
            "said": "" if np.isnan(nats[t]) else f"surprise {nats[t]:.2f} nats",
            "likeliest": [
                [vocabulary.display(guess), round(float(p), 4)]
                for guess, p in zip(reading.guess_ids[t], reading.guess_probabilities[t], strict=True)
            ],
        }
        for t in range(len(reading.tokens))
    ]
    return {"name": "surprise", "note": "nats", "heading": "expected next:"}, values


def _class_meter(reading: Reading, classes: tuple[str, ...]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The same for a classifier: the probability, after each token, of the class that it tells at the end."""
    probabilities = reading.class_probabilities
    told = int(probabilities[-1].argmax())
    values = [
        {
            "bar": round(float(row[told]), 4),
            "label": f"{row[told]:.0%}",
            "said": "",
            "likeliest": [[classes[place], round(float(row[place]), 4)] for place in np.argsort(-row)[:SHOWN_CLASSES]],
        }
        for row in probabilities
    ]
    return {"name": classes[told], "note": "probability so far", "heading": "if the text ended here:"}, values


def cluster_labels(response: ExpectedResponse, clusters: Coclusters, vocabulary: Vocabulary) -> list[str]:
    """The three most telling words of every cluster."""
    return [
        " ".join(vocabulary.display(response.token_ids[word]) for word in words)
        for words in telling_words(clusters, response.mean, 3)
    ]
