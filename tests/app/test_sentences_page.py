"""The page Sentences: several texts, a token of them, all units, and what if."""

from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest

from analysis.recording.recorded_states import import_states
from analysis.recording.store import RecordingOptions, stored_recording
from app.examples import THOUGH
from data_prep.errors import UserError
from models.run import open_run

RUNS = ("toy-words-lstm", "toy-bytes-gru", "reviews-gru")
LOOKS = ("one token", "all units", "what if")
HOSTILE = (
    "<img src=x onerror=alert(1)> **bold** [x](http://127.0.0.1)",
    "שלום עולם e\u0301 👩‍👩‍👧 \u202eoverride",
    f"the {'x' * 5000} cat",
    "a",
)


@pytest.fixture
def sentences(open_page, classifier_home):
    def open_(run: str = "toy-words-lstm", **query: str):
        return open_page("sentences", home=classifier_home, run=run, **query)

    return open_


def shown(app) -> list[str]:
    return [area.value for area in app.text_area]


def table(app, column: str):
    return next(element.value for element in app.dataframe if column in element.value.columns)


def said(app) -> str:
    kinds = (app.error, app.warning, app.info, app.markdown, app.caption)
    return " ".join(element.value for kind in kinds for element in kind).replace("\\", "")


def heading(app) -> str:
    return app.subheader[0].value.replace("\\", "")


def metrics(app) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("run", RUNS)
def test_every_kind_of_run_gets_every_look(sentences, run, look):
    app = sentences(run, look=look, instead="a")
    assert not app.exception
    assert not app.error
    assert app.subheader


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("run", RUNS)
def test_hostile_text_is_text_in_every_look(sentences, run, text, look):
    app = sentences(run, look=look, instead=text[:190], text=text, text2=f"{text} again")
    assert not app.exception
    assert shown(app) == [text, f"{text} again"]


def test_a_classifier_begins_with_two_orders_of_the_same_words(sentences):
    app = sentences("reviews-gru")
    assert shown(app) == list(THOUGH)
    assert app.selectbox(key="align").value == "though"
    assert heading(app) == "After token 6 of text 1: though"
    first, second = (float(metrics(app)[f"Text {number}, token {place}"]) for number, place in ((1, 6), (2, 7)))
    ratio = next(metric.delta for metric in app.metric if metric.delta)
    assert float(ratio.split()[0]) == pytest.approx(second / first, abs=0.02)
    assert "text" not in app.query_params


def test_the_first_text_fits_the_run_until_somebody_types(sentences):
    app = sentences("toy-words-lstm")
    (first,) = shown(app)
    app.sidebar.selectbox(key="run").select("reviews-gru").run()
    assert shown(app) == list(THOUGH)
    app.sidebar.selectbox(key="run").select("toy-words-lstm").run()
    assert shown(app) == [first]
    app.text_area[0].set_value("the red cat").run()
    app.sidebar.selectbox(key="run").select("reviews-gru").run()
    assert shown(app) == ["the red cat"]


def test_texts_are_added_and_removed_and_stand_in_the_address(sentences):
    app = sentences("toy-words-lstm", text="the red cat eats")
    for count in (2, 3, 4):
        next(button for button in app.button if button.label == "Add a text").click().run()
        assert len(shown(app)) == count
        assert app.query_params[f"text{count}"] == shown(app)[-1]
    assert all(button.label != "Add a text" for button in app.button)
    kept = [shown(app)[place] for place in (0, 2, 3)]
    app.button(key="remove-text2").click().run()
    assert shown(app) == kept
    assert "text4" not in app.query_params
    assert not app.exception


def test_a_link_brings_texts_token_and_look_back(sentences):
    app = sentences(
        "toy-words-lstm", text="the red cat", text2="a cat sleeps", align="cat", row="2", position="3", look="all units"
    )
    assert shown(app) == ["the red cat", "a cat sleeps"]
    assert app.selectbox(key="align").value == "cat"
    assert app.number_input(key="position").value == 3
    assert heading(app) == "Every unit along the text 2"


@pytest.mark.parametrize(
    "query",
    [
        {"position": "99999"},
        {"position": "x"},
        {"row": "7"},
        {"unit": "99999", "look": "all units"},
        {"quantity": "soul", "look": "all units"},
        {"look": "closer"},
        {"columns": "9-3"},
        {"columns": "<b>"},
        {"columns": "0-99999"},
        {"align": "nobody-says-this"},
        {"units_shown": "none"},
        {"guesses": "perhaps"},
        {"instead": "\0", "look": "what if"},
        {"text4": "alone"},
    ],
)
def test_a_tampered_address_shows_the_defaults(sentences, query):
    app = sentences("toy-words-lstm", **query)
    assert not app.exception
    assert not app.error
    assert app.subheader


def test_another_text_forgets_the_token_of_the_one_before(sentences):
    app = sentences("toy-words-lstm", text="the red cat eats", position="2")
    app.text_area[0].set_value("a dog sleeps").run()
    assert app.number_input(key="position").value is None
    app.number_input(key="position").set_value(3).run()
    next(button for button in app.button if button.label == "Add a text").click().run()
    assert app.number_input(key="position").value == 3  # it is still the same text's


def test_a_word_replaced_by_itself_makes_no_difference(sentences):
    app = sentences(
        "toy-words-lstm", text="the red cat eats in the garden.", position="3", look="what if", instead="cat"
    )
    assert metrics(app)["Difference there"] == "0%"
    assert metrics(app)["Halved after"] == "0 tokens"
    app.text_input(key="instead").set_value("lamp").run()
    assert metrics(app)["Difference there"] != "0%"
    found = table(app, "relative difference")
    assert list(found["token"])[:2] == ["cat", "eats"]
    assert list(found["in the changed text"])[:2] == ["lamp", "eats"]


def test_the_changed_text_can_be_kept_beside(sentences):
    app = sentences("toy-words-lstm", text="the red cat eats.", position="3", look="what if", instead="(leave it out)")
    next(button for button in app.button if button.label == "Keep as another text").click().run()
    assert shown(app) == ["the red cat eats.", "the red eats."]
    assert heading(app) == "In the place of token 3 of text 1: cat"


def test_the_token_is_shown_against_every_other_of_its_word(sentences, monkeypatch, classifier_home):
    app = sentences("toy-words-lstm", text="the red cat eats.", position="3")
    monkeypatch.setenv("RNNSCOPE_HOME", str(classifier_home))
    run = open_run("toy-words-lstm")
    response = stored_recording(run, RecordingOptions()).response("hidden", 1)
    count = response.counts[response.token_ids.tolist().index(run.vocabulary.ids["cat"])]
    assert f"of {count:,} recorded occurrences" in said(app)
    outside = table(app, "percentile")["percentile"]
    unusual = ((outside < 9) | (outside > 91)).sum()
    assert f"as for {unusual:,} of 16 units" in said(app)


def test_a_word_that_was_not_recorded_says_so(sentences, monkeypatch):
    def refuse(*_):
        raise UserError("The recorded text does not have this token.", "Choose a more frequent one.")

    monkeypatch.setattr("app.cached.find_occurrence", refuse)
    app = sentences("toy-words-lstm", text="the red cat eats.", position="3")
    assert "does not have this token" in said(app)
    assert not app.exception
    assert len(table(app, "percentile")) == 16


def test_gates_are_offered_where_there_are_some(sentences):
    words = sentences("toy-words-lstm", look="all units").selectbox(key="quantity").options
    assert sum("gate" in name.split("(")[0] for name in words) == 3
    some_bytes = sentences("toy-bytes-gru", look="all units").selectbox(key="quantity").options
    assert [name.split(" (")[0] for name in some_bytes] == [
        "Hidden state",
        "Change of the hidden state",
        "Reset gate",
        "Update gate",
        "Candidate",
    ]


def test_states_without_a_network_cannot_read_a_text_and_say_so(open_page, damaged_home, monkeypatch, tmp_path):
    monkeypatch.setenv("RNNSCOPE_HOME", str(damaged_home))
    draw = np.random.default_rng(0)
    np.savez(tmp_path / "mine.npz", tokens=draw.choice(["a", "b", "c"], 300), states=draw.normal(size=(300, 1, 6)))
    run, _ = import_states(tmp_path / "mine.npz")
    app = open_page("sentences", home=damaged_home, run=run.id)
    assert not app.exception
    assert "no weights" in said(app) or "no network" in said(app)


def test_a_unit_that_moved_is_opened_in_the_layer_that_is_looked_at(sentences, open_page):
    app = sentences("toy-words-lstm", text="the red cat sleeps", layer="2", state="cell")
    units = table(app, "look")
    address = dict(parse_qsl(urlsplit(units["look"].iloc[0]).query))
    there = open_page("units", **address)
    assert there.header[0].value == f"Unit {units['unit'].iloc[0]}"
    assert there.caption[0].value.startswith("layer 2, cell state")


@pytest.mark.parametrize("page", ["sentences", "memory_map", "units"])
def test_every_table_that_a_page_shows_is_exported(open_page, monkeypatch, page):
    monkeypatch.setattr("app.page_tables.is_wanted", lambda: True)
    app = open_page(page, run="toy-words-lstm", cluster="1", unit="1", beside="2", text="the red cat", position="2")
    exported = [[*table.columns] for _, table in app.session_state["page-tables"]]
    shown = [[column for column in element.value if column != "look"] for element in app.dataframe]
    assert shown
    assert not [columns for columns in shown if columns not in exported]
