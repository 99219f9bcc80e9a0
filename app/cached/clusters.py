"""Co-clusters of one side, their quality, and those of two sides beside each other."""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import streamlit as st

from analysis.clusters.coclustering import DROPPED, Coclusters, cocluster
from analysis.clusters.decomposition import Decomposition, Treatment, decompose
from analysis.clusters.quality import QualityProfile
from analysis.comparison.cluster_matching import ClusterMatching, match_clusters
from analysis.comparison.common_words import common_words
from analysis.comparison.layer_figures import LayerFigures, layer_figures
from analysis.derived_store import quality_work
from analysis.recording.store import RecordingOptions
from app.cached.recordings import RECORDED, find_recording, find_response, recording_name
from app.cached.runs import find_run
from data_prep.vocabulary import Vocabulary
from models.run import Run


def find_decomposition(
    run: Run, state: str, layer: int, words: int, treatment: Treatment, options: RecordingOptions = RECORDED
) -> Decomposition:
    """The decomposition that serves every number of clusters: that of all words with bands, of which these are some."""
    return _decomposition(run.id, recording_name(run, options), options, state, layer, words, treatment)


def find_clusters(
    run: Run, state: str, layer: int, words: int, treatment: Treatment, k: int, options: RecordingOptions = RECORDED
) -> Coclusters:
    """The co-clusters of one layer's responses."""
    return clusters_of(run.id, recording_name(run, options), options, state, layer, words, treatment, k)


def find_matching(first: tuple[Any, ...], second: tuple[Any, ...]) -> ClusterMatching:
    """What becomes of the word clusters of one side on the other; each side as what `find_clusters` takes."""
    return _matching(*(_named(*side) for side in (first, second)))


def find_figures(first: tuple[Any, ...], second: tuple[Any, ...]) -> tuple[LayerFigures, LayerFigures]:
    """Figures of both sides by the words that they have in common, else by all; sides as of `find_matching`."""
    return _figures(*(_named(*side) for side in (first, second)))


def quality_in_progress(
    run: Run, state: str, layer: int, words: int, treatment: Treatment, options: RecordingOptions = RECORDED
) -> "Future[QualityProfile]":
    """How far co-clusters are to be trusted: computed, one after the other, beside the pages."""
    return _quality(run.id, recording_name(run, options), options, state, layer, words, treatment)


def _named(
    run: Run, state: str, layer: int, words: int, treatment: Treatment, k: int, options: RecordingOptions
) -> Any:
    return run.id, recording_name(run, options), options, state, layer, words, treatment, k


@st.cache_resource(max_entries=64, show_spinner=False)
def _decomposition(
    run_id: str, recorded: str, options: RecordingOptions, state: str, layer: int, words: int, treatment: Treatment
) -> Decomposition:
    return _whole_decomposition(run_id, recorded, options, state, layer, treatment).first_words(words)


@st.cache_resource(max_entries=32, show_spinner=False)
def _whole_decomposition(
    run_id: str,
    recorded: str,  # noqa: ARG001 (part of the key)
    options: RecordingOptions,
    state: str,
    layer: int,
    treatment: Treatment,
) -> Decomposition:
    found = find_recording(find_run(run_id), options).response(state, layer)
    return decompose(found.most_frequent(found.banded).mean, treatment)


@st.cache_resource(max_entries=256, show_spinner=False)
def clusters_of(
    run_id: str,
    recorded: str,
    options: RecordingOptions,
    state: str,
    layer: int,
    words: int,
    treatment: Treatment,
    k: int,
) -> Coclusters:
    """What `find_clusters` finds."""
    return cocluster(_decomposition(run_id, recorded, options, state, layer, words, treatment), k)


@st.cache_resource(max_entries=64, show_spinner=False)
def _matching(first: tuple[Any, ...], second: tuple[Any, ...]) -> ClusterMatching:
    clusters, others = clusters_of(*first), clusters_of(*second)
    common = common_words(*_words_of(*first), *_words_of(*second))
    labels, other_labels = clusters.word_labels[common.in_first], others.word_labels[common.in_second]
    kept = (labels != DROPPED) & (other_labels != DROPPED)
    return match_clusters(labels[kept], other_labels[kept], sizes=(clusters.k, others.k))


@st.cache_resource(max_entries=64, show_spinner=False)
def _figures(first: tuple[Any, ...], second: tuple[Any, ...]) -> tuple[LayerFigures, LayerFigures]:
    common = common_words(*_words_of(*first), *_words_of(*second))
    rows = (common.in_first, common.in_second) if len(common) else (None, None)
    return _figures_of(*first, rows=rows[0]), _figures_of(*second, rows=rows[1])


def _figures_of(
    run_id: str,
    recorded: str,  # noqa: ARG001 (as the key has it)
    options: RecordingOptions,
    state: str,
    layer: int,
    words: int,
    *_: Any,
    rows: np.ndarray | None,
) -> LayerFigures:
    run = find_run(run_id)
    return layer_figures(find_recording(run, options), find_response(run, state, layer, words, options), rows)


def _words_of(
    run_id: str,
    recorded: str,  # noqa: ARG001 (as the key has it)
    options: RecordingOptions,
    state: str,
    layer: int,
    words: int,
    *_: Any,
) -> tuple[Vocabulary, np.ndarray]:
    run = find_run(run_id)
    return run.vocabulary, find_response(run, state, layer, words, options).token_ids


@st.cache_resource(max_entries=1, show_spinner=False)
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "quality")


@st.cache_resource(max_entries=128, show_spinner=False)
def _quality(
    run_id: str, recorded: str, options: RecordingOptions, state: str, layer: int, words: int, treatment: Treatment
) -> "Future[QualityProfile]":
    run = find_run(run_id)
    response = find_response(run, state, layer, words, options)
    decomposition = _decomposition(run_id, recorded, options, state, layer, words, treatment)
    return _workers().submit(quality_work(run, recorded.rpartition("/")[2], response, decomposition))
