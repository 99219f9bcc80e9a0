"""Places in a text, one below another, with the token of interest in the middle."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from analysis.strongest_contexts import StrongestContext
from app.components.assets import assets

LONGEST = 40  # characters of a token; the whole is in its tooltip, up to
LONGEST_TITLE = 1000

_mount = st.components.v2.component("contexts", **assets("contexts", "print_parts", "contexts_print"))


def contexts(sides: Sequence[tuple[str, Sequence[StrongestContext]]], *, title: str, spaced: bool, key: str) -> None:
    """Draw contexts with their text, a heading above each side.

    title: of the picture, for its export. spaced: tokens are words, with spaces between them.
    """
    data = [{"heading": heading, "places": [_place(place) for place in places]} for heading, places in sides]
    _mount(key=key, data={"title": title, "sides": data, "spaced": spaced})


def _place(place: StrongestContext) -> dict[str, Any]:
    return {
        "position": place.position,
        "value": f"{place.value:+.2f}".replace("-", "−"),
        "positive": place.value >= 0,
        "before": [_token(token) for token in place.before],
        "token": _token(place.token),
        "after": [_token(token) for token in place.after],
    }


def _token(token: str) -> str | list[str]:
    """The token, or [cut, whole] where it is too long to draw."""
    return token if len(token) <= LONGEST else [f"{token[: LONGEST - 1]}…", token[:LONGEST_TITLE]]
