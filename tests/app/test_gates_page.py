"""The page Gates: what the circles are, thresholds, parts of the corpus, and every kind of run."""

import base64
import json
import shutil

import numpy as np
import pytest

from analysis.gates.saturation import saturation
from analysis.gates.store import stored_gates
from analysis.recording.recorded_states import import_states
from analysis.recording.store import RecordingOptions, stored_recording
from models.run import open_run

RUN = "toy-words-lstm"


def said(app) -> str:
    kinds = (app.error, app.warning, app.info, app.markdown, app.caption, app.subheader)
    return " ".join(element.value for kind in kinds for element in kind).replace("\\", "")


def traces(app) -> list[dict]:
    return json.loads(app.get("plotly_chart")[0].proto.spec)["data"]


def values(trace: dict, axis: str) -> np.ndarray:
    found = trace[axis]
    if isinstance(found, dict):  # as Plotly writes arrays
        return np.frombuffer(base64.b64decode(found["bdata"]), found["dtype"])
    return np.array(found, float)


def titles(app) -> list[str]:
    return [one["text"] for one in json.loads(app.get("plotly_chart")[0].proto.spec)["layout"]["annotations"]]


@pytest.fixture
def own_home(classifier_home, tmp_path, monkeypatch):
    home = shutil.copytree(classifier_home, tmp_path / "home")
    monkeypatch.setenv("RNNSCOPE_HOME", str(home))
    return home


def test_a_circle_lies_where_its_unit_was_counted(open_page, own_home):
    app = open_page("gates", home=own_home, run=RUN)
    assert not app.exception
    recording = stored_recording(open_run(RUN), RecordingOptions())
    assert titles(app)[:3] == [f"layer 1 · {gate}" for gate in ("input gate", "forget gate", "output gate")]
    lower, upper = traces(app)[1], traces(app)[4]
    for layer, trace in enumerate((lower, upper)):
        np.testing.assert_allclose(
            values(trace, "x"), recording.right_saturated["forget_gate"][layer] / recording.tokens, atol=1e-6
        )
        np.testing.assert_allclose(
            values(trace, "y"), recording.left_saturated["forget_gate"][layer] / recording.tokens, atol=1e-6
        )
    assert f"every one of {recording.tokens:,} words of the training part" in said(app)


def test_other_thresholds_are_estimated_until_every_token_is_counted(open_page, own_home, press_and_wait):
    app = open_page("gates", home=own_home, run=RUN)
    app.slider(key="edges").set_value((0.23, 0.87)).run()
    distributed = stored_recording(open_run(RUN), RecordingOptions()).distributed
    assert f"estimated from {distributed:,} words" in said(app)
    assert "open above 0.85, shut below 0.25" in said(app)  # the nearest bins of a recording
    press_and_wait(app, "Count every token now", "gates")
    assert not app.exception
    assert "every one of" in said(app)
    assert "open above 0.87, shut below 0.23" in said(app)
    counted = saturation(stored_gates(open_run(RUN), "train"), 0.23, 0.87)
    np.testing.assert_allclose(values(traces(app)[0], "x"), counted.right["input_gate"][0], atol=1e-6)


def test_the_test_part_is_counted_when_asked_for_and_is_then_the_first_to_be_shown(open_page, own_home, press_and_wait):
    app = open_page("gates", home=own_home, run=RUN, part="test part")
    assert "have not been counted" in said(app)
    press_and_wait(app, "Count every token now", "gates")
    tokens = stored_gates(open_run(RUN), "test").tokens
    assert f"every one of {tokens:,} words of the test part" in said(app)
    assert app.query_params["part"] == "test part"
    assert f"{tokens:,} words of the test part" in said(open_page("gates", home=own_home, run=RUN))


def test_the_update_gate_of_a_gru_is_drawn_either_way_round(open_page, own_home):
    app = open_page("gates", home=own_home, run="toy-bytes-gru")
    assert "h′ = (1 − z)·n + z·h" in said(app)
    torchs = traces(app)[1]
    app.selectbox(key="convention").select("the papers' 1 − z").run()
    papers = traces(app)[1]
    np.testing.assert_allclose(values(papers, "x"), values(torchs, "y"))
    np.testing.assert_allclose(values(papers, "y"), values(torchs, "x"))


def test_a_classifier_has_gates_too(open_page, own_home, press_and_wait):
    app = open_page("gates", home=own_home, run="reviews-gru", part="test part")
    press_and_wait(app, "Count every token now", "gates")
    assert not app.exception
    assert len(traces(app)) == 2
    assert "input gate" not in said(app)  # a GRU has none


@pytest.mark.parametrize(
    "query",
    [
        {"edges": "abc"},
        {"edges": "7"},
        {"edges": ["0.9", "0.1"]},
        {"part": "nothing"},
        {"size-by": "<b>"},
        {"layer": "9"},
        {"unit": "99999"},
    ],
)
def test_an_address_that_makes_no_sense_shows_the_default(open_page, query):
    app = open_page("gates", run=RUN, **query)
    assert not app.exception
    assert "open above 0.90, shut below 0.10" in said(app)


@pytest.mark.parametrize("by", ["strongest response", "outgoing weights", "mean forget gate", "all alike"])
def test_the_size_of_a_circle_is_what_was_chosen(open_page, by):
    app = open_page("gates", run=RUN, **{"size-by": by})
    assert not app.exception
    sizes = values(traces(app)[0]["marker"], "size")
    assert (len(set(sizes)) == 1) == (by == "all alike")


def test_recorded_states_have_no_gates(open_page, own_home):
    random = np.random.default_rng(0)
    source = own_home.parent / "states.npz"
    np.savez(source, tokens=np.array(list("abcd") * 100), states=random.normal(size=(400, 5)).astype(np.float32))
    run, _ = import_states(source)
    app = open_page("gates", home=own_home, run=run.id)
    assert not app.exception
    assert "gates were not among them" in said(app)


def test_without_its_corpus_a_run_shows_what_was_recorded(open_page, own_home):
    shutil.rmtree(own_home / "corpora")
    app = open_page("gates", home=own_home, run=RUN, edges=["0.2", "0.8"])
    assert not app.exception
    assert len(traces(app)) == 6
    assert "To count every token" in said(app)
    app = open_page("gates", home=own_home, run=RUN, part="test part")
    assert not app.exception
    assert "toy-words" in app.error[0].value.replace("\\", "")
