"""Text boxes whose content stands in the address while it is short."""

from collections.abc import Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

LONGEST_LINK = 1000  # characters
TEXT_KEYS = ("text", "text2", "text3", "text4")
_COUNT, _FIRST = "text-count", "text-first"


def linked_text_area(place: DeltaGenerator, label: str, default: str, *, key: str, **options: Any) -> str:
    """The text typed into a box at `place`; `options` are those of `st.text_area`.

    Not bound to the address, which a long text would burst, and without a limit: the browser would drop what is
    beyond it without a word, while the page can say what it left out.
    """
    if key not in st.session_state:
        st.session_state[key] = st.query_params.get(key, default)
    text = place.text_area(label, key=key, persist_state="session", **options)
    if text == default or len(text) > LONGEST_LINK:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = text
    return text


def begin_texts(first: Sequence[str]) -> int:
    """How many text boxes there are; at the start those of the address, else one for each of `first`.

    The boxes stand in the session under `TEXT_KEYS`. As long as nobody typed, they follow `first`, which depends on
    the run.
    """
    if _COUNT not in st.session_state:
        linked = [
            key for place, key in enumerate(TEXT_KEYS) if all(k in st.query_params for k in TEXT_KEYS[: place + 1])
        ]
        set_texts([st.query_params[key] for key in linked] or first)
    elif list(st.session_state[_FIRST]) != list(first) and texts() == list(st.session_state[_FIRST]):
        set_texts(first)
    st.session_state[_FIRST] = tuple(first)
    return int(st.session_state[_COUNT])


def texts() -> list[str]:
    """What stands in the boxes."""
    return [st.session_state[key] for key in TEXT_KEYS[: st.session_state[_COUNT]]]


def set_texts(new: Sequence[str]) -> None:
    """Put these texts into boxes, as many as there are texts; for a callback, or before the boxes are drawn."""
    st.session_state[_COUNT] = min(len(new), len(TEXT_KEYS))
    for key, text in zip(TEXT_KEYS, new, strict=False):
        st.session_state[key] = text


def link_texts(first: Sequence[str]) -> None:
    """Let the address say what stands in the boxes, unless it is `first`; a long text ends what it can say."""
    shown = texts()
    short = next((place for place, text in enumerate(shown) if len(text) > LONGEST_LINK), len(shown))
    said = [] if shown == list(first) else shown[:short]
    for place, key in enumerate(TEXT_KEYS):
        if place < len(said):
            st.query_params[key] = said[place]
        else:
            st.query_params.pop(key, None)
