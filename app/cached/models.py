"""The models of one corpus beside each other."""

import streamlit as st

from analysis.model_similarity import ModelMap, map_models
from analysis.model_table import ModelEntry, ngram_entries, recurrent_entry, window_entry
from analysis.ngrams.kneser_ney import NgramScores
from analysis.ngrams.store import ensure_ngram_distributions, ensure_ngram_scores
from analysis.ngrams.window_store import ensure_window_scores, is_window_scored
from analysis.predictions.predict import Predictions
from analysis.predictions.store import ensure_predictions, is_predicted
from app.cached.corpora import find_prepared
from app.cached.runs import find_run
from models.run import Run

MAPPED = range(10)  # context lengths of the n-gram models on the map
WINDOWS = range(1, 21)  # context lengths of networks that are looked for


def find_predictions(run: Run) -> Predictions:
    """What a run gave to every token of its corpus's test part; computed and stored where it is not yet."""
    return _predictions(run.id, run.digest, find_prepared(run.corpus["name"]).digest)


def find_ngram_scores(corpus: str) -> NgramScores:
    """What n-gram models give to the test part of a corpus; computed and stored where it is not yet."""
    return _ngram_scores(corpus, find_prepared(corpus).digest)


def find_baselines(corpus: str) -> tuple[ModelEntry, ...]:
    """The n-gram models of a corpus, and the networks over n tokens that have been trained."""
    return _ngram_entries(corpus, find_prepared(corpus).digest) + _window_entries(
        corpus, find_prepared(corpus).digest, _trained_windows(corpus)
    )


def find_entry(run: Run, *, predicted: bool) -> ModelEntry:
    """A run as an entry of the table of models; predicted: with its standard error."""
    return _entry(run.id, run.digest, predicted)


def is_run_predicted(run: Run) -> bool:
    """Whether its predictions are stored, for its corpus as it is."""
    return is_predicted(run)


def find_model_map(corpus: str, runs: tuple[str, ...]) -> ModelMap:
    """Runs and baselines of a corpus by how they predict it."""
    named = tuple((run_id, find_run(run_id).digest) for run_id in runs)
    return _model_map(corpus, find_prepared(corpus).digest, named, _trained_windows(corpus))


def _trained_windows(corpus: str) -> tuple[int, ...]:
    opened = find_prepared(corpus)
    return tuple(context for context in WINDOWS if is_window_scored(opened, context))


@st.cache_resource(max_entries=8, show_spinner="Reading the test part …")
def _predictions(run_id: str, digest: str, corpus_digest: str) -> Predictions:  # noqa: ARG001 (parts of the key)
    return ensure_predictions(find_run(run_id))


@st.cache_resource(max_entries=4, show_spinner="Counting n-grams …")
def _ngram_scores(corpus: str, digest: str) -> NgramScores:  # noqa: ARG001 (part of the key)
    return ensure_ngram_scores(find_prepared(corpus))


@st.cache_resource(max_entries=8, show_spinner=False)
def _ngram_entries(corpus: str, digest: str) -> tuple[ModelEntry, ...]:  # noqa: ARG001 (part of the key)
    return ngram_entries(corpus, find_ngram_scores(corpus))


@st.cache_resource(max_entries=8, show_spinner=False)
def _window_entries(corpus: str, digest: str, contexts: tuple[int, ...]) -> tuple[ModelEntry, ...]:  # noqa: ARG001
    opened = find_prepared(corpus)
    return tuple(window_entry(corpus, ensure_window_scores(opened, context)) for context in contexts)


@st.cache_resource(max_entries=128, show_spinner=False)
def _entry(run_id: str, digest: str, predicted: bool) -> ModelEntry:  # noqa: ARG001 (part of the key)
    run = find_run(run_id)
    return recurrent_entry(run, ensure_predictions(run) if predicted else None)


@st.cache_resource(max_entries=8, show_spinner="Laying out the models …")
def _model_map(
    corpus: str,
    digest: str,  # noqa: ARG001 (part of the key)
    runs: tuple[tuple[str, str], ...],
    windows: tuple[int, ...],
) -> ModelMap:
    opened = find_prepared(corpus)
    found = {run_id: ensure_predictions(find_run(run_id)).distributions for run_id, _ in runs}
    spread = ensure_ngram_distributions(opened, MAPPED)
    found |= {f"n-gram {context}": values for context, values in spread.items()}
    found |= {f"n-NN {context}": ensure_window_scores(opened, context).distributions for context in windows}
    return map_models(found)
