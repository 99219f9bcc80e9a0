"""The command errors: its numbers are the library's, and what cannot be compared is refused."""

import shutil

import pytest

from analysis.errors.of_runs import break_down_run
from analysis.errors.oracle_settings import OracleSettings
from models.run import open_run

WORDS, BYTES = "toy-words-lstm", "toy-bytes-gru"


@pytest.fixture(autouse=True)
def _use_copied_home(copied_home):
    """Predictions and n-gram models are stored."""
    shutil.copytree(copied_home / "runs" / BYTES, copied_home / "runs" / "again")


def test_the_breakdown_is_that_of_the_library(run_json, run_text):
    found = run_json("errors", BYTES, "--threshold", "0.6", "--memory", "50,200", "--rare", "", "--boosts", "0.3")
    settings = OracleSettings(0.6, memory_lengths=(50, 200), rare_counts=(), boosts=(0.3,))
    expected = break_down_run(open_run(BYTES), settings)
    (model,) = found["models"]
    assert [kind["errors"] for kind in model["kinds"]] == expected.counts.tolist()
    assert sum(kind["errors"] for kind in model["kinds"]) == model["errors"] == expected.errors
    assert model["ngram"]["any"] == expected.ngram.any
    assert model["cross_entropy_nats"] == pytest.approx(open_run(BYTES).test["cross_entropy_nats"], abs=1e-3)
    assert found["settings"]["threshold"] == 0.6
    shown = run_text("errors", BYTES)
    assert "word model: first character of a word" in shown
    assert "right in at least one n-gram model" in shown


def test_two_models_are_laid_beside_each_other(run_json, run_text):
    found = run_json("errors", BYTES, "--against", "again", "--by-distance", "end of a line")
    assert [one["err"] for one in found["sets"]] == [[], [BYTES], ["again"], [BYTES, "again"]]
    assert found["sets"][1]["tokens"] == found["sets"][2]["tokens"] == 0  # a copy errs where the model errs
    assert {one["sure"] for one in found["tokens"]} == {0.0}
    assert found["by_distance"]["bins"][0]["models"].keys() == {
        BYTES,
        "again",
        "n-gram 3",
        "n-gram 9",
        "n-gram 19",
    }
    assert "Errors in common" in run_text("errors", BYTES, "--against", "again")


def test_a_word_model_says_which_oracles_are_left_out(invoked, run_json):
    assert "reads whole words" in " ".join(run_json("errors", WORDS)["left_out"])
    assert "reads whole words" in " ".join(invoked("errors", WORDS).stderr.split())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((BYTES, "--against", WORDS), "another vocabulary"),
        ((BYTES, "--threshold", "0"), "no threshold"),
        ((BYTES, "--memory", "x"), "not a list of numbers"),
        ((BYTES, "--ngram-contexts", "0,50"), "no n-gram model of 50"),
        ((BYTES, "--by-distance", "{ }"), "not every byte"),
        ((BYTES, "--by-distance", "one"), "two marks"),
        ((BYTES, "--split", "train"), "--split"),
        (("nobody",), "no run called"),
    ],
)
def test_what_cannot_be_done_is_said(refused, arguments, sentence):
    assert sentence in refused("errors", *arguments)["error"]
