"""The page Reading units: every kind of run, texts of one's own, regular expressions, and what cannot be tested."""

import base64

import numpy as np
import pandas as pd
import pytest

from analysis.interpretation.store import InterpretOptions
from app import cached
from app.cached import TextChoice
from app.tables.interpretation import values_table
from models.run import open_run

WORDS, BYTES = "toy-words-lstm", "toy-bytes-gru"
KEY = "coloured-text"


@pytest.fixture
def open_page(open_page, damaged_home):
    """Over a home of the test's own, where results may be stored."""
    return lambda **query: open_page("interpret", **{"home": damaged_home} | query)


def ranking(app) -> pd.DataFrame:
    """The table of properties with the unit that suits each best."""
    return next(table.value for table in app.dataframe if {"property", "strength"} <= set(table.value))


def said(app) -> str:
    kinds = (app.error, app.warning, app.info, app.markdown, app.caption)
    return " ".join(element.value for kind in kinds for element in kind).replace("\\", "")


@pytest.mark.parametrize(("run", "noun"), [(WORDS, "words"), (BYTES, "bytes")])
def test_units_are_ranked_and_the_text_is_there(open_page, run, noun):
    app = open_page(run=run)
    assert not app.exception
    assert not app.error
    ranked = ranking(app)
    assert {"property", "unit", "strength", "chance", "corrected p"} <= set(ranked.columns)
    assert ranked["strength"].between(0, 1).all()
    beyond = ranked["corrected p"] <= 0.05
    assert beyond.any()
    assert not beyond[beyond.argmin() :].any() or beyond.all()  # those beyond chance come first
    assert f"{noun} of the test part of toy-" in said(app)
    assert "How do you know?" in " ".join(heading.value for heading in app.subheader)
    assert len(app.get("plotly_chart")) == 2


def test_what_the_page_shows_is_what_was_scored(open_page, damaged_home, monkeypatch):
    app = open_page(run=WORDS, property="now: noun", unit="3", layer="1")
    monkeypatch.setenv("RNNSCOPE_HOME", str(damaged_home))
    run = open_run(WORDS)
    scores = cached.find_scores(run, TextChoice(100_000), InterpretOptions("hidden", 0))
    score = abs(scores.scores[3, scores.names.index("now: noun")])
    assert f"AUC {(1 + score) / 2:.3f}" in said(app)
    data = cached.find_coloured(
        run, TextChoice(100_000), (0, 1000), "cell", 0, ("now: noun", "", InterpretOptions("hidden", 0))
    )
    assert data["scores"][3] == pytest.approx(scores.scores[3, scores.names.index("now: noun")], abs=1e-4)
    assert sorted(data["order"]) == list(range(16))
    assert len(data["tokens"]) == 1000


@pytest.mark.parametrize("state", ["hidden", "cell"])
def test_the_table_has_what_the_text_is_drawn_from(damaged_home, monkeypatch, state):
    monkeypatch.setenv("RNNSCOPE_HOME", str(damaged_home))
    run, choice, place = open_run(WORDS), TextChoice(100_000), (100, 300)
    noun = next(one for one in cached.find_properties(run, choice) if one.name == "now: noun")
    data = cached.find_coloured(run, choice, place, state, 0, (noun.name, "", None))
    table = values_table(cached.find_excerpt(run, choice, place), (state, 0, [3, 5]), run.vocabulary.tokenisation, noun)
    assert table["position"].tolist() == list(range(101, 401))
    assert table["word"].tolist() == data["tokens"]
    drawn = np.frombuffer(base64.b64decode(data["values"]), np.int8).reshape(16, 300) / 127
    for unit in (3, 5):
        np.testing.assert_allclose(table[f"{data['quantity']}, unit {unit}"], drawn[unit], atol=0.5 / 127 + 1e-6)
    held = np.frombuffer(base64.b64decode(data["marked"]), np.uint8) > 0
    assert held.any()
    assert ((table[noun.name] == "yes") == held).all()


def test_a_regular_expression_is_tested_too(open_page):
    app = open_page(run=BYTES, regex=r"\b[Tt]he\b")
    assert not app.error
    assert r"inside a match of \b[Tt]he\b" in ranking(app)["property"].tolist()
    assert app.selectbox(key="property").placeholder.startswith("inside a match of")


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("(a", "is wrong: missing )"),
        ("x*", "matches nothing but the empty text"),
        ("qqq", "holds nowhere in this text"),
    ],
)
def test_a_bad_regular_expression_leaves_the_rest(open_page, pattern, sentence):
    app = open_page(run=BYTES, regex=pattern)
    assert not app.exception
    assert sentence in said(app)
    assert len(ranking(app))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The text is empty"),
        ("   \n", "The text is empty"),
        ("a\0b", "NUL"),
        ("a", "1 tokens: too few"),
        ('no closing "quote ( and [ and {' * 3, "too few to tell a unit from chance"),
        ("<img src=x onerror=alert(1)> **b** שלום 👩‍👩‍👧 " * 30, "Read:"),
    ],
)
def test_texts_of_ones_own(open_page, text, sentence):
    app = open_page(run=BYTES, read="own text")
    app.text_area(key="passage").set_value(text).run()
    assert not app.exception
    assert sentence in said(app)


def test_a_passage_stands_in_where_there_is_no_corpus(open_page, damaged_home):
    manifest = damaged_home / "corpora" / "toy-bytes" / "manifest.json"
    manifest.unlink()
    app = open_page(run=BYTES)
    assert not app.exception
    assert "a passage written for rnnscope" in said(app)
    assert len(ranking(app))
    assert "Read: 1," in said(app)
    assert "of the passage that comes with rnnscope" in said(app)
    assert "what follows says" in said(app)
    app.text_area(key="passage").set_value("a short one").run()
    assert "of your text" in said(app)
    assert "what follows says" not in said(app)


def test_a_classifier_is_read_text_by_text(open_page, classifier_home):
    app = open_page(run="reviews-gru", home=classifier_home, read="own text")
    assert not app.exception
    app = open_page(run="reviews-gru", home=classifier_home)
    assert not app.exception
    assert "too few to tell a unit from chance" in said(app)
    assert "the likeliest next" not in said(app)


def test_a_run_without_a_network_says_so(open_page, damaged_home, monkeypatch):
    from analysis.recording.recorded_states import import_states

    monkeypatch.setenv("RNNSCOPE_HOME", str(damaged_home))
    draw = np.random.default_rng(0)
    path = damaged_home / "states.npz"
    np.savez(path, tokens=draw.choice(["a", "b", "c"], 400), states=draw.normal(size=(400, 3)))
    run, _ = import_states(path, name="seen-elsewhere")
    app = open_page(run=run.id)
    assert not app.exception
    assert "there is no network to run" in said(app)


@pytest.mark.parametrize(
    "query",
    [
        {"property": "magic", "unit": "99999"},
        {"unit": "-1", "beside": "99999"},
        {"read": "tea leaves", "tokens": "7"},
        {"from": "99999999"},
        {"from": "x", "regex": "\0"},
        {"layer": "9", "state": "soul"},
    ],
)
def test_a_tampered_address_shows_the_defaults(open_page, query):
    app = open_page(run=BYTES, **query)
    assert not app.exception
    assert len(ranking(app))
