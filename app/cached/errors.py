"""What language models gave to the test part of their corpus, and where they err.

Predictions, n-gram models and losses by context length take seconds to a minute: they are computed beside the pages,
one after the other, and stored. What the pages read from them is quick.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import streamlit as st

from analysis.errors.breakdown import ErrorBreakdown, break_down, what_becomes
from analysis.errors.by_distance import ByDistance, by_distance
from analysis.errors.clues import Clues, find_clues
from analysis.errors.context_lengths import ContextCurve, context_curve, ngram_losses
from analysis.errors.error_sets import ErrorSets, error_sets
from analysis.errors.occurrences import Occurrences
from analysis.errors.of_runs import ngram_probabilities
from analysis.errors.oracle_settings import OracleSettings
from analysis.errors.places import Sought, find_places, likeliest_name
from analysis.errors.ranked_tokens import RankedTokens, rank_tokens
from analysis.errors.store import ensure_context_losses
from analysis.predictions.store import MOST, ensure_predictions
from app.cached.beside import Work, begin_work
from app.cached.corpora import find_prepared
from app.cached.models import find_ngram_scores, find_predictions
from app.cached.runs import find_run, fingerprint
from data_prep.corpus import corpora_home
from data_prep.errors import UserError
from models.run import Run


def errors_in_progress(run: Run, *, contexts: bool = False, again: bool = False) -> Work:
    """Computes what the pages about errors need of a run; soon done where it is stored.

    contexts: the losses by context length, else predictions and n-gram models. again: where that failed.
    """

    def compute(tell: Callable[[float], None]) -> None:
        if contexts:
            ensure_context_losses(run, on_progress=tell)
        else:
            ensure_predictions(run, on_progress=lambda done: tell(done / 2))
            ngram_probabilities(run.open_corpus(), on_progress=lambda done: tell(0.5 + done / 2))

    return begin_work("errors", (*_key(run), contexts), compute, again=again)


def find_ngrams(run: Run) -> tuple[np.ndarray | None, str]:
    """(C, T) what n-gram models of the run's corpus gave to the same tokens; or None, and why."""
    return _ngrams(run.corpus["name"])


def find_breakdown(run: Run, settings: OracleSettings) -> ErrorBreakdown:
    """The errors of a run by what would remove them."""
    return _breakdown(*_key(run), settings)


def find_crossing(run: Run, other: Run, settings: OracleSettings) -> np.ndarray:
    """What becomes of the errors of one run in another: (K + 1, K + 1)."""
    return _crossing(_key(run), _key(other), settings)


def find_error_sets(runs: Sequence[Run], threshold: float) -> ErrorSets:
    """Which errors the runs share."""
    return _error_sets(tuple(map(_key, runs)), threshold)


def find_ranked_tokens(run: Run, other: Run) -> RankedTokens:
    """Tokens by how surely one run predicts them better than the other."""
    return _ranked_tokens(_key(run), _key(other))


def find_occurrences(run: Run, sought: Sought) -> Occurrences:
    """Where in the test part what is sought stands; UserError where the model has no such thing."""
    return _occurrences(*_corpus_key(run), sought)


def find_likeliest(run: Run) -> str:
    """The name of the marks that the run's text has most of."""
    return _likeliest(*_corpus_key(run))


def find_by_distance(
    runs: Sequence[Run], contexts: Sequence[int], sought: Sought, farthest: int, width: int | None
) -> ByDistance:
    """The probability of what is sought by distance, under the runs and n-gram models of these context lengths."""
    return _by_distance(tuple(map(_key, runs)), tuple(contexts), sought, farthest, width)


def find_context_curve(run: Run) -> ContextCurve:
    """Loss by how much context the run is given."""
    return _context_curve(*_key(run))


def find_ngram_curve(run: Run) -> ContextCurve | None:
    """The same of the n-gram models, on the same places; None where there are none."""
    return _ngram_curve(*_key(run))


def _key(run: Run) -> tuple[str, str, Any]:
    name = run.corpus["name"]
    return run.id, run.digest, fingerprint(corpora_home() / name) if name else ()


def _corpus_key(run: Run) -> tuple[str, Any]:
    """Runs of one corpus have the same n-gram models; any of them opens it."""
    return run.id, _key(run)[2]


def _ngrams(name: str) -> tuple[np.ndarray | None, str]:
    try:
        return find_ngram_scores(name).probabilities, ""
    except UserError as error:
        return None, f"The n-gram oracle is left out. {error.message}"


@st.cache_resource(max_entries=4, show_spinner="Counting words …")
def _clues(name: str, files: Any) -> Clues:  # noqa: ARG001 (part of the key)
    corpus = find_prepared(name)
    ngram, no_ngram = _ngrams(name)
    ids, training = corpus.splits["test"][:MOST], corpus.splits["train"]
    return find_clues(ids, corpus.vocabulary, training, OracleSettings(), ngram=ngram, no_ngram=no_ngram)


@st.cache_resource(max_entries=32, show_spinner=False)
def _breakdown(run_id: str, digest: str, corpus: Any, settings: OracleSettings) -> ErrorBreakdown:  # noqa: ARG001 (the key)
    run = find_run(run_id)
    return break_down(find_predictions(run).log_probabilities, _clues(run.corpus["name"], corpus), settings)


@st.cache_resource(max_entries=32, show_spinner=False)
def _crossing(first: tuple[str, str, Any], second: tuple[str, str, Any], settings: OracleSettings) -> np.ndarray:
    return what_becomes(_breakdown(*first, settings), _breakdown(*second, settings))


@st.cache_resource(max_entries=32, show_spinner=False)
def _error_sets(runs: tuple[tuple[str, str, Any], ...], threshold: float) -> ErrorSets:
    probabilities = [find_predictions(find_run(run[0])).probabilities for run in runs]
    return error_sets([run[0] for run in runs], probabilities, threshold)


@st.cache_resource(max_entries=16, show_spinner=False)
def _ranked_tokens(first: tuple[str, str, Any], second: tuple[str, str, Any]) -> RankedTokens:
    one, other = (find_predictions(find_run(run[0])) for run in (first, second))
    return rank_tokens(one.ids, one.probabilities, other.probabilities)


@st.cache_resource(max_entries=64, show_spinner=False)
def _occurrences(run_id: str, corpus: Any, sought: Sought) -> Occurrences:  # noqa: ARG001 (the key)
    run = find_run(run_id)
    return find_places(find_predictions(run).ids, run.vocabulary, sought)


@st.cache_resource(max_entries=16, show_spinner=False)
def _likeliest(run_id: str, corpus: Any) -> str:  # noqa: ARG001 (the key)
    run = find_run(run_id)
    return likeliest_name(find_predictions(run).ids, run.vocabulary)


@st.cache_resource(max_entries=32, show_spinner=False)
def _by_distance(
    runs: tuple[tuple[str, str, Any], ...], contexts: tuple[int, ...], sought: Sought, farthest: int, width: int | None
) -> ByDistance:
    run_id, _, corpus = runs[0]
    curves = {run[0]: find_predictions(find_run(run[0])).probabilities for run in runs}
    ngrams = find_ngrams(find_run(run_id))[0]
    if ngrams is not None:
        curves |= {f"n-gram {context}": ngrams[context] for context in contexts if context < len(ngrams)}
    return by_distance(_occurrences(run_id, corpus, sought), curves, farthest=farthest, width=width)


@st.cache_resource(max_entries=16, show_spinner=False)
def _context_curve(run_id: str, digest: str, corpus: Any) -> ContextCurve:  # noqa: ARG001 (the key)
    return context_curve(ensure_context_losses(find_run(run_id)))


@st.cache_resource(max_entries=16, show_spinner=False)
def _ngram_curve(run_id: str, digest: str, corpus: Any) -> ContextCurve | None:  # noqa: ARG001 (the key)
    ngrams = find_ngrams(find_run(run_id))[0]
    return None if ngrams is None else context_curve(ngram_losses(ensure_context_losses(find_run(run_id)), ngrams))
