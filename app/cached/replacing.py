"""A text with a token replaced."""

from typing import Any

import streamlit as st

from analysis.texts.cluster_flow import cluster_flow
from analysis.texts.replacing import Downstream, Replacement, downstream, replace_token
from analysis.texts.token_changes import token_changes
from app.cached.clusters import Clustering, find_clusters
from app.cached.recordings import find_recording
from app.cached.runs import find_run, network_of
from app.cached.texts import reading_of
from app.components.sentence_glyphs import glyph_row
from models.run import Run


def find_replacement(run: Run, text: str, position: int, tokens: tuple[str, ...]) -> Replacement:
    """A text with one token replaced."""
    return _replacement(run.id, run.digest, text, position, tokens)


@st.cache_resource(max_entries=16, show_spinner=False)
def _replacement(run_id: str, digest: str, text: str, position: int, tokens: tuple[str, ...]) -> Replacement:
    reading = reading_of(run_id, digest, None, text)
    return replace_token(network_of(run_id, digest), find_run(run_id).vocabulary, reading, position, tokens)


@st.cache_resource(max_entries=32, show_spinner=False)
def find_downstream(text: str, position: int, tokens: tuple[str, ...], clustering: Clustering, k: int) -> Downstream:
    """How far that reaches."""
    found, clusters = find_replacement(clustering.run, text, position, tokens), find_clusters(clustering, k)
    return downstream(found, clustering.state, clustering.layer, clusters.unit_labels, clusters.k)


@st.cache_resource(max_entries=16, show_spinner=False)
def find_changed_row(
    text: str, position: int, tokens: tuple[str, ...], clustering: Clustering, k: int
) -> dict[str, Any]:
    """The changed text as the glyphs show it."""
    run, state, layer = clustering.run, clustering.state, clustering.layer
    changed, clusters = find_replacement(run, text, position, tokens).changed, find_clusters(clustering, k)
    flow = cluster_flow(changed.states[state][:, layer], clusters.unit_labels, clusters.k)
    changes = token_changes(changed, find_recording(run).response(state, layer))
    return glyph_row(changed, flow, changes, run.vocabulary, run.classes, clusters, state, layer)
