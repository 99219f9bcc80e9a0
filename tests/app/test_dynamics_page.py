"""The page Dynamics: measuring, what it says, and runs that it cannot follow."""

import json
import shutil

import pytest

from analysis.dynamics.store import ensure_dynamics
from models.run import open_run


def said(app) -> str:
    kinds = (app.error, app.warning, app.info, app.markdown, app.caption, app.subheader)
    return " ".join(element.value for kind in kinds for element in kind).replace("\\", "")


@pytest.fixture
def own_home(checkpoints_home, tmp_path, monkeypatch):
    home = shutil.copytree(checkpoints_home, tmp_path / "home")
    monkeypatch.setenv("RNNSCOPE_HOME", str(home))
    return home


def test_it_is_measured_when_asked_for_and_says_what_the_model_resembled(open_page, own_home, press_and_wait):
    app = open_page("dynamics", home=own_home, run="kept")
    assert not app.exception
    assert "Not measured yet" in said(app)
    assert len({code.value for code in app.code}) == 3  # what it wrote needs no measuring
    press_and_wait(app, "Measure it now", "dynamics")
    assert not app.exception
    found = ensure_dynamics(open_run("kept")).dynamics
    names = [found.models[place].rpartition(" ")[2] for place in found.nearest]
    assert f"n-gram model of **{names[0]} bytes** of context" in said(app)
    assert f"to one of **{names[-1]}**" in said(app)
    assert len(app.get("plotly_chart")) == 4
    lines = json.loads(app.get("plotly_chart")[0].proto.spec)["data"]
    assert len({line["line"]["dash"] for line in lines if line["mode"] == "lines+markers"}) == 3  # without colour, too
    app.multiselect(key="track-units").select(5).run()
    tracks = json.loads(app.get("plotly_chart")[3].proto.spec)["data"]
    assert [track["name"] for track in tracks] == ["mean over the layer", "unit 5"]


def test_the_same_seed_writes_the_same(open_page, own_home):
    app = open_page("dynamics", home=own_home, run="kept", **{"track-seed": "7"})
    first = [code.value for code in app.code]
    app.number_input(key="track-seed").set_value(8).run()
    assert [code.value for code in app.code] != first
    app.number_input(key="track-seed").set_value(7).run()
    assert [code.value for code in app.code] == first


def test_without_its_corpus_what_it_wrote_is_still_there(open_page, own_home):
    shutil.rmtree(own_home / "corpora")
    app = open_page("dynamics", home=own_home, run="kept")
    assert not app.exception
    assert "its text is not at hand" in said(app)
    assert len(app.code) == 3


def test_without_networks_over_the_last_tokens_it_says_how_they_are_trained(open_page, own_home):
    app = open_page("dynamics", home=own_home, run="kept", family="n-NN")
    assert not app.exception
    assert "rnnscope ngram toy --networks 6" in said(app)
    shutil.rmtree(own_home / "corpora")
    app = open_page("dynamics", home=own_home, run="kept", family="n-NN")
    assert "its text is not at hand" in said(app)


def test_a_run_without_checkpoints_says_how_they_are_kept(open_page):
    app = open_page("dynamics", run="toy-words-lstm")
    assert not app.exception
    assert "has no checkpoint" in said(app)
    assert "training.checkpoints_in_first_epoch" in said(app)


def test_a_classifier_is_told_apart(open_page, classifier_home):
    app = open_page("dynamics", home=classifier_home, run="reviews-gru")
    assert not app.exception
    assert "tells classes" in said(app)


@pytest.mark.parametrize("query", [{"track-units": "99999"}, {"track-gate": "x"}, {"track-seed": "k"}, {"layer": "9"}])
def test_an_address_that_makes_no_sense_shows_the_default(open_page, own_home, query):
    ensure_dynamics(open_run("kept"))
    app = open_page("dynamics", home=own_home, run="kept", **query)
    assert not app.exception
    assert len(app.get("plotly_chart")) == 4
