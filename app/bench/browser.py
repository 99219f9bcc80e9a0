"""A dashboard on a port of its own, and a Chromium to look at it, for benches and browser tests."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.pages import section_of

ROOT = Path(__file__).resolve().parents[2]
DASHBOARD = ROOT / "app" / "main.py"
FLAGS = (  # quiet, and for containers
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
TOUR_SEEN = "localStorage.setItem('rnnscope-tour', 'seen')"  # a script that keeps the tour from beginning
STARTS_WITHIN, ENDS_WITHIN = 60, 20  # seconds


@contextmanager
def served(script: Path, log: Path, home: Path | None = None) -> Iterator[str]:
    """The address at which a Streamlit script is served; home: instead of the RNNSCOPE_HOME of this process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", script, f"--server.port={port}", "--server.headless=true"]
    environment = {**os.environ, **({"RNNSCOPE_HOME": str(home)} if home else {})}
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            _wait_for(f"http://localhost:{port}/_stcore/health", process)
            yield f"http://localhost:{port}"
        finally:
            os.killpg(process.pid, signal.SIGTERM)  # with all that it started, as by Control-C in a terminal
            process.wait(ENDS_WITHIN)


def link_to(page: Any, title: str) -> Any:
    """The link to a page of the dashboard in the bar at the top, whose section is unfolded for it."""
    section = section_of(title)
    if not section:
        return page.get_by_test_id("stTopNav").get_by_role("link", name=title, exact=True)
    page.get_by_test_id("stTopNavSection").filter(has_text=section).click()
    return page.get_by_role("menuitem", name=title, exact=True)


def _wait_for(address: str, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError("The dashboard ended at once.")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise RuntimeError("The dashboard did not answer within a minute.")
