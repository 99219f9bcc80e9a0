"""A text coloured by single units: built once in the browser, which has the values of every unit."""

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from analysis.interpretation.excerpt import Excerpt
from app.components.assets import assets
from data_prep.tokens import SENTENCE_END, display_token
from data_prep.vocabulary import Vocabulary

MOST_VALUES = 2_500_000  # tokens × units that are sent to the browser
LONGEST_TOKEN = 60  # characters

_PARTS = ("coloured_shades", "coloured_places", "coloured_card", "print_parts", "coloured_print")

ASSETS = assets("coloured_text", *_PARTS)

_mount = st.components.v2.component("coloured_text", **ASSETS)


@dataclass(frozen=True)
class Marked:
    """What is marked in the text: where a yes/no property holds, and each unit's tested score for it.

    name: of the property, empty for none. values: (T,) bool; None for a number. scores: (H,) −1 … 1, or None. says:
    what a score is called, such as AUC, of which (score + 1) / 2 is shown.
    """

    name: str = ""
    values: np.ndarray | None = None
    scores: np.ndarray | None = None
    says: str = ""


def coloured_text(
    data: dict[str, Any], unit: int, beside: Sequence[int], *, key: str, on_pick: Callable[[], None]
) -> None:
    """Draw the text in the colours of a unit, and of others in bands below it.

    Flipping to another unit happens in the browser, and calls `on_pick` when it comes to rest: then
    `st.session_state[key].picked` is {"unit"}.
    """
    _mount(key=key, data=data | {"unit": unit, "beside": list(beside)}, on_picked_change=on_pick)


def longest_excerpt(units: int, wanted: int) -> int:
    """How many tokens are shown of `wanted`, so that their values can be sent."""
    return max(1, min(wanted, MOST_VALUES // units))


def coloured_text_data(
    excerpt: Excerpt, state: str, layer: int, vocabulary: Vocabulary, marked: Marked
) -> dict[str, Any]:
    """What the browser needs of an excerpt.

    values: every unit's hidden state, or tanh of its cell state, in 8 bits (H, T). order: the units as they are flipped
    through, by their score for what is marked, else by how much they vary here.
    """
    values = excerpt.states[state][:, layer]
    values = np.tanh(values) if state == "cell" else values
    levels = np.round(np.clip(values, -1, 1) * 127).astype(np.int8)
    tokens, shape = excerpt.tokens, excerpt.guess_ids.shape
    by = values.std(0) if marked.scores is None else np.abs(marked.scores)
    guesses, named = np.unique(excerpt.guess_ids, return_inverse=True)
    data = {
        "noun": vocabulary.tokenisation.noun,
        "words": vocabulary.tokenisation.unit == "words",
        "tokens": [display_token(token, vocabulary.tokenisation)[:LONGEST_TOKEN] for token in tokens],
        "breaks": [place for place, token in enumerate(tokens) if token in ("\n", SENTENCE_END)],
        "start": excerpt.start,
        "units": levels.shape[1],
        "values": _base64(levels.T),
        "quantity": "tanh of the cell state" if state == "cell" else "hidden state",
        "order": np.argsort(-by, kind="stable").tolist(),
        "property": marked.name,
        "marked": None if marked.values is None else _base64(marked.values.astype(np.uint8)),
        "scores": None if marked.scores is None else np.round(marked.scores, 4).tolist(),
        "says": marked.says,
        "guessNames": [vocabulary.display(int(guess)) for guess in guesses],
        "guesses": _base64(named.reshape(shape).astype(np.uint16)),
        "chances": _base64(np.round(excerpt.guess_probabilities * 65535).astype(np.uint16)),
        "guessed": shape[1],
    }
    return data | {"key": hashlib.sha256(repr(sorted(data.items(), key=lambda item: item[0])).encode()).hexdigest()}


def _base64(values: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode("ascii")
