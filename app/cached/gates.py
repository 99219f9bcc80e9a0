"""How far open gates are, over a part of a corpus."""

import numpy as np
import streamlit as st

from analysis.gates.count import GateCounts, recorded_gates
from analysis.gates.saturation import Saturation, saturation
from analysis.gates.store import ensure_gates, gates_key, stored_gates
from analysis.outgoing_weights import outgoing_norms
from analysis.recording.store import RecordingOptions
from analysis.results import find_result
from app.cached.beside import Work, begin_work, begun_work
from app.cached.recordings import find_recording, is_recorded, recording_name
from app.cached.runs import find_run, fingerprint, network_of
from models.run import Run


def are_gates_counted(run: Run, part: str) -> bool:
    """Whether the gates were counted at every token of a part."""
    return find_result(gates_key(run, part, None)) is not None


def begin_counting(run: Run, part: str) -> Work:
    """Count the gates at every token of a part, beside the pages."""
    return begin_work("gates", _key(run, part), lambda tell: ensure_gates(run, part, on_progress=tell), again=True)


def counting_begun(run: Run, part: str) -> Work | None:
    """That counting, if it was begun."""
    return begun_work("gates", _key(run, part))


def find_gates(run: Run, part: str) -> GateCounts | None:
    """The counts of a part of the corpus; of what was recorded where there are none, None where nothing was."""
    folder = find_result(gates_key(run, part, None))
    if folder is not None:
        return _counted(run.id, run.digest, part, fingerprint(folder))
    options = RecordingOptions(split=part)
    return _recorded(run.id, recording_name(run, options), options) if is_recorded(run, options) else None


def find_saturation(run: Run, part: str, below: float, above: float, *, papers_convention: bool) -> Saturation | None:
    """How often the gates were beyond two thresholds; None where nothing was counted."""
    folder = find_result(gates_key(run, part, None))
    recorded = recording_name(run, RecordingOptions(split=part))
    files = fingerprint(folder) if folder else ()
    return _saturation(run.id, recorded, part, files, below, above, papers_convention)


def find_outgoing(run: Run) -> np.ndarray:
    """(L, H): norms of the weights from each unit up; UserError where the run has no weights."""
    return _outgoing(run.id, run.digest)


def _key(run: Run, part: str) -> tuple[str, str, str]:
    return run.id, run.digest, part


@st.cache_resource(max_entries=8, show_spinner=False)
def _counted(
    run_id: str,
    digest: str,  # noqa: ARG001 (part of the key)
    part: str,
    files: tuple[tuple[str, int, int], ...],  # noqa: ARG001 (part of the key)
) -> GateCounts | None:
    return stored_gates(find_run(run_id), part)


@st.cache_resource(max_entries=8, show_spinner=False)
def _recorded(run_id: str, recorded: str, options: RecordingOptions) -> GateCounts | None:  # noqa: ARG001 (key)
    return recorded_gates(find_recording(find_run(run_id), options))


@st.cache_resource(max_entries=32, show_spinner=False)
def _saturation(
    run_id: str,
    recorded: str,  # noqa: ARG001 (part of the key)
    part: str,
    files: tuple[tuple[str, int, int], ...],  # noqa: ARG001 (part of the key)
    below: float,
    above: float,
    papers_convention: bool,
) -> Saturation | None:
    counts = find_gates(find_run(run_id), part)
    if counts is None:
        return None
    return saturation(counts.papers_convention if papers_convention else counts, below, above)


@st.cache_resource(max_entries=16, show_spinner=False)
def _outgoing(run_id: str, digest: str) -> np.ndarray:
    return outgoing_norms(network_of(run_id, digest))
