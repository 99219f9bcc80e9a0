"""What the browser draws a memory map from."""

from dataclasses import astuple
from typing import Any

import streamlit as st

from analysis.clusters.decomposition import Treatment
from analysis.recording.store import RecordingOptions
from app.cached.clusters import clusters_of
from app.cached.recordings import RECORDED, find_response, recording_name
from app.cached.runs import find_run
from app.components.memory_map import MapDisplay, memory_map_data
from app.figures.strongest_words import lay_out_strongest
from app.figures.word_cloud import Cloud, lay_out_clouds
from data_prep.parts_of_speech import tag_types
from models.run import Run


def find_map(
    run: Run,
    state: str,
    layer: int,
    words: int,
    treatment: Treatment,
    k: int,
    display: MapDisplay,
    options: RecordingOptions = RECORDED,
    *,
    tagged: bool,
    most: int | None = None,
) -> dict[str, Any]:
    """What the browser draws the memory map from; tagged: with the parts of speech of the words.

    most: words that are drawn of each cloud, the strongest; None for all that fit.
    """
    which = (run.id, recording_name(run, options), options, state, layer, words, treatment, k)
    return _map(*which, astuple(display), tagged, most, display)


@st.cache_resource(max_entries=128, show_spinner=False)
def _clouds(
    run_id: str,
    recorded: str,
    options: RecordingOptions,
    state: str,
    layer: int,
    words: int,
    treatment: Treatment,
    k: int,
    width: int,
    most: int | None,
) -> tuple[Cloud, ...]:
    run = find_run(run_id)
    response = find_response(run, state, layer, words, options)
    clusters = clusters_of(run_id, recorded, options, state, layer, words, treatment, k)
    names = [run.vocabulary.display(token_id) for token_id in response.token_ids]
    if most is not None:
        return lay_out_strongest(names, response.mean, clusters, most, width=width)
    return lay_out_clouds(names, response.mean, clusters, width=width)


@st.cache_resource(max_entries=64, show_spinner=False)
def _map(
    run_id: str,
    recorded: str,
    options: RecordingOptions,
    state: str,
    layer: int,
    words: int,
    treatment: Treatment,
    k: int,
    shown: tuple[Any, ...],  # noqa: ARG001 (the key of what follows)
    tagged: bool,
    most: int | None,
    _display: MapDisplay,
) -> dict[str, Any]:
    run = find_run(run_id)
    response = find_response(run, state, layer, words, options)
    clusters = clusters_of(run_id, recorded, options, state, layer, words, treatment, k)
    clouds = _clouds(run_id, recorded, options, state, layer, words, treatment, k, _display.cloud_width, most)
    names = [run.vocabulary.display(token_id) for token_id in response.token_ids]
    tags = tag_types([run.vocabulary.tokens[token_id] for token_id in response.token_ids]).tags if tagged else ()
    return memory_map_data(run.vocabulary.tokenisation.noun, names, response, clusters, clouds, _display, tags)
