"""Long work beside the dashboard: processes of their own that outlive a closed browser tab.

A recording ends with the dashboard. A training does not: its process has a session of its own, and everything about
it stands in its folder, so that a dashboard that is started later finds it again.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from analysis.recording.store import RecordingOptions
from data_prep.sealed_folder import home
from models.training.folder import TrainingFolder

ROOT = Path(__file__).resolve().parent.parent
LEAVING_SECONDS = 20


@dataclass
class Recorder:
    """A running `rnnscope analyse`; title: of the text of the user's own that it records."""

    process: subprocess.Popen
    log: Path
    title: str = ""

    def last_line(self) -> str:
        """The newest line that it wrote."""
        return last_line(self.log)


@dataclass
class Trainer:
    """A `rnnscope train` that this server started; `started` in seconds since 1970."""

    process: subprocess.Popen
    started: float

    def is_alive(self) -> bool:
        """Whether the process is still there."""
        return self.process.poll() is None


@st.cache_resource(show_spinner=False)
def _recorders() -> dict[tuple[str, RecordingOptions], Recorder]:
    return {}


@st.cache_resource(show_spinner=False)
def _trainers() -> dict[str, Trainer]:
    return {}


@st.cache_resource(show_spinner=False)
def starting() -> threading.Lock:
    """Held by whoever looks whether there is a training and then starts it."""
    return threading.Lock()


def recorder_of(run_id: str, options: RecordingOptions) -> Recorder | None:
    """The process that makes this recording of a run, started by any visitor; None when there is none."""
    return _recorders().get((run_id, options))


def texts_in_progress(run_id: str) -> dict[str, str]:
    """Texts of the user's own that this run is being recorded on, or that failed: digest → title."""
    recorders = list(_recorders().items())
    return {options.text: one.title for (of, options), one in recorders if of == run_id and options.text}


def start_recording(run_id: str, options: RecordingOptions, *, title: str = "", text: str = "") -> None:
    """Record a run in a process of its own, unless one does so already.

    title, text: of a text of the user's own, of whose token ids `options` has the digest; the title is a file's name.
    """
    present = recorder_of(run_id, options)
    if present is not None and present.process.poll() is None:
        return
    folder = Path(tempfile.mkdtemp(prefix="rnnscope-"))
    arguments = ["analyse", run_id, "recording", "--json"]
    if options.checkpoint is not None:
        arguments += ["--checkpoint", str(options.checkpoint)]
    if options.text is None:
        arguments += ["--split", options.split]
    else:
        (folder / title).write_text(text, encoding="utf-8", newline="")
        arguments += ["--text", str(folder / title)]
    log = folder / "analyse.log"
    _recorders()[run_id, options] = Recorder(_start(arguments, log), log, title)


def stop_recording(run_id: str, options: RecordingOptions) -> None:
    """End the process that makes this recording; what it wrote so far is removed by itself."""
    recorder = _recorders().pop((run_id, options), None)
    if recorder is not None:
        recorder.process.terminate()


def trainer_of(run_id: str) -> Trainer | None:
    """The process of a training that this server started last; None when it started none."""
    return _trainers().get(run_id)


def start_trainer(folder: TrainingFolder, *, keep: bool = False) -> None:
    """Start a process for a training that none is at. keep: to end it, and keep what it has learnt as a run."""
    former = trainer_of(folder.run_id)
    if former is not None:  # it has said its last word, and may be a moment from leaving
        with suppress(subprocess.TimeoutExpired):
            former.process.wait(LEAVING_SECONDS)
    arguments = ["train", "--resume", folder.run_id, *(["--keep"] if keep else []), "--json"]
    _trainers()[folder.run_id] = Trainer(_start(arguments, training_log(folder), lasting=True), time.time())


def training_log(folder: TrainingFolder) -> Path:
    """What the process of a training writes, its last words included."""
    return folder.path / "log"


def last_line(log: Path) -> str:
    """The newest line of a log; empty when there is none."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _start(arguments: list[str], log: Path, *, lasting: bool = False) -> subprocess.Popen:
    """`rnnscope` with these arguments. lasting: beyond this server's end; and it leaves the server the first core."""
    with log.open("w", encoding="utf-8") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", *arguments],
            cwd=ROOT,
            env={**os.environ, "RNNSCOPE_HOME": str(home().resolve())},  # which may be relative to where we are
            stdout=subprocess.DEVNULL,
            stderr=stream,
            stdin=subprocess.DEVNULL,
            start_new_session=lasting,
        )
    if lasting and hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, process.pid, min(19, os.getpriority(os.PRIO_PROCESS, 0) + 5))
    return process
