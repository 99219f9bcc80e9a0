"""Links from one page of the dashboard to another that carry a choice along.

Within a visit a widget that is bound to the address keeps its value against the address of a link. So a link says
`?to-run=…`, which is taken here, before the widget `run` is drawn, and then stands in the address as `run=…`.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException

from app.linked_text import TEXT_KEYS

# Texts and choices of several, which somebody may have emptied; of all else one is chosen, or the address is silent.
MAY_BE_EMPTY = {
    *TEXT_KEYS, "prompt", "passage", "compare", "b-words", "against", "beside-ngrams", "track-units", "marks"
}  # fmt: skip


def drop_empty() -> None:
    """Forget what an address names and does not say, as `layer=`: a widget would take it for no choice at all."""
    dropped = False
    for key in set(st.query_params) - MAY_BE_EMPTY:
        if not st.query_params[key]:
            with suppress(StreamlitAPIException):  # of a widget that is drawn already, and that may be empty
                del st.query_params[key]
                dropped = True
    if dropped:  # widgets begin with what the address said when the script began
        st.rerun()


def link_to(page: str, label: str, icon: str, **choices: str) -> None:
    """A link to a page with choices for widgets there, by their keys."""
    st.page_link(page, label=label, icon=icon, query_params={f"to-{key}": value for key, value in choices.items()})


def offer_choice(key: str, chosen: str) -> None:
    """Let a widget of this page, which is drawn already, choose an option when the script runs again."""
    st.query_params[f"to-{key}"] = chosen


def take_choice(key: str, options: Sequence[Any]) -> None:
    """Set the widget that is about to be drawn to what the link said, if that is one of its options."""
    chosen = st.query_params.get(f"to-{key}")
    if chosen is not None:
        del st.query_params[f"to-{key}"]
        if (found := next((option for option in options if str(option) == chosen), None)) is not None:
            st.session_state[key] = found
            # Streamlit writes the address only where the value is new to the browser, and does not let us where the
            # widget is on every page, as that of the run.
            with suppress(StreamlitAPIException):
                st.query_params[key] = chosen
