"""Texts as rows of glyphs: what each token writes into every unit cluster, erases, and leaves as it was."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from analysis.clusters.coclustering import Coclusters, telling_words
from analysis.recording.result import ExpectedResponse
from analysis.texts.cluster_flow import ClusterFlow
from analysis.texts.reading import Reading
from analysis.texts.token_changes import TokenChanges
from app.components.assets import assets
from data_prep.tokens import display_token
from data_prep.vocabulary import Vocabulary

SHOWN_CLASSES = 5
LONGEST_TOKEN = 200  # characters that are sent; the tables have the whole
STRONGEST, NO_UNIT = 3, 65535  # units named for a token and cluster; where there is none
FULL_QUANTILE = 0.96  # of all lanes of a text: what fills a lane
TELLING = 8  # words and units that a cluster is told by

_PARTS = ("overview_strip", "glyph_drawing", "glyph_scrolling", "glyph_telling", "print_parts", "glyph_print")

_mount = st.components.v2.component("sentence_glyphs", **assets("sentence_glyphs", *_PARTS))


@dataclass(frozen=True)
class Picked:
    """A token: the text that it stands in, and where, both from 0; and whether somebody chose it."""

    row: int
    position: int
    by_hand: bool = False


def sentence_glyphs(
    data: dict[str, Any], picked: Picked | None, *, key: str, on_pick: Callable[[], None], on_window: Callable[[], None]
) -> None:
    """Draw the glyphs; the box of the token `picked` stands out, and is in sight at first if somebody chose it.

    A click calls `on_pick`, after which `st.session_state[key].picked` is {"row", "position"}, position None where a
    pick was taken back, or {"cluster"} for the name of a cluster. When other columns come in sight `on_window` is
    called, `st.session_state[key].window` being {"from", "to"}.
    """
    shown = None if picked is None else {"row": picked.row, "position": picked.position}
    drawn = data | {"picked": shown, "centred": picked is not None and picked.by_hand}
    _mount(key=key, data=drawn, on_picked_change=on_pick, on_window_change=on_window)


def sentence_glyphs_data(
    rows: Sequence[dict[str, Any]],
    offsets: Sequence[int],
    aligned: Sequence[int | None],
    titles: Sequence[str],
    clusters: list[dict[str, Any]],
    noun: str,
    *,
    guesses: int,
    window: tuple[int, int] | None,
    key: str,
    title: str = "Sentences, word by word",
) -> dict[str, Any]:
    """What the browser needs for several texts, all drawn on one scale.

    rows: as `glyph_row` makes them. offsets: empty columns before each text; aligned: the position in each that the
    others are aligned to; titles: of the texts, written where there are several. clusters: as `named_clusters`.
    guesses: how many are written under each token. window: the columns in sight at first. key: another one is another
    picture; with the same one the browser keeps what it drew. title: of the picture, for its export.
    """
    return {
        "key": key,
        "title": title,
        "noun": noun,
        "clusters": clusters,
        "guesses": guesses,
        "window": window,
        "rows": [
            row | {"offset": offset, "aligned": position, "title": title}
            for row, offset, position, title in zip(rows, offsets, aligned, titles, strict=True)
        ],
    }


def glyph_row(
    reading: Reading,
    flow: ClusterFlow,
    changes: TokenChanges,
    vocabulary: Vocabulary,
    classes: tuple[str, ...],
    clusters: Coclusters,
    state: str,
    layer: int,
) -> dict[str, Any]:
    """One text for the browser: its glyphs in 8 bits, in mean state per unit; 255 is `reach`, the most that is held.

    full: what fills a lane, so that one strong cluster does not make all others invisible; more is cut and marked.
    classes: of a classifier, else empty; the curve is the probability of the last of two, else of the one that is told.
    """
    units = np.maximum(flow.sizes, 1)
    held_and_changed = (
        flow.held_positive,
        -flow.held_negative,
        flow.gained_positive,
        flow.lost_positive,
        flow.gained_negative,
        flow.lost_negative,
    )
    parts = np.stack(held_and_changed, axis=2) / units[None, :, None]
    extents = np.maximum(parts[:, :, 0] + parts[:, :, 3], parts[:, :, 1] + parts[:, :, 5])
    reach = float(extents.max()) or 1.0
    levels = np.concatenate((parts / reach, flow.kept_rate[:, :, None]), axis=2)
    moved_units, moves, largest = _moved_most(reading.responses(state)[:, layer], clusters)
    tokens = [_cut(display_token(token, vocabulary.tokenisation)) for token in reading.tokens]
    row = {
        "tokens": tokens,
        "unknown": np.flatnonzero(~reading.known).tolist(),
        "reach": reach,
        "full": float(np.quantile(extents, FULL_QUANTILE)) or reach,
        "flow": _encoded(np.round(255 * levels.clip(0, 1)).astype(np.uint8)),
        "units": _encoded(moved_units),
        "moves": _encoded(moves),
        "largestMove": largest,
        "changes": changes.change.round(5).tolist(),
        "ranks": changes.rank.tolist(),
    }
    return row | (_class_meter(reading, classes) if classes else _surprise_meter(reading, vocabulary))


def named_clusters(response: ExpectedResponse, clusters: Coclusters, vocabulary: Vocabulary) -> list[dict[str, Any]]:
    """Each cluster with its number of units, its most telling words and its units that words move most."""
    activity = np.sqrt((response.mean**2 * response.counts[:, None]).sum(0) / max(1, response.counts.sum()))
    named = []
    for cluster, words in enumerate(telling_words(clusters, response.mean, TELLING)):
        units = np.flatnonzero(clusters.unit_labels == cluster)
        named.append(
            {
                "units": len(units),
                "words": [_cut(vocabulary.display(response.token_ids[word])) for word in words],
                "strongest": units[np.argsort(-activity[units], kind="stable")][:TELLING].tolist(),
            }
        )
    return named


def _moved_most(moved: np.ndarray, clusters: Coclusters) -> tuple[np.ndarray, np.ndarray, float]:
    """(units (T, K, `STRONGEST`), moves in 8 bits, the largest move): of each cluster the units that moved most."""
    units = np.full((len(moved), clusters.k, STRONGEST), NO_UNIT, np.uint16)
    moves = np.zeros(units.shape, np.int8)
    largest = float(np.abs(moved).max()) or 1.0
    for cluster in range(clusters.k):
        own = np.flatnonzero(clusters.unit_labels == cluster)
        count = min(STRONGEST, len(own))
        if not count:
            continue
        values = moved[:, own]
        most = np.argpartition(-np.abs(values), count - 1, axis=1)[:, :count]
        most = np.take_along_axis(most, np.argsort(-np.abs(np.take_along_axis(values, most, 1)), axis=1), 1)
        units[:, cluster, :count] = own[most]
        moves[:, cluster, :count] = np.round(127 * np.take_along_axis(values, most, 1) / largest)
    return units, moves, largest


def _surprise_meter(reading: Reading, vocabulary: Vocabulary) -> dict[str, Any]:
    """What stands under each token of a language model: its surprise, and what was expected next."""
    return {
        "meter": {"name": "surprise", "note": "nats", "heading": "expected next:"},
        "surprise": [None if np.isnan(nats) else round(float(nats), 4) for nats in reading.surprise_nats],
        "probability": None,
        "guesses": [
            [[_cut(vocabulary.display(guess)), round(p, 4)] for guess, p in zip(guesses, probabilities, strict=True)]
            for guesses, probabilities in zip(
                reading.guess_ids.tolist(), reading.guess_probabilities.astype(float).tolist(), strict=True
            )
        ],
    }


def _class_meter(reading: Reading, classes: tuple[str, ...]) -> dict[str, Any]:
    """The same for a classifier: the probability, after each token, of one class, and of the likeliest ones."""
    probabilities = reading.class_probabilities
    told = 1 if len(classes) == 2 else int(probabilities[-1].argmax())
    return {
        "meter": {"name": f"P({classes[told]})", "note": "if it ended here", "heading": "if the text ended here:"},
        "surprise": [None] * len(probabilities),
        "probability": probabilities[:, told].astype(float).round(4).tolist(),
        "guesses": [
            [[_cut(classes[place]), round(float(row[place]), 4)] for place in np.argsort(-row)[:SHOWN_CLASSES]]
            for row in probabilities
        ],
    }


def _encoded(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")


def _cut(shown: str) -> str:
    return shown if len(shown) <= LONGEST_TOKEN else f"{shown[:LONGEST_TOKEN]}… ({len(shown):,} characters)"
