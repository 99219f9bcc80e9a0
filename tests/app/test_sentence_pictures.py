"""What the pictures of the page Sentences are made of: that the browser gets the numbers, and figures show them."""

import base64
from types import SimpleNamespace

import numpy as np
import pytest

from analysis.texts.cluster_flow import cluster_flow
from analysis.texts.occurrence import Occurrence
from analysis.texts.replacing import Downstream
from analysis.texts.token_changes import TokenChanges
from app.components.sentence_glyphs import LONGEST_TOKEN, NO_UNIT, STRONGEST, glyph_row
from app.components.unit_heatmap import unit_heatmap_data
from app.figures.occurrence import SHOWN, plot_all_units, plot_most_unusual
from app.figures.replacing import plot_downstream
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import build_vocabulary

T, H, K = 6, 14, 3
LABELS = np.array([0] * 7 + [1] * 5 + [-1] * 2)  # cluster 2 has no unit, two units no cluster


def planted_row(token="cat"):
    states = np.random.default_rng(3).normal(size=(T, 1, H))
    reading = SimpleNamespace(
        tokens=(token, "sat") * (T // 2),
        known=np.array([False, True] * (T // 2)),
        responses=lambda _: np.diff(states, axis=0, prepend=0),
        surprise_nats=np.array([np.nan, 1, 2, 3, 4, 5]),
        guess_ids=np.zeros((T, 2), int),
        guess_probabilities=np.full((T, 2), 0.25),
    )
    flow = cluster_flow(states[:, 0], LABELS, K)
    changes = TokenChanges(*(np.arange(1.0, T + 1) for _ in range(6)))
    vocabulary = build_vocabulary(Tokenisation("words", "none"), ["cat", "sat"], 10)
    clusters = SimpleNamespace(k=K, unit_labels=LABELS)
    return states[:, 0], flow, glyph_row(reading, flow, changes, vocabulary, (), clusters, "hidden", 0)


def decoded(row, name, kind, *shape):
    return np.frombuffer(base64.b64decode(row[name]), kind).reshape(T, K, *shape)


def test_the_browser_gets_the_flow_of_every_cluster_per_unit():
    _, flow, row = planted_row()
    shares = decoded(row, "flow", np.uint8, 7) / 255
    sizes = np.maximum(flow.sizes, 1)
    half_a_level = row["reach"] / 255 / 2 + 1e-9
    for place, values in enumerate((flow.held_positive, -flow.held_negative, flow.gained_positive, flow.lost_positive)):
        np.testing.assert_allclose(shares[:, :, place] * row["reach"], values / sizes, atol=half_a_level)
    np.testing.assert_allclose(shares[:, :, 6], flow.kept_rate, atol=0.5 / 255 + 1e-9)
    assert 0 < row["full"] <= row["reach"]


def test_the_units_named_are_those_that_moved_most():
    states, _, row = planted_row()
    moved = np.diff(states, axis=0, prepend=0)
    units = decoded(row, "units", np.uint16, STRONGEST)
    moves = decoded(row, "moves", np.int8, STRONGEST) / 127 * row["largestMove"]
    for cluster in (0, 1):
        own = np.flatnonzero(cluster == LABELS)
        for t in range(T):
            expected = own[np.argsort(-np.abs(moved[t, own]))][:STRONGEST]
            assert units[t, cluster].tolist() == expected.tolist()
            np.testing.assert_allclose(moves[t, cluster], moved[t, expected], atol=row["largestMove"] / 127)
    assert (units[:, 2] == NO_UNIT).all()


def test_a_word_too_long_to_draw_is_cut_and_says_how_long_it_is():
    _, _, row = planted_row("x" * 5000)
    assert row["tokens"][0].endswith("(5,000 characters)")
    assert len(row["tokens"][0]) < LONGEST_TOKEN + 30
    assert row["unknown"] == [0, 2, 4]


def test_the_heatmap_gets_every_value_by_cluster_and_strength():
    values = np.random.default_rng(4).normal(size=(T, H))
    data = unit_heatmap_data(values, 0, ["a"] * T, LABELS, name="hidden state", signed=True, key="")
    levels = np.frombuffer(base64.b64decode(data["levels"]), np.int8).reshape(H, T)
    np.testing.assert_allclose(
        levels / 127 * data["scale"], values[:, data["units"]].T, atol=data["scale"] / 254 + 1e-9
    )
    assert data["clusters"] == [0] * 7 + [1] * 5 + [2] * 2  # the last are of none
    strength = np.abs(values).mean(0)[data["units"]]
    assert (np.diff(strength[:7]) <= 0).all()
    assert (np.diff(strength[7:12]) <= 0).all()


def planted_occurrence():
    draw = np.random.default_rng(5)
    quantiles = np.sort(draw.normal(size=(7, 40)), axis=0)
    own = draw.normal(size=40) * 2
    beyond = np.maximum(own - quantiles[5], 0) + np.minimum(own - quantiles[1], 0)
    fractions = (0.02, 0.09, 0.25, 0.5, 0.75, 0.91, 0.98)
    return Occurrence("hidden", 0, 100, own, quantiles.mean(0), quantiles, fractions, np.full(40, 0.5), beyond)


@pytest.mark.parametrize("dark", [True, False])
def test_units_outside_their_bands_are_diamonds(dark):
    found = planted_occurrence()
    marks = {
        trace.marker.symbol: trace
        for trace in plot_all_units(found, "<b>", dark=dark).data
        if trace.customdata is not None
    }
    assert sorted(marks["diamond"].customdata[:, 0]) == np.flatnonzero(found.unusual).tolist()
    assert len(marks["circle"].x) + len(marks["diamond"].x) == 40
    for trace in marks.values():
        np.testing.assert_array_equal(trace.y, found.own[trace.customdata[:, 0].astype(int)])


def test_the_most_unusual_units_come_first():
    found = planted_occurrence()
    figure = plot_most_unusual(found, "word", dark=False)
    shown = [int(unit) for unit in figure.layout.xaxis.ticktext]
    assert len(shown) == SHOWN
    rest = np.setdiff1d(np.arange(40), shown)
    assert np.abs(found.beyond[shown]).min() >= np.abs(found.beyond[rest]).max()


def test_a_difference_is_drawn_as_measured_and_markup_is_text():
    relative = np.array([0, 0, 0.8, 0.4, 0.2])
    nothing = np.zeros((5, 0))
    found = Downstream(
        "hidden", 0, relative * 3, relative, np.tile(relative[:, None], (1, K)), -relative, nothing, 2, 1, None
    )
    figure = plot_downstream(found, 2, ["<b>"] * 5, ["<unk> a b", "c", "d"], (), dark=False)
    line, bars, clusters = figure.data
    np.testing.assert_array_equal(line.y, relative)
    np.testing.assert_array_equal(bars.y, -relative)
    assert list(bars.marker.pattern.shape) == ["", "", "/", "/", "/"]  # less surprise is hatched
    assert np.shape(clusters.z) == (K, 5)
    assert "<b>" not in figure.to_json()
    assert clusters.y[0] == "1 &lt;unk&gt; a b"
