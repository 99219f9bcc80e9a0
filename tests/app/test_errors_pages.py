"""The pages Errors and Long range: their numbers are the library's, every choice stands in the address."""

import json
import shutil

import numpy as np
import pytest

from analysis.errors.breakdown import break_down, what_becomes
from analysis.errors.clues import NEVER, Clues
from analysis.errors.error_sets import error_sets
from analysis.errors.of_runs import break_down_run
from analysis.errors.oracle_settings import OracleSettings
from analysis.predictions.store import ensure_predictions
from app.tables.errors import crossing_groups
from models.run import open_run

WORDS, BYTES = "toy-words-lstm", "toy-bytes-gru"
COPY = "zz-copy"


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    """What is computed beside the page is waited for."""
    monkeypatch.setattr("app.panels.errors.predicted.PATIENCE", 60)


@pytest.fixture(scope="module")
def home(recorded_home, tmp_path_factory):
    """A home with a third run: the bytes model with a damaged mind."""
    home = shutil.copytree(recorded_home, tmp_path_factory.mktemp("errors") / "home")
    shutil.copytree(home / "runs" / BYTES, home / "runs" / COPY)
    return home


@pytest.fixture
def open_here(open_page, home):
    return lambda page, **query: open_page(page, home=home, **query)


def said(app) -> str:
    kinds = (app.error, app.warning, app.info, app.markdown, app.caption)
    return " ".join(element.value for kind in kinds for element in kind).replace("\\", "")


def charts(app) -> list[dict]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def test_the_breakdown_of_two_models(open_here):
    app = open_here("errors", run=BYTES, threshold="0.6", ngrams="2")
    assert not app.exception
    assert app.multiselect(key="against").value == [COPY]
    settings = OracleSettings(0.6)
    expected = break_down_run(open_run(BYTES), settings)
    table = app.dataframe[0].value
    assert table[f"errors, {BYTES}"].tolist() == expected.counts.tolist()
    assert table[f"share of all loss, {COPY}"].tolist() == pytest.approx(expected.loss_shares.tolist())
    crossing = app.dataframe[2].value.iloc[:, 1:].to_numpy()
    np.testing.assert_array_equal(crossing, what_becomes(expected, expected))
    assert f"{expected.errors / expected.predicted:.1%}" in said(app)
    assert f"{expected.ngram.any:.1%}" in said(app)


def test_errors_of_one_and_of_both_add_up_by_kind():
    draw = np.random.default_rng(0)
    nothing = np.full(500, NEVER)
    clues = Clues(None, nothing, nothing, draw.random(500) < 0.5, draw.random(500) < 0.5)
    found = [break_down(np.log(draw.random(500)), clues, OracleSettings()) for _ in "ab"]
    parts, groups = crossing_groups(what_becomes(*found), found[0])
    assert groups == ["word model", "punctuation", "boost"]
    for columns, one in (((0, 1), found[0]), ((1, 2), found[1])):
        assert parts[:, columns].sum(1).tolist() == [one.groups()[group][0] for group in groups]


def test_a_picked_kind_has_examples_and_the_next_draw_has_others(open_here):
    app = open_here("errors", run=BYTES, kind="punctuation")
    assert app.selectbox(key="kind").value == "punctuation"
    assert "drawn at random" in said(app)
    table = next(one.value for one in app.dataframe if "before" in one.value)
    run = open_run(BYTES)
    made = ensure_predictions(run)
    for _, row in table.iterrows():
        place = row["token of the test part"]
        assert row["token"] == run.vocabulary.display(int(made.ids[place]))
        assert row[f"probability, {BYTES}"] == pytest.approx(made.probabilities[place])
    app.button(key="breakdown-examples-draw").click().run()
    assert not app.exception
    assert app.query_params["draw"] in ("1", ["1"])


def test_errors_in_common_and_token_by_token(open_here):
    app = open_here("errors", run=BYTES, **{"errors-of": "Errors in common"})
    assert not app.exception
    log_p = ensure_predictions(open_run(BYTES)).probabilities
    expected = error_sets([BYTES, COPY], [log_p, log_p])
    assert app.dataframe[0].value["tokens"].tolist() == expected.counts.tolist()
    app = open_here("errors", run=BYTES, **{"errors-of": "Token by token"})
    assert not app.exception
    assert (app.dataframe[0].value["sure"] == 0).all()


def test_a_link_picks_the_same_in_the_chart_as_in_the_box(open_here):
    query = {"run": BYTES, "errors-of": "Token by token"}
    name = open_here("errors", **query).selectbox(key="token").options[5]
    app = open_here("errors", token=name, **query)
    assert app.selectbox(key="token").value == name
    sizes = [
        size for trace in charts(app)[0]["data"] if trace.get("marker")
        for size in trace["marker"]["size"]
    ]  # fmt: skip
    assert [row for row, size in enumerate(sizes) if size == max(sizes)] == [5]


def test_bins_of_one_width_stand_on_an_even_axis(open_here):
    for bins, kind in (("10 wide", None), ("ever wider", "log")):
        app = open_here("long_range", run=BYTES, what="end of a line", farthest="50", bins=bins)
        axis = charts(app)[0]["layout"]["xaxis"]
        assert axis.get("type") == kind


def test_one_model_alone_and_one_of_words(open_here):
    for part in ("What would help", "Errors in common", "Token by token"):
        app = open_here("errors", run=WORDS, **{"errors-of": part})
        assert not app.exception
        assert not app.error
        assert app.multiselect(key="against").disabled
        assert "2 because it has another vocabulary" in app.multiselect(key="against").help
    assert "Choose a second model" in said(app)
    assert "reads whole words" in said(open_here("errors", run=WORDS))


def test_by_distance(open_here):
    app = open_here("long_range", run=BYTES, what="end of a line", farthest="50", bins="10 wide")
    assert not app.exception
    table = app.dataframe[0].value
    assert table["to"].diff()[1:].eq(10).all()
    assert {BYTES, COPY, "n-gram 19"} < set(table.columns)
    assert (table[BYTES].dropna() == table[COPY].dropna()).all()
    assert "resamples" in said(app)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"what": "{ }"}, "not every byte of it is in the vocabulary"),
        ({"what": "marks of your own", "marks": "one"}, "two marks"),
        ({"what": "<tag> </tag>"}, "has not one place"),
        ({"what": "marks of your own", "marks": "<b>:red[x] $y$"}, "cannot be looked for"),
    ],
)
def test_what_the_text_does_not_have_is_said(open_here, query, sentence):
    app = open_here("long_range", run=BYTES, **query)
    assert not app.exception
    assert sentence in said(app)


def test_loss_by_length_of_context(open_here):
    app = open_here("long_range", run=BYTES, **{"range-of": "By length of context"})
    assert not app.exception
    table = app.dataframe[0].value
    assert set(table["model"]) == {BYTES, COPY, "n-gram models"}
    own = table[table["model"] == BYTES]
    assert own["excess"].iloc[0] > 0.2 > abs(own["excess"].iloc[-1])
    shows = {"range-of": "By length of context", "context-shows": "lost against all of the text"}
    app = open_here("long_range", run=BYTES, **shows)
    assert not app.exception
    assert charts(app)[0]["layout"]["yaxis"]["type"] == "log"


@pytest.mark.parametrize("page", ["errors", "long_range"])
def test_without_the_corpus_the_command_is_said(open_page, damaged_home, page):
    shutil.rmtree(damaged_home / "corpora" / "toy-bytes")
    app = open_page(page, home=damaged_home, run=BYTES)
    assert not app.exception
    assert "not prepared on this machine" in said(app)
    assert app.code[0].value.startswith("rnnscope prepare ")


@pytest.mark.parametrize("page", ["errors", "long_range"])
def test_a_classifier_is_refused_in_a_sentence(open_page, classifier_home, page):
    app = open_page(page, home=classifier_home, run="reviews-gru")
    assert not app.exception
    assert "does not predict the next token" in said(app)


@pytest.mark.parametrize(
    "query",
    [
        {"against": "nobody", "threshold": "7", "errors-of": "magic"},
        {"ngrams": "x", "kind": "magic", "shares": "soul", "draw": "-1"},
        {"errors-of": "Errors in common", "err": "nobody", "draw": "99999999999999999999"},
        {"errors-of": "Token by token", "token": "<script>"},
        {"what": "magic", "farthest": "-1", "bins": "0", "beside-ngrams": "99"},
        {"range-of": "By length of context", "context-shows": "magic"},
        {"what": "marks of your own", "marks": "\0"},
    ],
)
@pytest.mark.parametrize("page", ["errors", "long_range"])
def test_a_tampered_address_gives_the_defaults(open_here, page, query):
    app = open_here(page, run=BYTES, **query)
    assert not app.exception
    assert app.get("plotly_chart") or app.error


def test_choosing_another_run_forgets_models_that_do_not_fit(open_here):
    app = open_here("errors", run=BYTES, against=COPY)
    app.sidebar.selectbox[0].set_value(WORDS).run()
    assert not app.exception
    assert app.multiselect(key="against").value == []
