"""Work beside the pages, as a page shows it: a button that begins it, a bar while it goes on, why it failed."""

from collections.abc import Callable

import streamlit as st

from app.cached.beside import Work
from app.notices import show_error
from data_prep.errors import UserError


def is_going_on(work: Work | None) -> bool:
    """Whether it was begun and has not ended; to be asked before one looks for the result, not after."""
    return work is not None and not work.future.done()


def offer_work(label: str, icon: str, begin: Callable[[], Work], begun: Work | None) -> None:
    """A button to begin what is not going on; where it failed before, why."""
    if begun is not None and begun.future.done() and (error := begun.future.exception()):
        if not isinstance(error, UserError):
            raise error
        show_error(error)
    st.button(label, icon=icon, type="primary", on_click=begin)


@st.fragment(run_every=0.5)
def follow_work(work: Work, title: str) -> None:
    """How far it is; the page is drawn again when it has ended, and goes on without it."""
    if work.future.done():
        st.rerun(scope="app")
    st.progress(min(1.0, work.done), text=f"{title}{work.what and f', {work.what}'} …")
