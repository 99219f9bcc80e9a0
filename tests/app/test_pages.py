"""Every page, with a run, with none, with a broken one, for words and bytes, for LSTM and GRU."""

import base64
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from analysis.recording.store import RecordingOptions, recording_folder, stored_recording
from app import cached, jobs, pages
from app.cached import RECORDED
from models.run import open_run

PAGES = tuple(Path(page.path).stem for page in pages.PAGES)
WITHOUT_RUN = ("corpora", "training", "own_model")  # which look at none
RUNS = ("toy-words-lstm", "toy-bytes-gru")


def said(app) -> str:
    kinds = (app.error, app.warning, app.info, app.markdown, app.caption)
    return " ".join(element.value for kind in kinds for element in kind).replace("\\", "")


def figure(app) -> dict:
    return json.loads(app.get("plotly_chart")[0].proto.spec)


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens(open_page, page, run):
    app = open_page(page, run=run)
    assert not app.exception
    assert not app.error
    assert app.title


@pytest.mark.parametrize("page", [page for page in PAGES if page not in WITHOUT_RUN])
def test_without_any_run_a_page_says_what_to_do(open_page, tmp_path, page):
    app = open_page(page, home=tmp_path)
    assert not app.exception
    assert "rnnscope train" in said(app)


@pytest.mark.parametrize("page", PAGES)
def test_a_broken_run_is_named_and_the_others_work(open_page, damaged_home, page):
    weights = damaged_home / "runs" / "toy-words-lstm" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    app = open_page(page, home=damaged_home, run="toy-words-lstm")
    assert not app.exception
    assert app.sidebar.selectbox[0].value == "toy-bytes-gru"
    if page == "overview":
        assert "weights.safetensors has" in said(app)
    else:
        assert "see Overview" in said(app)


@pytest.mark.parametrize("page", ["memory_map", "words", "units", "sentences"])
def test_a_run_without_recording_offers_to_make_one(open_page, damaged_home, monkeypatch, page):
    monkeypatch.setenv("RNNSCOPE_HOME", str(damaged_home))
    folder = recording_folder(open_run("toy-words-lstm"), RECORDED)
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    app = open_page(page, home=damaged_home, run="toy-words-lstm")
    assert not app.exception
    assert "has not been recorded" in said(app)
    assert [button.label for button in app.button] == ["Record it now"]


def test_a_damaged_recording_is_said(open_page, damaged_home, monkeypatch):
    monkeypatch.setenv("RNNSCOPE_HOME", str(damaged_home))
    folder = recording_folder(open_run("toy-words-lstm"), RECORDED)
    (folder / "arrays.npz").write_bytes(b"PK")
    app = open_page("words", home=damaged_home, run="toy-words-lstm")
    assert not app.exception
    assert "damaged" in said(app)


def test_a_changed_run_is_never_shown_from_the_cache(open_page, damaged_home):
    app = open_page(home=damaged_home, run="toy-words-lstm")
    assert not app.warning
    (damaged_home / "runs" / "toy-words-lstm" / "manifest.json").unlink()
    app.run()
    assert "unfinished" in said(app)


@pytest.mark.parametrize(
    "query",
    [
        {"run": "../../etc"},
        {"run": "<script>alert(1)</script>"},
        {"layer": "99"},
        {"layer": "x"},
        {"state": "soul"},
        {"k": "1000"},
        {"words": "-3"},
        {"treatment": "magic"},
        {"word": "\0"},
        {"unit": "-1"},
        {"compare": "nobody-says-this"},
        {"unit": "99999", "beside": "99999", "order": "magic"},
        {"unit": "x", "beside": "-1", "to-unit": "99999"},
        {"curves": "wild", "sorted": "not at all", "bands": "perhaps"},
        {"text": "\0"},
        {"prompt": "\0"},
        {"temperature": "-1", "top_k": "0", "seed": "-1"},
        {"length": "100000", "depth": "0", "minimum": "7"},
        dict.fromkeys(("run", "layer", "state", "k", "look", "row", "b-view", "curves", "align", "word", "unit"), ""),
        dict.fromkeys(("read", "errors-of", "family", "range-of", "shares", "context-shows", "text", "compare"), ""),
    ],
)
@pytest.mark.parametrize("page", PAGES)
def test_a_tampered_address_shows_the_defaults(open_page, page, query):
    app = open_page(page, **query)
    assert not app.exception


def test_cell_state_is_offered_only_where_there_is_one(open_page):
    states = {run: open_page(run=run).sidebar.get("button_group")[1].options for run in RUNS}
    assert states["toy-words-lstm"] == ["hidden", "cell"]
    assert states["toy-bytes-gru"] == ["hidden"]


def test_the_words_figure_shows_the_recording(open_page, recorded_home, monkeypatch):
    app = open_page("words", run="toy-words-lstm", state="cell", layer="1")
    run = open_run("toy-words-lstm")
    response = stored_recording(run, RecordingOptions()).response("cell", 0)
    words = app.multiselect[0].value
    row = [run.vocabulary.display(token_id) for token_id in response.token_ids].index(words[0])
    lines = [trace for trace in figure(app)["data"] if trace.get("customdata")]  # one point per unit
    assert len(lines) == len(words)
    shown = lines[0]["y"]
    if isinstance(shown, dict):  # Plotly packs arrays
        shown = np.frombuffer(base64.b64decode(shown["bdata"]), dtype=shown["dtype"])
    np.testing.assert_allclose(shown, np.sort(response.mean[row]), rtol=1e-5)


@pytest.mark.parametrize(
    "text",
    [
        "<b>bold</b> <script>alert(1)</script>",
        "**bold** [link](http://127.0.0.1) $x^2$ :red[red]",
        "שלום עולם مرحبا",
        "e\u0301 👩‍👩‍👧 \u202eoverride",
        "x" * 5000,
        "word " * 4000,
    ],
)
@pytest.mark.parametrize("run", RUNS)
def test_hostile_text_is_read_as_text(open_page, run, text):
    app = open_page("sentences", run=run)
    app.text_area[0].set_value(text).run()
    assert not app.exception


def test_a_long_text_is_cut_and_said(open_page):
    app = open_page("sentences", run="toy-words-lstm")
    app.text_area[0].set_value("a " * 3000).run()
    assert "1,000 more were left out" in said(app)


@pytest.mark.parametrize(("text", "sentence"), [("", "nothing to read"), ("a\0b", "NUL")])
def test_what_cannot_be_read_is_said_on_the_page(open_page, text, sentence):
    app = open_page("sentences", run="toy-words-lstm")
    app.text_area[0].set_value(text).run()
    assert not app.exception
    assert sentence in said(app)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.txt", b"", "white space"),
        ("picture.txt", b"\x89PNG\r\n\x1a\n\xff\xfe", "not text"),
        ("nul.txt", b"a\0b", "NUL"),
        ("big.txt", b"a word and another. " * 500_000, "more were left out"),
        ("<img src=x>.txt", b"\xff\xff", "not text"),
    ],
)
def test_uploads_are_checked(open_page, name, content, sentence):
    app = open_page("sentences", run="toy-words-lstm")
    app.file_uploader[0].upload(name, content).run()
    assert not app.exception
    assert sentence in said(app)


def test_an_example_replaces_the_text(open_page):
    app = open_page("sentences", run="toy-words-lstm")
    app.selectbox(key="example").select_index(1).run()
    assert app.text_area[0].value == app.selectbox(key="example").value


def test_a_word_and_a_unit_are_never_picked_together(open_page):
    app = open_page("memory_map", run="toy-words-lstm")
    app.selectbox(key="word").select_index(2).run()
    assert app.selectbox(key="unit").value is None
    app.selectbox(key="unit").select_index(3).run()
    assert app.selectbox(key="word").value is None
    assert app.selectbox(key="unit").value == 3


def test_a_cluster_that_another_page_links_to_takes_the_place_of_a_picked_word(open_page):
    app = open_page("memory_map", run="toy-words-lstm")
    app.selectbox(key="word").select_index(2).run()
    app.query_params["to-cluster"] = "3"
    app.run()
    assert (app.selectbox(key="word").value, app.selectbox(key="cluster").value) == (None, 3)


def test_a_recording_that_ends_while_the_page_looks_is_no_failure(open_page, monkeypatch):
    asked = []

    def is_recorded(*_: object) -> bool:
        asked.append(True)
        return len(asked) > 2  # the sidebar asks, then the page, and then the recording is there

    process = SimpleNamespace(poll=lambda: 0 if len(asked) >= 2 else None)
    monkeypatch.setattr(cached, "is_recorded", is_recorded)
    monkeypatch.setattr(jobs, "recorder_of", lambda *_: SimpleNamespace(process=process, last_line=lambda: "done"))
    app = open_page("overview", run="toy-words-lstm")
    asked.clear()
    app.switch_page("views/words.py").run()
    assert not app.error
    assert app.get("plotly_chart")


def test_choices_survive_a_change_of_page(open_page):
    app = open_page("memory_map", run="toy-words-lstm")
    app.selectbox(key="word").select_index(2).run()
    word = app.selectbox(key="word").value
    app.switch_page("views/words.py").run()
    app.switch_page("views/memory_map.py").run()
    assert app.selectbox(key="word").value == word


def test_a_page_that_ends_early_can_be_exported_too(open_page, classifier_home):
    app = open_page("generate", home=classifier_home, run="reviews-gru")
    assert "does not predict the next token" in app.error[0].value.replace("\\", "")
    assert "page-export" in repr(app.sidebar)
    assert not app.exception
