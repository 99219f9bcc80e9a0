import numpy as np
import pytest
import torch

from analysis.texts import many_texts
from analysis.texts.cluster_flow import cluster_flow
from analysis.texts.many_texts import read_many
from analysis.texts.reading import read_text
from data_prep.encoded_text import LONGEST
from data_prep.errors import UserError
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import build_vocabulary
from models.network import RecurrentClassifier, RecurrentLanguageModel
from models.recipe import ModelSettings

WORDS = [*["the", "cat", "sat", "on", "a", "mat", ".", ",", "because", "it", "was", "tired", "and", "dog", "not"]]
VOCABULARY = build_vocabulary(Tokenisation("words", "none"), WORDS, 100)


def network_of(kind=RecurrentLanguageModel, cell="lstm", seed=6, **settings):
    torch.manual_seed(seed)
    made = ModelSettings(cell=cell, layers=2, units=9, embedding=7, initial_range=1.0, **settings)
    outputs = (3,) if kind is RecurrentClassifier else ()
    return kind(made, len(VOCABULARY), *outputs).eval()


def some_texts(count=40):
    draw = np.random.default_rng(3)
    return [" ".join(draw.choice([*WORDS, "zyzzyva"], draw.integers(1, 30))) for _ in range(count)]


@pytest.mark.parametrize("layer", [0, 1])
@pytest.mark.parametrize("read", ["rnn hidden", "gru hidden", "lstm hidden", "lstm cell"])
def test_a_batch_is_its_texts_one_by_one(read, layer, monkeypatch):
    cell, state = read.split()
    monkeypatch.setattr(many_texts, "CUT_AT_ONCE", 16)
    monkeypatch.setattr(many_texts, "TEXTS_AT_ONCE", 5)
    network, texts = network_of(cell=cell), some_texts()
    many = read_many(network, VOCABULARY, texts, state=state, layer=layer)
    for place, text in enumerate(texts):
        reading = read_text(network, VOCABULARY, text)
        assert many.tokens[place] == len(reading.tokens)
        assert many.unknown[place] == pytest.approx(1 - reading.known.mean())
        flow = cluster_flow(reading.states[state][:, layer], np.zeros(9, int), 1)
        change = np.abs(reading.responses(state)[:, layer]).mean()
        assert many.change[place] == pytest.approx(change, rel=1e-4)
        if len(reading.tokens) == 1:
            assert np.isnan(many.nats[place])
            assert np.isnan(many.kept_rate[place])
        else:
            assert many.nats[place] == pytest.approx(reading.surprise_nats[1:].mean(), rel=1e-4)
            assert many.kept_rate[place] == pytest.approx(flow.kept_rate[1:].mean(), rel=1e-4)


@pytest.mark.parametrize("seed", range(5))
def test_classes_are_those_of_each_text_read_alone(seed):
    network, texts = network_of(RecurrentClassifier, "gru", seed), some_texts()
    labels = [None if place % 4 == 3 else place % 3 for place in range(len(texts))]
    many = read_many(network, VOCABULARY, texts, labels=labels)
    changes = 0
    for place, text in enumerate(texts):
        reading = read_text(network, VOCABULARY, text)
        likeliest = reading.class_probabilities.argmax(1)
        np.testing.assert_allclose(many.class_probabilities[place], reading.class_probabilities[-1], atol=1e-5)
        assert many.predicted[place] == likeliest[-1]
        settled = many.settled[place]
        assert (likeliest[settled:] == likeliest[-1]).all()
        assert settled == 0 or likeliest[settled - 1] != likeliest[settled]
        assert many.settled_tokens[place] == reading.tokens[settled]
        changes += settled > 0
        true = many.label_probability[place]
        assert np.isnan(true) if labels[place] is None else true == many.class_probabilities[place, labels[place]]
    assert 0 < changes < len(texts)  # or else the test above says little
    assert np.isnan(many.nats).all()


def test_a_text_that_cannot_be_read_keeps_its_line():
    many = read_many(network_of(RecurrentClassifier), VOCABULARY, ["the cat", "", "a\0b", "zyzzyva"])
    assert ["nothing to read" in fault for fault in many.faults] == [False, True, False, False]
    assert "NUL" in many.faults[2]
    assert many.tokens.tolist() == [2, 0, 0, 1]
    assert many.predicted[[1, 2]].tolist() == [-1, -1]
    assert np.isnan(many.change[[1, 2]]).all()
    assert np.isnan(many.label_probability).all()
    assert many.unknown[3] == 1


def test_texts_without_a_token_at_all_are_an_answer():
    many = read_many(network_of(), VOCABULARY, ["", " "])
    assert many.tokens.tolist() == [0, 0]
    assert all(many.faults)


def test_a_long_text_is_bounded():
    many = read_many(network_of(), VOCABULARY, ["cat " * (LONGEST + 5), "cat"])
    assert many.tokens.tolist() == [LONGEST, 1]
    assert many.left_out.tolist() == [5, 0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"texts": []}, "no text"),
        ({"state": "cell", "cell": "gru"}, "no cell state"),
        ({"layer": 2}, "layer 3"),
        ({"layer": -1}, "layer 0"),
        ({"labels": [0, 1]}, "knows no classes"),
        ({"labels": [0], "kind": RecurrentClassifier}, "1 labels do not fit 2 texts"),
        ({"labels": [0, 3], "kind": RecurrentClassifier}, "3 classes"),
        ({"bidirectional": True, "kind": RecurrentClassifier}, "bidirectional"),
    ],
)
def test_what_cannot_be_read_is_said(arguments, said):
    settings = {key: arguments.pop(key) for key in ("kind", "cell", "bidirectional") if key in arguments}
    with pytest.raises(UserError, match=said):
        read_many(network_of(**settings), VOCABULARY, **{"texts": ["a cat", "the mat"]} | arguments)


def test_progress_is_told_and_may_cancel(monkeypatch):
    monkeypatch.setattr(many_texts, "CUT_AT_ONCE", 16)
    told = []
    read_many(network_of(), VOCABULARY, some_texts(), on_progress=told.append)
    assert told == [16 / 40, 32 / 40, 1.0]
