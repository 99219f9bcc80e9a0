"""The page Models: every model of a corpus beside n-grams."""

import base64
import json
import shutil

import numpy as np
import pytest

from analysis.ngrams.store import ensure_ngram_scores
from analysis.ngrams.window_store import ensure_window_scores
from analysis.predictions.store import is_predicted
from data_prep.corpus import open_corpus
from models.run import open_run


def said(app) -> str:
    kinds = (app.error, app.warning, app.info, app.markdown, app.caption)
    return " ".join(element.value for kind in kinds for element in kind).replace("\\", "")


def figures(app) -> list[dict]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def numbers_of(values) -> list[float]:
    if isinstance(values, dict):  # Plotly packs arrays
        values = np.frombuffer(base64.b64decode(values["bdata"]), dtype=values["dtype"])
    return list(values)


@pytest.fixture
def bytes_page(open_page, damaged_home):
    for stored in damaged_home.glob("results/*/*"):
        if stored.name.startswith(("predictions", "window")):  # another test may have asked for them
            shutil.rmtree(stored)
    return open_page("models", home=damaged_home, run="toy-bytes-gru")


def test_networks_stand_beside_the_ngrams_of_their_corpus(bytes_page):
    assert not bytes_page.exception
    scores, run = ensure_ngram_scores(open_corpus("toy-bytes")), open_run("toy-bytes-gru")
    contexts, grid, models = figures(bytes_page)
    line = next(trace for trace in contexts["data"] if trace["name"].startswith("n-gram"))
    assert numbers_of(line["y"]) == pytest.approx(scores.cross_entropy_nats.tolist())
    level = next(trace for trace in contexts["data"] if trace["name"].startswith("a network"))
    assert set(numbers_of(level["y"])) == {run.test["cross_entropy_nats"]}
    assert f"<b>{run.test['cross_entropy_nats']:.3f}</b>" in json.dumps(grid["layout"]["annotations"])
    assert "n-gram 9" in json.dumps(models["data"])
    table = bytes_page.dataframe[0].value
    assert table["nats per token"].is_monotonic_increasing
    assert set(table["model"]) >= {"toy-bytes-gru", "n-gram 0", "n-gram 19"}


def test_a_network_joins_the_map_when_it_has_read_the_test_part(bytes_page):
    assert "1 of 1 networks have not read the test part" in said(bytes_page)
    assert '"gru"' not in json.dumps(figures(bytes_page)[2]["data"])
    assert not is_predicted(open_run("toy-bytes-gru"))
    next(button for button in bytes_page.button if button.label == "Read it now").click().run()
    assert is_predicted(open_run("toy-bytes-gru"))
    assert "have not read" not in said(bytes_page)
    assert '"gru"' in json.dumps(figures(bytes_page)[2]["data"])
    table = bytes_page.dataframe[0].value
    assert np.isfinite(table.loc[table["model"] == "toy-bytes-gru", "± standard error"]).all()


def test_a_trained_network_over_n_tokens_has_a_line_of_its_own(bytes_page):
    assert not any(trace["name"].startswith("n-NN") for trace in figures(bytes_page)[0]["data"])
    scores = ensure_window_scores(open_corpus("toy-bytes"), 2)
    bytes_page.run()
    line = next(trace for trace in figures(bytes_page)[0]["data"] if trace["name"].startswith("n-NN"))
    assert numbers_of(line["y"]) == pytest.approx([scores.cross_entropy_nats])


def test_another_corpus_is_chosen_in_the_address(open_page, damaged_home):
    app = open_page("models", home=damaged_home, run="toy-bytes-gru", models_of="toy-words")
    assert app.selectbox(key="models_of").value == "toy-words"
    assert "toy-words-lstm" in set(app.dataframe[0].value["model"])
    assert "perplexity" in app.dataframe[0].value


def test_without_its_corpus_a_run_is_shown_alone(open_page, damaged_home):
    (damaged_home / "corpora" / "toy-bytes").rename(damaged_home / "away")
    app = open_page("models", home=damaged_home, run="toy-bytes-gru")
    assert not app.exception
    assert "no n-gram models to compare with" in said(app)
    assert list(app.dataframe[0].value["model"]) == ["toy-bytes-gru"]
    assert len(figures(app)) == 2
    low, high = figures(app)[0]["layout"]["yaxis"]["range"]
    assert low < np.log10(app.dataframe[0].value["nats per token"][0]) < high < low + 0.3
    assert "line of n-grams" not in said(app)
    assert "recalled" not in said(app)
