"""Links from one page of the dashboard to another that carry a choice along.

Within a visit a widget that is bound to the address keeps its value against the address of a link. So a link says
`?to-run=…`, which is taken here, before the widget `run` is drawn, and then stands in the address as `run=…`.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException


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
