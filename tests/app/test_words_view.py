"""The page Words: curves, one unit closely, words alike."""

import json

import numpy as np
import pytest

from analysis.recording.store import RecordingOptions, stored_recording
from analysis.similarity import RARE, nearest_words, without_rare
from app.unit_notes import make_note, write_note
from models.run import open_run

RUN = "toy-words-lstm"


def said(app) -> str:
    kinds = (app.error, app.warning, app.info, app.markdown, app.caption, app.subheader)
    return " ".join(element.value for kind in kinds for element in kind).replace("\\", "")


def figures(app) -> list[dict]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def points(app) -> list[dict]:
    """The traces with a point per unit, one of each word."""
    return [trace for trace in figures(app)[0]["data"] if trace.get("customdata")]


def units(trace) -> list[int]:
    return [int(one[0]) for one in trace["customdata"]]


@pytest.fixture
def response(recorded_home, monkeypatch):
    monkeypatch.setenv("RNNSCOPE_HOME", str(recorded_home))
    return stored_recording(open_run(RUN), RecordingOptions()).response("hidden", 1)


@pytest.fixture
def names(response) -> list[str]:
    vocabulary = open_run(RUN).vocabulary
    return [vocabulary.display(token_id) for token_id in response.token_ids]


@pytest.mark.parametrize("curves", ["one below another", "overlaid"])
def test_units_stand_in_the_order_of_the_first_word_or_each_in_its_own(open_page, response, names, curves):
    app = open_page("words", run=RUN, curves=curves)
    app.multiselect(key="compare").set_value(["cat", "dogs", "shine"]).run()
    orders = [np.argsort(response.mean[names.index(word)]).tolist() for word in ("cat", "dogs", "shine")]
    assert [units(trace) for trace in points(app)] == [orders[0]] * 3
    app = open_page("words", run=RUN, curves=curves, sorted="each its own")
    app.multiselect(key="compare").set_value(["cat", "dogs", "shine"]).run()
    assert [units(trace) for trace in points(app)] == orders


def test_six_words_have_a_panel_each_and_a_seventh_is_not_taken(open_page, names):
    app = open_page("words", run=RUN)
    app.multiselect(key="compare").set_value(names[:6]).run()
    assert not app.exception
    assert len(points(app)) == 6
    assert len({trace["yaxis"] for trace in points(app)}) == 6
    assert app.multiselect(key="compare").proto.max_selections == 6
    assert "to add one, take another out" in said(app)


def test_rare_words_are_marked_each(open_page, recorded_home, monkeypatch):
    monkeypatch.setenv("RNNSCOPE_HOME", str(recorded_home))
    run = open_run("toy-bytes-gru")
    counts = stored_recording(run, RecordingOptions()).response("hidden", 0)
    names = [run.vocabulary.display(token_id) for token_id in counts.token_ids]
    rare = [name for name, count in zip(names, counts.counts, strict=True) if count < RARE]
    app = open_page("words", run=run.id)
    app.multiselect(key="compare").set_value([names[0], rare[0], rare[-1]]).run()
    headings = [note["text"] for note in figures(app)[0]["layout"]["annotations"]]
    assert ["RARE" in heading for heading in headings if "×" in heading] == [False, True, True]
    labels = figures(app)[1]["layout"]["yaxis"]["ticktext"]
    assert ["(rare)" in label for label in labels] == [False, True, True]


def test_without_a_choice_the_unit_that_responds_most_is_looked_at(open_page, response, names):
    app = open_page("words", run=RUN)
    first = names.index(app.multiselect(key="compare").value[0])
    strongest = int(np.abs(response.mean[first]).argmax())
    assert f"Unit {strongest}" in said(app)
    app.selectbox(key="unit").set_value(5).run()
    assert "Unit 5" in said(app)


def test_the_boxes_are_the_recorded_quantiles(open_page, response, names):
    app = open_page("words", run=RUN, unit="5")
    words = app.multiselect(key="compare").value
    table = next(element.value for element in app.dataframe if "sampled" in element.value.columns)
    assert list(table["word"]) == words
    for fraction in response.fractions:
        expected = [response.quantile(fraction)[names.index(word), 5] for word in words]
        np.testing.assert_allclose(table[f"{fraction:.0%}"], expected, rtol=1e-6)


def test_the_words_alike_are_those_of_the_analysis(open_page, response, names):
    app = open_page("words", run=RUN)
    app.multiselect(key="compare").set_value(["cat"]).run()
    frequent = without_rare(response)
    found = nearest_words(frequent, names.index("cat"), len(frequent.counts))
    table = next(element.value for element in app.dataframe if "similarity" in element.value.columns)
    assert list(table["word"]) == [names[row] for row in found.rows]
    assert not table["rare"].any()
    assert table["word"].iloc[0] in {"dog", "bird", "horse", "rabbit", "lamp", "river", "window", "stone", "star"}


def test_a_unit_goes_by_its_own_name(open_page, damaged_home, monkeypatch):
    monkeypatch.setenv("RNNSCOPE_HOME", str(damaged_home))
    write_note(open_run(RUN), make_note("hidden", 1, 5, "<b>plural</b> *s*", ""), None)
    app = open_page("words", home=damaged_home, run=RUN, unit="5")
    assert "<b>plural</b> *s*" in said(app)
    drawn = json.dumps(figures(app)[0])
    assert "<b>plural" not in drawn
    assert "&lt;b&gt;plural" in drawn
    other = open_page("words", home=damaged_home, run=RUN, unit="5", layer="1")
    assert "plural" not in said(other)
