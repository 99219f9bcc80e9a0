import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from chromium import find_chromium  # noqa: E402

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


@pytest.fixture(scope="session")
def server(classifier_home, tmp_path_factory):
    """The address of a dashboard over the gallery and a copy of the toy runs, the classifier among them."""
    home = shutil.copytree(classifier_home, tmp_path_factory.mktemp("browser") / "home")
    # One run without a recording, to be recorded from the page.
    for folder in (home / "results").iterdir():
        if any("toy-bytes-gru" in path.read_text() for path in folder.rglob("about.json")):
            shutil.rmtree(folder)
    with dashboard(home) as address:
        yield address


@contextmanager
def dashboard(home: Path) -> Iterator[str]:
    """The address of a dashboard over `home`, on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (home / "server.log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app/main.py", f"--server.port={port}"],
        cwd=ROOT,
        env={**os.environ, "RNNSCOPE_HOME": str(home)},
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    address = f"http://localhost:{port}"
    try:
        _wait_for(f"{address}/_stcore/health", process)
        yield address
    finally:
        os.killpg(process.pid, signal.SIGTERM)  # with all that it started, as by Control-C in a terminal
        process.wait(20)
        log.close()
    assert "Traceback" not in (home / "server.log").read_text()


@pytest.fixture
def restarted(recorded_home, tmp_path):
    """restarted(): a context with the address of a dashboard; each is a new one over the same home, a test's own."""
    home = shutil.copytree(recorded_home, tmp_path / "home")
    yield lambda: dashboard(home)
    for progress in (home / "trainings").glob("*/progress.json"):  # only where the test failed on the way
        with suppress(ProcessLookupError):
            os.kill(json.loads(progress.read_text())["pid"], signal.SIGTERM)


@pytest.fixture(scope="session")
def browser():
    path = find_chromium()
    assert path is not None, "There is no Chromium: run make test, or name one in RNNSCOPE_CHROMIUM."
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS.split())
        yield chromium
        chromium.close()


@pytest.fixture
def visit(server, browser):
    """Open a page of the dashboard in a fresh browser; at the end, nothing went wrong and nothing left this machine."""
    contexts, faults = [], []

    def visit_(path: str, *, first: bool = False, **settings: object):
        context = browser.new_context(viewport={"width": 1280, "height": 720}, **settings)
        contexts.append(context)
        if not first:  # the tour was seen
            context.add_init_script("localStorage.setItem('rnnscope-tour', 'seen')")
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: faults.append(f"page error: {error}"))
        page.on("dialog", lambda dialog: faults.append(f"dialog: {dialog.message}"))
        page.on("console", lambda message: _note(message, faults))
        page.on("request", lambda request: _note_request(request, server, faults))
        page.goto(f"{server}/{path}")
        return page

    yield visit_
    for context in contexts:
        context.close()
    assert faults == []


def _note(message, faults: list[str]) -> None:
    # On a page other than the first, Streamlit looks for its server below the page's address, before it looks here.
    looks_for_server = "/_stcore/" in message.location.get("url", "")
    if message.type == "error" and not looks_for_server:
        faults.append(f"console: {message.text} {message.location}")


def _note_request(request, server: str, faults: list[str]) -> None:
    if not request.url.startswith((server, server.replace("http", "ws"), "data:", "blob:")):
        faults.append(f"request to the outside: {request.url}")


def _wait_for(address: str, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "The dashboard ended at once."
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise AssertionError("The dashboard did not answer within a minute.")
