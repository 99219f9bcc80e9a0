"""A text with a token replaced."""

from typing import Any

import streamlit as st

from analysis.texts.cluster_flow import cluster_flow
from analysis.texts.replacing import Downstream, Replacement, downstream, replace_token
from analysis.texts.token_changes import token_changes
from app.cached.clusters import clusters_of
from app.cached.recordings import RECORDED, find_recording, recording_name
from app.cached.runs import find_run, network_of
from app.cached.texts import reading_of
from app.components.sentence_glyphs import glyph_row
from models.run import Run


def find_replacement(run: Run, text: str, position: int, tokens: tuple[str, ...]) -> Replacement:
    """A text with one token replaced."""
    return _replacement(run.id, run.digest, text, position, tokens)


def find_downstream(run: Run, text: str, position: int, tokens: tuple[str, ...], *clustering: Any) -> Downstream:
    """How far that reaches; `clustering` as the rest of `find_clusters`."""
    return _downstream(run.id, recording_name(run, RECORDED), text, position, tokens, clustering)


def find_changed_row(run: Run, text: str, position: int, tokens: tuple[str, ...], *clustering: Any) -> dict[str, Any]:
    """The changed text as the glyphs show it."""
    return _changed_row(run.id, recording_name(run, RECORDED), text, position, tokens, clustering)


@st.cache_resource(max_entries=16, show_spinner=False)
def _replacement(run_id: str, digest: str, text: str, position: int, tokens: tuple[str, ...]) -> Replacement:
    reading = reading_of(run_id, digest, None, text)
    return replace_token(network_of(run_id, digest), find_run(run_id).vocabulary, reading, position, tokens)


@st.cache_resource(max_entries=32, show_spinner=False)
def _downstream(
    run_id: str, recorded: str, text: str, position: int, tokens: tuple[str, ...], clustering: tuple[Any, ...]
) -> Downstream:
    found = find_replacement(find_run(run_id), text, position, tokens)
    clusters = clusters_of(run_id, recorded, RECORDED, *clustering)
    return downstream(found, *clustering[:2], clusters.unit_labels, clusters.k)


@st.cache_resource(max_entries=16, show_spinner=False)
def _changed_row(
    run_id: str, recorded: str, text: str, position: int, tokens: tuple[str, ...], clustering: tuple[Any, ...]
) -> dict[str, Any]:
    run, (state, layer) = find_run(run_id), clustering[:2]
    changed, clusters = (
        find_replacement(run, text, position, tokens).changed,
        clusters_of(run_id, recorded, RECORDED, *clustering),
    )
    flow = cluster_flow(changed.states[state][:, layer], clusters.unit_labels, clusters.k)
    changes = token_changes(changed, find_recording(run).response(state, layer))
    return glyph_row(changed, flow, changes, run.vocabulary, run.classes, clusters, state, layer)
