import shutil
import sys
from pathlib import Path
from threading import Event

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.cached.beside import begin_work

MAIN = str(Path(__file__).resolve().parents[2] / "app" / "main.py")


@pytest.fixture(autouse=True)
def _no_gallery_and_no_cache(monkeypatch, tmp_path):
    monkeypatch.setattr("models.run_folders.GALLERY", tmp_path / "no-gallery")
    st.cache_resource.clear()


@pytest.fixture(autouse=True)
def _the_main_module_stays(monkeypatch):
    """AppTest puts the page in its place, which a process that is started later would then run again."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture(autouse=True)
def _unfolded(monkeypatch):
    """What a page folds away is there for tests, which look at its tables."""
    expander = st.expander

    def unfolded(*arguments, **options):
        return expander(*arguments, **options | {"expanded": True})

    monkeypatch.setattr(st, "expander", unfolded)


@pytest.fixture
def open_page(recorded_home, monkeypatch):
    """Open a page as a visitor would, with what the address says: `open_page("words", run="toy-words-lstm")`."""

    def open_(page: str = "overview", home: Path = recorded_home, **query: str) -> AppTest:
        monkeypatch.setenv("RNNSCOPE_HOME", str(home))
        app = AppTest.from_file(MAIN, default_timeout=60)
        for key, value in query.items():
            app.query_params[key] = value
        app.run()
        if page != "overview":
            app.switch_page(f"views/{page}.py").run()
        return app

    return open_


@pytest.fixture
def press_and_wait():
    """Press a button that begins work beside the page, and go on when that has ended."""

    def press(app: AppTest, label: str, kind: str) -> None:
        # It waits until the page is drawn: CPython before 3.11.8 may fail where two threads parse (gh-106905), as a
        # script that is run and an array file that is read.
        go_on = Event()
        begin_work(kind, "before", lambda _: go_on.wait(), again=True)
        next(button for button in app.button if button.label == label).click().run()
        assert app.get("progress")
        go_on.set()
        begin_work(kind, "after", lambda _: None, again=True).future.result()
        app.run()

    return press


@pytest.fixture
def damaged_home(recorded_home, tmp_path):
    """A copy of the home that a test may break."""
    return Path(shutil.copytree(recorded_home, tmp_path / "home"))
