"""Places in a text, one below another, with the token of interest in the middle."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from analysis.strongest_contexts import StrongestContext
from app.components.assets import assets
from app.components.keyword_in_context import place_in_text

_PARTS = ("keyword_in_context", "print_parts", "contexts_print")

_mount = st.components.v2.component("contexts", **assets("contexts", *_PARTS))


def contexts(sides: Sequence[tuple[str, Sequence[StrongestContext]]], *, title: str, spaced: bool, key: str) -> None:
    """Draw contexts with their text, a heading above each side.

    title: of the picture, for its export. spaced: tokens are words, with spaces between them.
    """
    data = [{"heading": heading, "places": [_place(place) for place in places]} for heading, places in sides]
    _mount(key=key, data={"title": title, "sides": data, "spaced": spaced})


def _place(place: StrongestContext) -> dict[str, Any]:
    shown = place_in_text(place.position, place.before, place.token, place.after)
    return shown | {"value": f"{place.value:+.2f}".replace("-", "−"), "positive": place.value >= 0}
