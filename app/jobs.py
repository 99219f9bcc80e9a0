"""Long work beside the dashboard: a process of its own that outlives a closed browser tab."""

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Recorder:
    """A running `rnnscope analyse`."""

    process: subprocess.Popen
    log: Path

    def last_line(self) -> str:
        """The newest line that it wrote."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


@st.cache_resource(show_spinner=False)
def _recorders() -> dict[str, Recorder]:
    return {}


def recorder_of(run_id: str) -> Recorder | None:
    """The process that records this run, started by any visitor; None when there is none."""
    return _recorders().get(run_id)


def start_recording(run_id: str) -> None:
    """Record a run in a process of its own, unless one does so already."""
    present = recorder_of(run_id)
    if present is not None and present.process.poll() is None:
        return
    log = Path(tempfile.mkdtemp(prefix="rnnscope-")) / "analyse.log"
    with log.open("w", encoding="utf-8") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "analyse", run_id, "recording", "--json"],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=stream,
            stdin=subprocess.DEVNULL,
        )
    _recorders()[run_id] = Recorder(process, log)


def stop_recording(run_id: str) -> None:
    """End the process that records this run; what it wrote so far is removed by itself."""
    recorder = _recorders().pop(run_id, None)
    if recorder is not None:
        recorder.process.terminate()
