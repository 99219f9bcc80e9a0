"""The page Units: flipping, figures, contexts, names and notes; for every kind of run."""

import io
import json
import re

import numpy as np
import pytest

from analysis.recording.recorded_states import import_states
from analysis.recording.store import RecordingOptions, stored_recording
from analysis.strongest_contexts import recorded_text
from analysis.unit_measures import unit_measures
from app.unit_notes import make_note, notes_file, read_notes, write_note
from models.run import open_run

RUN = "toy-words-lstm"
HOSTILE = ["<img src=x onerror=alert(1)>", "**bold** :red[x]", "שלום", "e\u0301👩‍👩‍👧", "x" * 1000, "unit"]


def said(app) -> str:
    kinds = (app.error, app.warning, app.info, app.markdown, app.caption, app.header, app.subheader, app.text)
    return " ".join(element.value for kind in kinds for element in kind).replace("\\", "")


def shown_unit(app) -> int:
    return int(re.match(r"Unit (\d+)", app.header[0].value).group(1))


def ranked(app):
    return next(e.value for e in app.dataframe if "activity" in e.value.columns and len(e.value) > 1)


def keep(app) -> None:
    next(button for button in app.button if button.label == "Keep").click().run()


@pytest.fixture
def measures(recorded_home, monkeypatch):
    monkeypatch.setenv("RNNSCOPE_HOME", str(recorded_home))
    return unit_measures(stored_recording(open_run(RUN), RecordingOptions()), "hidden", 1)


@pytest.mark.parametrize("order", ["number", "activity", "saturation", "strongest response"])
def test_flipping_goes_through_all_units_in_the_chosen_order(open_page, measures, order):
    app = open_page("units", run=RUN, order=order)
    expected = measures.order(order, np.zeros(16)).tolist()
    assert ranked(app)["unit"].tolist() == expected
    start = expected.index(int(measures.activity.argmax()))
    assert shown_unit(app) == expected[start]
    for step in range(1, 4):
        app.button(key="next-unit").click().run()
        assert shown_unit(app) == expected[(start + step) % 16]
    for _ in range(4):
        app.button(key="previous-unit").click().run()
    assert shown_unit(app) == expected[start - 1]
    assert app.query_params["unit"] == str(expected[start - 1])
    assert not app.exception


def test_units_of_a_cluster_follow_each_other(open_page):
    found = ranked(open_page("units", run=RUN, order="cluster", k="3"))
    assert found["cluster"].is_monotonic_increasing
    assert found["cluster"].nunique() == 3


def test_up_to_four_units_stand_side_by_side(open_page):
    app = open_page("units", run=RUN, unit="3")
    app.multiselect(key="beside").set_value([3, 4, 5]).run()  # 3 is there already
    assert not app.exception
    assert app.dataframe[0].value["unit"].tolist() == [3, 4, 5]
    boxes = json.loads(app.get("plotly_chart")[0].proto.spec)["layout"]
    assert [note["text"] for note in boxes["annotations"]] == ["unit 3", "unit 4", "unit 5"]
    app.button(key="next-unit").click().run()
    assert app.dataframe[0].value["unit"].tolist()[1:] == [3, 4, 5]  # they stay while the first one flips


def test_the_strongest_words_stand_from_the_highest_to_the_lowest(open_page, measures):
    app = open_page("units", run=RUN, unit="3")
    boxes = json.loads(app.get("plotly_chart")[0].proto.spec)
    means = next(trace for trace in boxes["data"] if trace.get("hovertemplate"))
    names = [name.strip("\u2068\u2069") for name in means["text"]]
    table = next(e.value for e in app.dataframe if "sampled" in e.value.columns).set_index("word")["mean"]
    shown = table[names].tolist()
    assert shown == sorted(shown, reverse=True)
    assert shown[0] == table.max() == pytest.approx(measures.raised_by[3])
    assert shown[-1] == table.min() == pytest.approx(measures.lowered_by[3])
    assert "none is too rare" in said(app)
    assert "that occur fewer than 30 times are left out" in said(open_page("units", run="toy-bytes-gru"))


def test_contexts_come_with_their_text(open_page, recorded_home, monkeypatch):
    app = open_page("units", run=RUN, unit="3")
    monkeypatch.setenv("RNNSCOPE_HOME", str(recorded_home))
    run = open_run(RUN)
    ids = recorded_text(run, stored_recording(run, RecordingOptions())).ids
    table = next(e.value for e in app.dataframe if "position" in e.value.columns)
    assert len(table) == 20
    for place in table.itertuples():
        assert place.token == run.vocabulary.display(int(ids[place.position]))


def test_without_the_corpus_the_reason_is_said(open_page, damaged_home):
    for path in (damaged_home / "corpora" / "toy-words").iterdir():
        path.unlink()
    app = open_page("units", home=damaged_home, run=RUN)
    assert not app.exception
    assert "The places are known, but not what stands there" in said(app)
    table = next(e.value for e in app.dataframe if "position" in e.value.columns)
    assert table["token"].isna().all()
    assert (table["position"] >= 0).all()


def test_a_name_and_a_note_are_kept_and_shown(open_page, damaged_home, monkeypatch):
    app = open_page("units", home=damaged_home, run=RUN, unit="3")
    app.text_input[0].set_value("<b>plural</b> *s*")
    app.text_area[0].set_value(":red[x]\n    $x^2$")
    keep(app)
    assert not app.exception
    assert not app.error
    assert "<b>plural</b> *s*" in said(app)
    assert ":red[x]\n    $x^2$" in app.text[0].value
    assert ranked(app).set_index("unit")["own name"][3] == "<b>plural</b> *s*"
    monkeypatch.setenv("RNNSCOPE_HOME", str(damaged_home))
    assert read_notes(open_run(RUN))["hidden", 2, 3].name == "<b>plural</b> *s*"
    again = open_page("units", home=damaged_home, run=RUN, unit="3")
    assert again.text_input[0].value == "<b>plural</b> *s*"
    again.button(key="next-unit").click().run()
    assert again.text_input[0].value == ""


def test_two_tabs_lose_nothing_of_each_other(open_page, damaged_home, monkeypatch):
    monkeypatch.setenv("RNNSCOPE_HOME", str(damaged_home))
    one, other = (open_page("units", home=damaged_home, run=RUN, unit="3") for _ in range(2))
    one.text_input[0].set_value("of one")
    keep(one)
    other.text_input[0].set_value("of the other")
    keep(other)
    assert "changed somewhere else meanwhile" in said(other)
    assert "of one" in said(other)
    assert read_notes(open_run(RUN))["hidden", 2, 3].name == "of one"
    assert other.text_input[0].value == "of the other"  # what was typed is still there
    keep(other)
    assert read_notes(open_run(RUN))["hidden", 2, 3].name == "of the other"
    one.run()
    assert one.text_input[0].value == "of the other"  # untouched since, so it follows


def test_a_damaged_file_of_notes_is_said_and_left_alone(open_page, damaged_home, monkeypatch):
    monkeypatch.setenv("RNNSCOPE_HOME", str(damaged_home))
    run = open_run(RUN)
    write_note(run, make_note("hidden", 1, 3, "mine", ""), None)
    notes_file(run).write_text('{"schema": 1')
    for page in ("units", "words"):
        app = open_page(page, home=damaged_home, run=RUN, unit="3")
        assert not app.exception
        assert "cannot be read" in said(app)
        assert not app.text_input
    assert notes_file(run).read_text() == '{"schema": 1'


def test_recorded_states_with_hostile_words_say_what_is_missing(open_page, damaged_home, monkeypatch):
    monkeypatch.setenv("RNNSCOPE_HOME", str(damaged_home))
    draw, content = np.random.default_rng(0), io.BytesIO()
    tokens = np.array([*HOSTILE, "a", "b", "c"])
    np.savez(content, tokens=draw.choice(tokens, 900), states=draw.normal(size=(900, 1, 5)).astype(np.float32))
    path = damaged_home / "walk.npz"
    path.write_bytes(content.getvalue())
    run, _ = import_states(path)
    for page in ("units", "words"):
        app = open_page(page, home=damaged_home, run=run.id)
        assert not app.exception
        assert not app.error
    app.multiselect(key="compare").set_value(HOSTILE).run()
    assert not app.exception
    for chart in app.get("plotly_chart"):
        assert "<img" not in chart.proto.spec
        assert "x" * 100 not in chart.proto.spec
    app = open_page("units", home=damaged_home, run=run.id)
    assert "gates and histograms were not among them" in said(app)
    assert "without the text around them" in said(app)
    labels = json.loads(app.get("plotly_chart")[0].proto.spec)["layout"]["yaxis"]["ticktext"]
    assert all(len(label) < 40 for label in labels)
    assert not any("<img" in label for label in labels)


def test_a_classifier_and_bytes_have_units_too(open_page, classifier_home):
    for run, count in (("reviews-gru", 6), ("toy-bytes-gru", 12)):
        app = open_page("units", home=classifier_home, run=run)
        assert not app.exception
        assert not app.error
        found = ranked(app)
        assert len(found) == count
        assert {"reset gate < .1", "update gate > .9"} <= set(found.columns)
