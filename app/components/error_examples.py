"""Errors in their text: the true token marked, and beside it what each model guessed instead."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from analysis.errors.examples import ErrorExample
from app.components.assets import assets
from app.components.keyword_in_context import place_in_text, shown_token

_mount = st.components.v2.component("error_examples", **assets("error_examples", "keyword_in_context"))


def error_examples(
    heading: str, examples: Sequence[ErrorExample], models: Sequence[str], *, threshold: float, spaced: bool, key: str
) -> None:
    """Draw examples below each other. models: their names; spaced: tokens are words, with spaces between them."""
    data = {
        "heading": heading,
        "models": list(models),
        "spaced": spaced,
        "places": [_place(example, threshold) for example in examples],
    }
    _mount(key=key, data=data)


def _place(example: ErrorExample, threshold: float) -> dict[str, Any]:
    said = zip(example.probabilities, example.guesses, example.guess_probabilities, strict=True)
    sayings = [
        {"p": p, "errs": p < threshold, "guess": shown_token(guess), "guessP": guess_p, "right": guess == example.token}
        for p, guess, guess_p in said
    ]
    return place_in_text(example.position, example.before, example.token, example.after) | {"said": sayings}
