"""Sentences on a page that hold somebody else's text."""

import re

import streamlit as st

from data_prep.errors import UserError


class PageEnded(Exception):  # noqa: N818 (no error)
    """A page has no more to show. Unlike after `st.stop`, what stands on every page is still drawn."""


def literal(text: str) -> str:
    """`text` so that Markdown shows it as it is: every punctuation mark escaped."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


def show_error(error: UserError) -> None:
    """What is wrong and what to do, as plain text."""
    st.error(f"{literal(error.message)}\n\n{literal(error.hint)}", icon=":material/error:")


def how_to_read(text: str, caution: str) -> None:
    """Two sentences that every view has: how to read it, and how it can mislead."""
    st.caption(f"{text} **Mind:** {caution}")
