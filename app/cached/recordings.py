"""Recordings, and what follows from one without clustering."""

from typing import Any

import streamlit as st

from analysis.recording.result import ExpectedResponse, Recording
from analysis.recording.store import RecordingOptions, recording_folder, stored_recording, stored_texts
from analysis.results import results_home
from analysis.similarity import Nearest, nearest_words, without_rare
from analysis.strongest_contexts import RecordedText, recorded_text
from analysis.unit_measures import UnitMeasures, unit_measures
from app.cached.runs import find_run, fingerprint
from data_prep.corpus import corpora_home
from models.run import Run

RECORDED = RecordingOptions()


def is_recorded(run: Run, options: RecordingOptions = RECORDED) -> bool:
    """Whether a recording of a run is stored, by default that of its training part."""
    return recording_folder(run, options) is not None


def find_recording(run: Run, options: RecordingOptions = RECORDED) -> Recording:
    """A stored recording of a run; read again whenever a file of it changed."""
    folder = recording_folder(run, options)
    return _recording(run.id, run.digest, options, fingerprint(folder) if folder else ())


def find_response(
    run: Run, state: str, layer: int, words: int, options: RecordingOptions = RECORDED
) -> ExpectedResponse:
    """The expected responses of one layer to the most frequent words."""
    return find_recording(run, options).response(state, layer).most_frequent(words)


def find_banded(run: Run, state: str, layer: int) -> ExpectedResponse:
    """The expected responses of one layer to all words with bands."""
    response = find_recording(run).response(state, layer)
    return response.most_frequent(response.banded)


def find_nearest(run: Run, state: str, layer: int, row: int) -> Nearest:
    """The words with bands by similarity to that in `row`, nearest first, rare ones left out."""
    return _nearest(run.id, recording_name(run, RECORDED), state, layer, row)


def find_unit_measures(run: Run, state: str, layer: int) -> UnitMeasures:
    """What every unit of a layer does, as numbers."""
    return _unit_measures(run.id, recording_name(run, RECORDED), state, layer)


def find_recorded_text(run: Run) -> RecordedText:
    """The text that a run was recorded from; UserError where it is not at hand."""
    name = run.corpus["name"]
    return _recorded_text(run.id, recording_name(run, RECORDED), fingerprint(corpora_home() / name) if name else ())


def find_stored_texts(run: Run) -> dict[str, str]:
    """Texts of the user's own that this run was recorded on: digest → title."""
    home = results_home(run)
    return _stored_texts(run.id, run.digest, home.stat().st_mtime_ns if home.is_dir() else 0)


def recording_name(run: Run, options: RecordingOptions) -> str:
    """Names the run and the recording of it that the pages show: what responses and clusters depend on."""
    folder = recording_folder(run, options)
    return f"{run.digest}/{folder.name if folder else None}"


@st.cache_resource(max_entries=8, show_spinner=False)
def _recording(
    run_id: str,
    digest: str,  # noqa: ARG001 (part of the key)
    options: RecordingOptions,
    files: tuple[tuple[str, int, int], ...],  # noqa: ARG001 (part of the key)
) -> Recording:
    return stored_recording(find_run(run_id), options)


@st.cache_resource(max_entries=32, show_spinner=False)
def _stored_texts(run_id: str, digest: str, changed: int) -> dict[str, str]:  # noqa: ARG001 (part of the key)
    return stored_texts(find_run(run_id))


@st.cache_resource(max_entries=256, show_spinner=False)
def _nearest(run_id: str, recorded: str, state: str, layer: int, row: int) -> Nearest:  # noqa: ARG001 (part of the key)
    response = without_rare(find_banded(find_run(run_id), state, layer), keep=row + 1)
    return nearest_words(response, row, len(response.counts))


@st.cache_resource(max_entries=32, show_spinner=False)
def _unit_measures(run_id: str, recorded: str, state: str, layer: int) -> UnitMeasures:  # noqa: ARG001 (part of the key)
    return unit_measures(find_recording(find_run(run_id)), state, layer)


@st.cache_resource(max_entries=8, show_spinner=False)
def _recorded_text(run_id: str, recorded: str, files: Any) -> RecordedText:  # noqa: ARG001 (parts of the key)
    run = find_run(run_id)
    return recorded_text(run, find_recording(run))
