import json
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from app.bench.browser import DASHBOARD, FLAGS, TOUR_SEEN, served
from app.bench.chromium import find_chromium

expect.set_options(timeout=15_000)


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


@pytest.fixture(scope="session")
def serve():
    """serve(home): a context with the address of a dashboard over a home of the test's own."""
    return dashboard


@contextmanager
def dashboard(home: Path) -> Iterator[str]:
    """The address of a dashboard over `home`; at the end, it has raised nothing."""
    log = home / "server.log"
    with served(DASHBOARD, log, home) as address:
        yield address
    assert "Traceback" not in log.read_text()


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
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(server, browser):
    """Open a page of the dashboard in a fresh browser; at the end, nothing went wrong and nothing left this machine."""
    contexts, faults = [], []

    def visit_(path: str, *, first: bool = False, **settings: object):
        context = browser.new_context(viewport={"width": 1280, "height": 720}, **settings)
        contexts.append(context)
        if not first:
            context.add_init_script(TOUR_SEEN)
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
