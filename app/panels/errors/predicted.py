"""The panel that computes what a model gave to the test part, when a page needs it and it is not known yet."""

import shlex
from collections.abc import Sequence
from concurrent.futures import TimeoutError as NotYet

import streamlit as st

from app import cached
from app.notices import PageEnded, literal, show_error
from app.panels.beside import follow_work
from data_prep.errors import UserError
from data_prep.registry import known_corpora
from models.run import Run

PATIENCE = 0.5  # seconds, in which what is stored is there


def ensure_predicted(runs: Sequence[Run], *, contexts: bool = False) -> None:
    """Go on when everything about these runs is known; else compute it, show how far that is, and stop the page.

    contexts: the losses by context length, which take longer.
    """
    for run in runs:
        _ensure_corpus(run)
    works = {run.id: cached.errors_in_progress(run, contexts=contexts) for run in runs}
    for run in runs:
        try:
            works[run.id].future.result(PATIENCE)
        except NotYet:
            what = "with less and less context" if contexts else "and counting the n-grams of its corpus"
            follow_work(works[run.id], f"Reading the test part with {literal(run.id)}, {what}")
            st.caption("Once for each model: the result is stored.")
            raise PageEnded from None
        except UserError as error:
            show_error(error)
            again = {"contexts": contexts, "again": True}
            st.button("Try again", on_click=cached.errors_in_progress, args=(run,), kwargs=again)
            raise PageEnded from error


def _ensure_corpus(run: Run) -> None:
    """Go on when the run is a language model whose corpus is at hand; else say what it takes."""
    if run.task != "language-model":
        raise UserError(f"{run.id} tells classes, it does not predict the next token.", "Choose a language model.")
    name = run.corpus["name"]
    if run.origin == "states" or name is None:
        run.open_corpus()  # says why there is none
    if name in cached.prepared_corpora():
        run.check_vocabulary(cached.find_prepared(name))
        return
    source = name if name in known_corpora() else str(run.corpus["source"].get("file"))
    st.info(
        f"What stands here is read from the test part of the corpus {literal(name)}, which is not prepared on this "
        "machine. Prepare it, from the network or with `--source FOLDER` from files at hand, then come back:",
        icon=":material/library_books:",
    )
    st.code(f"rnnscope prepare {shlex.quote(source)}", language="bash")
    st.page_link("views/corpora.py", label="All corpora, and your own", icon=":material/library_books:")
    raise PageEnded
