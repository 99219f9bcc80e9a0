import math

import numpy as np
import pytest

from data_prep.corpus import open_corpus


def test_every_context_length_is_told(copied_home, run_json, run_text):
    said = run_json("ngram", "toy-bytes", "--max-context", "4")
    assert (said["corpus"], said["unit"], said["split"]) == ("toy-bytes", "bytes", "test")
    assert [entry["context"] for entry in said["contexts"]] == [0, 1, 2, 3, 4]
    nats = [entry["test_cross_entropy_nats"] for entry in said["contexts"]]
    assert nats[0] > nats[1] > nats[2] > 0
    test = open_corpus("toy-bytes").splits["test"]
    assert said["tokens"] == len(test)
    shares = np.bincount(test) / len(test)
    entropy = -(shares[shares > 0] * np.log(shares[shares > 0])).sum()
    assert entropy <= nats[0] < entropy + 0.05  # frequencies of the test part itself are the best there can be
    assert said["seconds"] >= 0
    assert said["peak_bytes"] > 1e6
    text = run_text("ngram", "toy-bytes", "--max-context", "4")
    assert f"{nats[4]:.4f}" in text
    assert f"{nats[4] / math.log(2):,.4g}" in text


def test_networks_over_n_tokens_are_trained_beside(copied_home, run_json, run_text):
    said = run_json("ngram", "toy-bytes", "--max-context", "2", "--networks", "2")["networks"]
    assert [one["context"] for one in said] == [1, 2]
    assert said[1]["test_cross_entropy_nats"] < said[0]["test_cross_entropy_nats"] < 3.5
    assert f"2-NN: {said[1]['test_cross_entropy_nats']:.4f}" in run_text("ngram", "toy-bytes", "--networks", "2")


def test_the_unit_of_a_word_model_is_perplexity(copied_home, run_json, run_text):
    nats = run_json("ngram", "toy-words", "--max-context", "1")["contexts"][1]["test_cross_entropy_nats"]
    text = run_text("ngram", "toy-words", "--max-context", "1")
    assert f"{math.exp(nats):,.4g}" in text
    assert "perplexity" in text


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nowhere"], "There is no corpus called nowhere"),
        (["toy-bytes", "--split", "train"], "split cannot be 'train'"),
        (["toy-bytes", "--max-context", "255"], "cannot be counted"),
        (["toy-bytes", "--max-context", "9999999"], "longer than the training part"),
    ],
)
def test_what_cannot_be_done_is_said(copied_home, refused, arguments, reason):
    assert reason in refused("ngram", *arguments)["error"]
