import shutil
import sys
import time
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

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

    def press(app: AppTest, label: str) -> None:
        next(button for button in app.button if button.label == label).click().run()
        while app.get("progress"):
            time.sleep(0.02)
            app.run()

    return press


@pytest.fixture
def damaged_home(recorded_home, tmp_path):
    """A copy of the home that a test may break."""
    return Path(shutil.copytree(recorded_home, tmp_path / "home"))
