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
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from data_prep.corpus import Corpus
from data_prep.sealed_folder import home
from models.recipe import Recipe
from models.training_folder import TrainingFolder, find_training
from models.training_job import new_training

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Recorder:
    """A running `rnnscope analyse`."""

    process: subprocess.Popen
    log: Path

    def last_line(self) -> str:
        """The newest line that it wrote."""
        return last_line(self.log)


@dataclass
class _Trainer:
    """A `rnnscope train` that this server started; `started` in seconds since 1970."""

    process: subprocess.Popen
    started: float


@st.cache_resource(show_spinner=False)
def _recorders() -> dict[str, Recorder]:
    return {}


@st.cache_resource(show_spinner=False)
def _trainers() -> dict[str, _Trainer]:
    return {}


@st.cache_resource(show_spinner=False)
def _one_at_a_time() -> threading.RLock:
    return threading.RLock()


def recorder_of(run_id: str) -> Recorder | None:
    """The process that records this run, started by any visitor; None when there is none."""
    return _recorders().get(run_id)


def start_recording(run_id: str) -> None:
    """Record a run in a process of its own, unless one does so already."""
    present = recorder_of(run_id)
    if present is not None and present.process.poll() is None:
        return
    log = Path(tempfile.mkdtemp(prefix="rnnscope-")) / "analyse.log"
    _recorders()[run_id] = Recorder(_start(["analyse", run_id, "recording", "--json"], log), log)


def stop_recording(run_id: str) -> None:
    """End the process that records this run; what it wrote so far is removed by itself."""
    recorder = _recorders().pop(run_id, None)
    if recorder is not None:
        recorder.process.terminate()


def begin_training(recipe: Recipe, corpus: Corpus, run_id: str) -> bool:
    """Begin a training in a process of its own; False when this very one is there already, whoever began it.

    Raises UserError when the id is taken, or nothing can be written.
    """
    with _one_at_a_time():  # two visitors may press the button together
        if find_training(recipe, corpus) is not None:
            return False
        resume_training(new_training(recipe, corpus, run_id))
    return True


def resume_training(folder: TrainingFolder, *, keep: bool = False) -> None:
    """Go on with a training in a process of its own, unless this server's is at it; of two, its lock lets one in.

    keep: end it, and keep what it has learnt as a run.
    """
    arguments = ["train", "--resume", folder.run_id, *(["--keep"] if keep else []), "--json"]
    with _one_at_a_time():
        if training_started(folder.run_id) is None:
            _trainers()[folder.run_id] = _Trainer(_start(arguments, training_log(folder), lasting=True), time.time())


def training_started(run_id: str) -> float | None:
    """When this server started the process of a training, in seconds since 1970; None when it has ended."""
    trainer = _trainers().get(run_id)
    return trainer.started if trainer is not None and trainer.process.poll() is None else None


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
