"""Single texts as a run's network reads them."""

from typing import Any

import numpy as np
import streamlit as st

from analysis.texts.cluster_flow import ClusterFlow, cluster_flow
from analysis.texts.occurrence import Occurrence, compare_occurrence
from analysis.texts.reading import Reading, read_text
from analysis.texts.token_changes import TokenChanges, token_changes
from analysis.texts.unit_values import unit_values
from app.cached.clusters import Clustering, find_clusters
from app.cached.recordings import RECORDED, find_recording, recording_name
from app.cached.runs import find_run, network_of
from app.components.sentence_glyphs import glyph_row
from models.run import Run


def find_reading(run: Run, text: str, checkpoint: int | None = None) -> Reading:
    """A text as the run's network reads it, with its best weights or those kept after an update."""
    return reading_of(run.id, run.digest, checkpoint, text)


def find_changes(run: Run, text: str, state: str, layer: int) -> TokenChanges:
    """How much each token of a text moves one layer."""
    return _changes(run.id, recording_name(run, RECORDED), text, state, layer)


def find_unit_values(run: Run, text: str, layer: int, quantity: str) -> np.ndarray:
    """(T, H): a state, its change, or a gate of one layer along a text."""
    return _unit_values(run.id, run.digest, text, layer, quantity)


def find_occurrence(run: Run, text: str, position: int, state: str, layer: int) -> Occurrence:
    """One token of a text against the recorded responses to its word."""
    return _occurrence(run.id, recording_name(run, RECORDED), text, position, state, layer)


@st.cache_resource(max_entries=64, show_spinner=False)
def find_flow(text: str, clustering: Clustering, k: int) -> ClusterFlow:
    """How a text moves the clusters."""
    reading, clusters = find_reading(clustering.run, text), find_clusters(clustering, k)
    return cluster_flow(reading.states[clustering.state][:, clustering.layer], clusters.unit_labels, clusters.k)


@st.cache_resource(max_entries=32, show_spinner=False)
def find_glyph_row(text: str, clustering: Clustering, k: int) -> dict[str, Any]:
    """A text as the glyphs show it."""
    run, state, layer = clustering.run, clustering.state, clustering.layer
    flow, changes = find_flow(text, clustering, k), find_changes(run, text, state, layer)
    clusters = find_clusters(clustering, k)
    return glyph_row(find_reading(run, text), flow, changes, run.vocabulary, run.classes, clusters, state, layer)


@st.cache_resource(max_entries=64, show_spinner=False)
def reading_of(run_id: str, digest: str, checkpoint: int | None, text: str) -> Reading:
    """What `find_reading` finds."""
    reading = read_text(network_of(run_id, digest, checkpoint), find_run(run_id).vocabulary, text)
    for array in (*reading.states.values(), reading.surprise_nats):
        array.flags.writeable = False
    return reading


@st.cache_resource(max_entries=64, show_spinner=False)
def _changes(run_id: str, recorded: str, text: str, state: str, layer: int) -> TokenChanges:  # noqa: ARG001
    run = find_run(run_id)
    return token_changes(find_reading(run, text), find_recording(run).response(state, layer))


@st.cache_resource(max_entries=8, show_spinner=False)
def _unit_values(run_id: str, digest: str, text: str, layer: int, quantity: str) -> np.ndarray:
    reading = reading_of(run_id, digest, None, text)
    values = unit_values(network_of(run_id, digest), reading, layer, quantity)
    values.flags.writeable = False
    return values


@st.cache_resource(max_entries=64, show_spinner=False)
def _occurrence(
    run_id: str,
    recorded: str,  # noqa: ARG001 (part of the key)
    text: str,
    position: int,
    state: str,
    layer: int,
) -> Occurrence:
    run = find_run(run_id)
    return compare_occurrence(find_reading(run, text), position, find_recording(run).response(state, layer))
