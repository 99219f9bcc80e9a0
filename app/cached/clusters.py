"""Co-clusters of one side, their quality, and those of two sides beside each other."""

from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np
import streamlit as st

from analysis.clusters.coclustering import DROPPED, Coclusters, cocluster
from analysis.clusters.decomposition import Decomposition, Treatment, decompose
from analysis.clusters.quality import QualityProfile
from analysis.comparison.cluster_matching import ClusterMatching, match_clusters
from analysis.comparison.common_words import CommonWords, common_words
from analysis.comparison.layer_figures import LayerFigures, layer_figures
from analysis.derived_store import quality_work
from analysis.recording.result import ExpectedResponse
from analysis.recording.store import RecordingOptions
from app.cached.beside import begin_work
from app.cached.recordings import RECORDED, find_recording, find_response, recording_name
from app.cached.runs import find_run
from models.run import Run


@dataclass(frozen=True)
class Clustering:
    """What is clustered and how its signs are treated; with a number of clusters, the key of all that follows.

    recorded: names run and recording by content; layer: 0-based; words: as many of the most frequent.
    """

    run_id: str
    recorded: str
    options: RecordingOptions
    state: str
    layer: int
    words: int
    treatment: Treatment

    @classmethod
    def of(
        cls, run: Run, state: str, layer: int, words: int, treatment: Treatment, options: RecordingOptions = RECORDED
    ) -> "Clustering":
        """Of the recording that is stored now."""
        return cls(run.id, recording_name(run, options), options, state, layer, words, treatment)

    @property
    def run(self) -> Run:
        """The run that was recorded; looked up at every call."""
        return find_run(self.run_id)

    def response(self) -> ExpectedResponse:
        """The expected responses that are clustered."""
        return find_response(self.run, self.state, self.layer, self.words, self.options)


Clustered = tuple[Clustering, int]  # with the number of clusters


@st.cache_resource(max_entries=64, show_spinner=False)
def find_decomposition(clustering: Clustering) -> Decomposition:
    """The decomposition that serves every number of clusters: that of all words with bands, of which these are some."""
    shared = (clustering.run_id, clustering.recorded, clustering.options, clustering.state, clustering.layer)
    return _whole_decomposition(*shared, clustering.treatment).first_words(clustering.words)


@st.cache_resource(max_entries=256, show_spinner=False)
def find_clusters(clustering: Clustering, k: int) -> Coclusters:
    """The co-clusters of one layer's responses."""
    return cocluster(find_decomposition(clustering), k)


@st.cache_resource(max_entries=64, show_spinner=False)
def find_matching(first: Clustered, second: Clustered) -> ClusterMatching:
    """What becomes of the word clusters of one side on the other."""
    clusters, others = find_clusters(*first), find_clusters(*second)
    common = _words_in_common(first[0], second[0])
    labels, other_labels = clusters.word_labels[common.in_first], others.word_labels[common.in_second]
    kept = (labels != DROPPED) & (other_labels != DROPPED)
    return match_clusters(labels[kept], other_labels[kept], sizes=(clusters.k, others.k))


@st.cache_resource(max_entries=64, show_spinner=False)
def find_figures(first: Clustering, second: Clustering) -> tuple[LayerFigures, LayerFigures]:
    """Figures of both sides by the words that they have in common, else by all."""
    common = _words_in_common(first, second)
    rows = (common.in_first, common.in_second) if len(common) else (None, None)
    return _figures_of(first, rows[0]), _figures_of(second, rows[1])


def quality_in_progress(clustering: Clustering) -> "Future[QualityProfile]":
    """How far co-clusters are to be trusted: computed beside the pages."""
    recording = clustering.recorded.rpartition("/")[2]
    work = quality_work(clustering.run, recording, clustering.response(), find_decomposition(clustering))
    return begin_work("quality", clustering, lambda _: work()).future


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


def _words_in_common(first: Clustering, second: Clustering) -> CommonWords:
    ids, other_ids = first.response().token_ids, second.response().token_ids
    return common_words(first.run.vocabulary, ids, second.run.vocabulary, other_ids)


def _figures_of(clustering: Clustering, rows: np.ndarray | None) -> LayerFigures:
    return layer_figures(find_recording(clustering.run, clustering.options), clustering.response(), rows)
