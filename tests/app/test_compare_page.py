"""The page Compare: the choice of B, what is matched, what cannot be compared."""

import shutil

import numpy as np
import pytest
import torch

from analysis.clusters.partitions import adjusted_rand_index
from analysis.recording.store import RecordingOptions, ensure_recording, options_for_text
from app import cached
from app.comparing import Side, figures_of, matching, words_in_common
from app.components.mirrored_maps import mirrored_maps_data
from app.components.word_flow import flow_names, word_flow_data
from app.figures.compared_responses import plot_compared_responses
from app.figures.compared_steps import plot_compared_steps
from data_prep.corpus import open_corpus
from models.recipe import Recipe
from models.run import open_run
from models.training.loop import train
from models.training.saving import save_run

VIEWS = ("Memory maps", "Flow of words", "Responses", "Saturation", "One text", "Figures")
WORDS, BYTES = "toy-words-lstm", "toy-bytes-gru"


def said(app) -> str:
    kinds = (app.error, app.warning, app.info, app.markdown, app.caption)
    return " ".join(element.value for kind in kinds for element in kind).replace("\\", "")


def suggested(app) -> list[str]:
    """Run, layer, state, weights and text of B as long as nobody chose."""
    return [boxes(app)[key].proto.placeholder for key in ("b-run", "b-layer", "b-state", "b-weights", "b-text")]


def boxes(app) -> dict:
    """The boxes that choose the sides, by their keys."""
    return {box.key: box for box in app.main.selectbox}


def side(name, run_id, layer, state="hidden", k=4):
    run = open_run(run_id)
    return Side(name, run, cached.RECORDED, layer, state, 40, "combined", k)


@pytest.fixture
def use_recorded_home(recorded_home, monkeypatch):
    monkeypatch.setenv("RNNSCOPE_HOME", str(recorded_home))


@pytest.fixture
def with_checkpoints(damaged_home, monkeypatch):
    """A home in which a run `kept` has checkpoints, of which the first is recorded, and an own text as well."""
    monkeypatch.setenv("RNNSCOPE_HOME", str(damaged_home))
    raw = {
        "corpus": "toy-bytes",
        "model": {"cell": "rnn", "layers": 1, "units": 8, "embedding": 6},
        "training": {"epochs": 1, "batch": 50, "steps": 40, "learning_rate": 0.01, "checkpoints_in_first_epoch": 2},
    }
    recipe, corpus = Recipe.model_validate(raw), open_corpus("toy-bytes")
    run = save_run("kept", recipe, corpus, train(recipe, corpus, device=torch.device("cpu")))
    ensure_recording(run, RecordingOptions())
    ensure_recording(run, RecordingOptions(checkpoint=run.checkpoints[0]["update"]))
    ids = run.vocabulary.encode(tuple("the old cat sleeps in the garden. " * 20))[0]
    ensure_recording(run, options_for_text(ids, RecordingOptions()), ids=ids, title="cats.txt")
    return damaged_home


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("run", [WORDS, BYTES, "reviews-gru"])
def test_every_view_opens_with_a_run_of_every_kind(open_page, classifier_home, run, view):
    app = open_page("compare", home=classifier_home, run=run, **{"b-view": view})
    assert not app.exception
    assert not app.error
    assert "A" in said(app)


@pytest.mark.parametrize("view", VIEWS)
def test_words_and_bytes_have_nothing_in_common_and_the_rest_is_shown(open_page, view):
    app = open_page("compare", run=WORDS, **{"b-run": BYTES, "b-view": view})
    assert not app.exception
    assert not app.error
    expected = {
        "Memory maps": "0 common words",
        "Flow of words": "A reads words, B reads bytes",
        "Responses": "no words in common",
        "One text": "each has a figure of its own",
        "Figures": "cannot be compared",
    }
    assert expected.get(view, "A") in said(app)
    assert len(app.get("plotly_chart")) == {"Responses": 1, "Saturation": 2, "One text": 2}.get(view, 0)


def test_at_first_it_compares_the_layer_with_the_one_below(open_page):
    app = open_page("compare", run=WORDS)
    assert suggested(app) == [WORDS, "1", "hidden", "best", "training part"]
    app = open_page("compare", run=WORDS, layer="1")
    assert suggested(app)[1] == "2"
    one_layer = open_page("compare", run=BYTES)
    assert "Both sides are the same" in said(one_layer)  # of one layer, without a cell state and a run like it


def test_what_is_chosen_for_another_run_gives_way(open_page):
    app = open_page("compare", run=WORDS, **{"b-run": WORDS, "b-layer": "2", "b-state": "cell"})
    keys = ("b-run", "b-layer", "b-state")
    assert [boxes(app)[key].value for key in keys] == [WORDS, "2", "cell"]
    boxes(app)["b-run"].set_value(BYTES).run()
    assert not app.exception
    assert [boxes(app)[key].value for key in keys] == [BYTES, None, None]
    assert suggested(app)[1:3] == ["1", "hidden"]


@pytest.mark.parametrize(
    "query",
    [
        {"b-run": "../../etc"},
        {"b-layer": "9"},
        {"b-state": "soul"},
        {"b-weights": "epoch 7"},
        {"a-weights": "epoch 7"},
        {"a-text": "../../etc"},
        {"b-pick": "B cluster 99"},
        {"b-text": "<script>"},
        {"b-view": "\0"},
        {"b-view": "Flow of words", "b-flow": "A 99 → B 1"},
        {"b-view": "Responses", "b-words": "nobody-says-this"},
        {"b-pick": "A unit 99999"},
        {"b-drawn": "-5", "b-tags": "maybe"},
        {"b-run": WORDS, "b-layer": "2", "k": "abc"},
    ],
)
def test_a_tampered_address_shows_the_defaults(open_page, query):
    app = open_page("compare", run=WORDS, **query)
    assert not app.exception
    assert not app.error


def test_the_agreement_is_that_of_the_clusters_of_the_two_layers(open_page, use_recorded_home):
    first, second = side("A", WORDS, 1), side("B", WORDS, 0)
    labels = [one.clusters().word_labels for one in (first, second)]
    expected = adjusted_rand_index(*labels)  # of one run all words are the same
    assert matching(first, second).adjusted_rand_index == pytest.approx(expected)
    app = open_page("compare", run=WORDS, k="4", words="50", **{"b-view": "Flow of words"})
    shown = Side("A", first.run, cached.RECORDED, 1, "hidden", 50, "combined", 4)
    found = matching(shown, shown.other(first.run, cached.RECORDED, 0, "hidden"))
    assert f"adjusted Rand index of **{found.adjusted_rand_index:.2f}**" in said(app)


def test_the_flow_holds_every_common_word_once(use_recorded_home):
    first, second = side("A", WORDS, 1), side("B", WORDS, 0)
    found, common = matching(first, second), words_in_common(first, second)
    data = word_flow_data(first, second, common, found)
    words = [word for ribbon in data["ribbons"] for word in ribbon["words"]]
    assert sorted(words) == sorted(first.names)
    for ribbon in data["ribbons"]:
        assert len(ribbon["words"]) == found.shared[ribbon["from"], ribbon["to"]]
        assert f"A {ribbon['from'] + 1} → B {ribbon['to'] + 1}" in flow_names(found)
        row = first.names.index(ribbon["words"][0])
        assert first.clusters().word_labels[row] == ribbon["from"]
    for one in data["sides"]:
        assert sorted(one["order"]) == list(range(4))
        assert sum(cluster["words"] for cluster in one["clusters"]) == len(words)


def test_words_of_two_runs_are_matched_by_their_names(use_recorded_home):
    first = side("A", WORDS, 1)
    second = first.other(open_run(WORDS), cached.RECORDED, 0, "cell")
    maps = [{"words": one.names} for one in (first, second)]
    data = mirrored_maps_data((first, second), maps, words_in_common(first, second), matching(first, second))
    assert data["sides"][0]["places"] == list(range(len(first.names)))
    assert not data["sameUnits"]
    foreign = first.other(open_run(BYTES), cached.RECORDED, 0, "hidden")
    data = mirrored_maps_data((first, foreign), maps, words_in_common(first, foreign), None)
    assert set(data["sides"][0]["places"]) == set(data["sides"][1]["places"]) == {-2}
    again = first.other(open_run(WORDS), cached.RECORDED, 1, "hidden")
    assert mirrored_maps_data((first, again), maps, words_in_common(first, again), None)["sameUnits"]


def test_a_checkpoint_is_compared_with_the_best_weights(open_page, with_checkpoints):
    run = open_run("kept")
    update = run.checkpoints[0]["update"]
    query = {"b-run": "kept", "b-weights": f"epoch {run.checkpoints[0]['epoch']:.3g} (update {update})"}
    app = open_page("compare", home=with_checkpoints, run="kept", **query, **{"b-view": "Figures"})
    assert not app.exception
    table = app.dataframe[0].value.set_index("figure")
    assert table.loc["weights", "B"].startswith(f"after update {update}")
    assert table.loc["test bits per character", "B"] == "–"  # what is known of it is not of the test part
    assert f"{run.checkpoints[0]['valid_nats']:.3f}" in table.to_string()
    other = Side("B", run, RecordingOptions(checkpoint=update), 0, "hidden", 40, "combined", 4)
    own = Side("A", run, cached.RECORDED, 0, "hidden", 40, "combined", 4)
    readings = [one.reading("the old cat").surprise_nats for one in (own, other)]
    assert np.nanmax(np.abs(readings[0] - readings[1])) > 0.01
    figures = figures_of(own, other)
    assert figures["A"].surprise_nats < figures["B"].surprise_nats  # it has learnt since


def test_any_checkpoint_is_compared_with_any_other(open_page, with_checkpoints):
    run = open_run("kept")
    early, late = run.checkpoints[0], run.checkpoints[-1]
    assert early["update"] != late["update"]
    ensure_recording(run, RecordingOptions(checkpoint=late["update"]))
    names = [f"epoch {one['epoch']:.3g} (update {one['update']})" for one in (early, late)]
    query = {"a-weights": names[0], "b-run": "kept", "b-weights": names[1], "b-view": "Figures"}
    app = open_page("compare", home=with_checkpoints, run="kept", **query)
    assert not app.exception
    table = app.dataframe[0].value.set_index("figure")
    for place, one in zip("AB", (early, late), strict=True):
        assert table.loc["weights", place].startswith(f"after update {one['update']}")
        assert f"with the weights after update {one['update']}" in said(app)
    sides = [
        Side(name, run, RecordingOptions(checkpoint=one["update"]), 0, "hidden", 1000, "combined", 4)
        for name, one in zip("AB", (early, late), strict=True)
    ]
    for name, figures in figures_of(*sides).items():
        assert table.loc["mean surprise of the tokens (nats)", name] == f"{figures.surprise_nats:.2f}"
    assert table.loc["mean surprise of the tokens (nats)", "A"] != table.loc["mean surprise of the tokens (nats)", "B"]


@pytest.mark.parametrize(("first", "second"), [("A", "B"), ("B", "A")])
def test_a_text_is_recorded_for_the_side_that_is_chosen(open_page, monkeypatch, first, second):
    started, in_progress = [], {}

    def start(run_id, options, *, title, text):
        started.append((run_id, text))
        in_progress[options.text] = title

    monkeypatch.setattr("app.jobs.start_recording", start)
    monkeypatch.setattr("app.jobs.texts_in_progress", lambda _: in_progress)
    app = open_page("compare", run=WORDS, **{"b-run": BYTES})
    app.text_area[0].set_value("the old cat sleeps in the garden").run()
    next(group for group in app.button_group if group.key == "own-side").set_value(first).run()
    next(button for button in app.button if button.label == "Record it").click().run()
    assert not app.exception
    assert started == [({"A": WORDS, "B": BYTES}[first], "the old cat sleeps in the garden")]
    assert boxes(app)[f"{first.lower()}-text"].value.startswith("the-old-cat")
    assert boxes(app)[f"{second.lower()}-text"].value is None


def test_beside_bytes_a_word_model_keeps_its_words(open_page):
    app = open_page("compare", run=BYTES, **{"b-run": WORDS})
    alone = open_page("memory_map", run=WORDS)
    tables = [next(e.label for e in one.expander if e.label.startswith("All words")) for one in (app, alone)]
    count = [label.partition("(")[2] for label in tables]
    assert count[0] == count[1]


@pytest.mark.parametrize("gone", [WORDS, BYTES])
def test_a_run_that_is_deleted_meanwhile_gives_way(open_page, damaged_home, gone):
    app = open_page("compare", home=damaged_home, run=WORDS, **{"b-run": BYTES, "b-pick": "A unit 3"})
    shutil.rmtree(damaged_home / "runs" / gone)
    app.run()
    assert not app.exception
    assert f"There is no run {gone}" in said(app)


def test_a_picked_cluster_lists_its_words_by_where_they_are_on_the_other_side(open_page, use_recorded_home):
    app = open_page("compare", run=WORDS, k="4", words="50", **{"b-pick": "B cluster 2"})
    first = Side("A", open_run(WORDS), cached.RECORDED, 1, "hidden", 50, "combined", 4)
    second = first.other(first.run, cached.RECORDED, 0, "hidden")
    first_of = dict(zip(first.names, first.clusters().word_labels, strict=True))
    words = [name for name, label in zip(second.names, second.clusters().word_labels, strict=True) if label == 1]
    assert f"Cluster 2 of B: {len(words)} words" in said(app)
    for cluster in range(4):
        there = [word for word in words if first_of[word] == cluster]
        assert (f"cluster {cluster + 1} ({len(there)}): " in said(app)) == bool(there)


def test_a_picked_unit_says_what_moves_it(open_page, use_recorded_home):
    app = open_page("compare", run=WORDS, words="1000", **{"b-pick": "A unit 3"})
    response = cached.find_banded(open_run(WORDS), "hidden", 1)
    names = [open_run(WORDS).vocabulary.display(token_id) for token_id in response.token_ids]
    assert "Unit 3 of A" in said(app)
    for way, most in (("raised", response.mean[:, 3].max()), ("lowered", response.mean[:, 3].min())):
        first = said(app).partition(f"{way} most by: ")[2].split()[0]
        assert response.mean[names.index(first), 3] == most


def test_a_text_of_ones_own_is_offered_by_its_title(open_page, with_checkpoints):
    app = open_page("compare", home=with_checkpoints, run="kept", **{"b-run": "kept"})
    offered = boxes(app)["b-text"].options
    assert offered[:3] == ["training part", "validation part", "test part"]
    assert offered[3].startswith("cats.txt (")
    boxes(app)["b-text"].set_value(offered[3]).run()
    assert not app.exception
    assert "cats.txt" in said(app)
    boxes(app)["a-text"].set_value(offered[3]).run()  # A takes it too
    assert "Both sides are the same" in said(app)


def test_what_is_not_recorded_can_be_recorded(open_page, monkeypatch):
    started = []
    monkeypatch.setattr("app.jobs.start_recording", lambda *what, **_: started.append(what))
    app = open_page("compare", run=WORDS, **{"b-text": "test part"})
    assert "has not been recorded on the test part" in said(app)
    next(button for button in app.button if button.label == "Record it now").click().run()
    assert started == [(WORDS, RecordingOptions(split="test"))]


def test_an_own_text_that_says_nothing_is_refused(open_page, monkeypatch):
    monkeypatch.setattr("app.jobs.start_recording", lambda *_, **__: pytest.fail("nothing to record"))
    app = open_page("compare", run=WORDS)
    app.text_area[0].set_value("zyzzyva <b>quux</b> \u202e").run()
    next(button for button in app.button if button.label == "Record it").click().run()
    assert not app.exception
    assert "None of the" in said(app)


@pytest.mark.parametrize(
    "text", ["<b>bold</b> **x** $x^2$", "שלום عالم e\u0301 👩‍👩‍👧", "x" * 5000, "word " * 3000, "a\0b", ""]
)
@pytest.mark.parametrize("run", [WORDS, BYTES])
def test_hostile_text_goes_through_both(open_page, run, text):
    app = open_page("compare", run=run, **{"b-view": "One text"})
    area = next(area for area in app.text_area if area.label == "Text")
    area.set_value(text).run()
    assert not app.exception


def test_markup_in_words_stays_text_in_the_figures(use_recorded_home):
    response = side("A", WORDS, 1).response()
    sides = [(response, [0]), (response, [0])]
    title = (
        plot_compared_responses(sides, ["<img src=x onerror=1>" + "y" * 5000], dark=False).layout.annotations[0].text
    )
    assert "&lt;img" in title
    assert len(title) < 120
    shown = plot_compared_steps(["<b>", "\u202e"], {"change": {"A": np.ones(2)}}, {"change": ".2f"}, dark=True)
    assert shown.layout.xaxis.ticktext[0] == "&lt;b&gt;"
