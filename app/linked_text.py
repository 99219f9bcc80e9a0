"""A text box whose content stands in the address while it is short."""

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

LONGEST_LINK = 1000  # characters


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
