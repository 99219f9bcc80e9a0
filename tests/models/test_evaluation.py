import math

import numpy as np
import pytest
import torch

from data_prep.errors import UserError
from models.evaluation import (
    STEPS,
    TEXTS_AT_ONCE,
    classification_figures,
    cross_entropy_nats,
    figures,
    split_streams,
)
from models.network import RecurrentClassifier, RecurrentLanguageModel
from models.recipe import ModelSettings

V = 23


@pytest.fixture(params=["rnn", "gru", "lstm"])
def network(request):
    torch.manual_seed(0)
    network = RecurrentLanguageModel(ModelSettings(cell=request.param, layers=2, units=9, embedding=6, dropout=0.4), V)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(3)  # far from uniform, so that an error shows
    return network


@pytest.fixture
def ids():
    return np.random.default_rng(1).integers(V, size=3 * STEPS + 11).astype(np.uint16)


def test_one_stream_is_the_mean_surprise_of_every_token_but_the_first(network, ids):
    network.eval()
    logits, _ = network(torch.from_numpy(ids[:-1].astype(np.int64))[:, None])
    probabilities = logits[:, 0].double().softmax(1).detach().numpy()
    expected = -np.log(probabilities[np.arange(len(ids) - 1), ids[1:]]).mean()
    network.train()  # evaluating must switch dropout off by itself, and back on
    assert cross_entropy_nats(network, ids) == pytest.approx(expected, abs=1e-5)
    assert network.training


@pytest.mark.parametrize("streams", [2, 7, 20])
def test_a_batch_of_streams_equals_its_rows_one_by_one(network, ids, streams):
    length = (len(ids) - 1) // streams
    rows = [cross_entropy_nats(network, ids[row * length : (row + 1) * length + 1]) for row in range(streams)]
    assert cross_entropy_nats(network, ids, streams=streams) == pytest.approx(np.mean(rows), abs=1e-5)


def test_a_uniform_model_costs_the_logarithm_of_the_vocabulary(network, ids):
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.zero_()
    nats = cross_entropy_nats(network, ids)
    assert nats == pytest.approx(math.log(V), rel=1e-6)
    assert figures(nats, "words")["perplexity"] == pytest.approx(V, rel=1e-5)
    assert figures(nats, "bytes")["bits_per_character"] == pytest.approx(math.log2(V), rel=1e-6)


def test_a_model_that_knows_the_next_token_costs_nothing(network):
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.zero_()
        network.decoder.bias[5] = 50.0
    assert cross_entropy_nats(network, np.full(40, 5)) == pytest.approx(0, abs=1e-6)
    assert cross_entropy_nats(network, np.full(40, 6)) == pytest.approx(50, rel=1e-5)


def test_broken_weights_are_said(network, ids):
    with torch.no_grad():
        network.decoder.weight[0, 0] = math.nan
    with pytest.raises(UserError, match="not numbers"):
        cross_entropy_nats(network, ids)


def test_streams_are_consecutive_pieces():
    inputs, targets = split_streams(np.arange(12, dtype=np.uint16), 3)
    assert inputs.T.tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    assert targets.T.tolist() == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    assert inputs.dtype == targets.dtype == np.int64


@pytest.mark.parametrize("length", [2, 10, 57])
@pytest.mark.parametrize("streams", [1, 2, 9])
def test_streams_leave_out_less_than_one_position(length, streams):
    inputs, targets = split_streams(np.arange(length), streams)
    assert np.array_equal(inputs + 1, targets)
    assert 0 <= (length - 1) - targets.size < streams
    assert np.array_equal(np.sort(targets.ravel()), np.arange(1, targets.size + 1))


def test_figures():
    assert figures(2.0, "words") == {"cross_entropy_nats": 2.0, "perplexity": math.exp(2.0)}
    assert figures(2.0, "bytes") == {"cross_entropy_nats": 2.0, "bits_per_character": 2.0 / math.log(2)}
    assert figures(math.log(2), "bytes")["bits_per_character"] == 1.0
    assert figures(5000.0, "words")["perplexity"] == math.inf


@pytest.fixture(params=[False, True], ids=["forward", "bidirectional"])
def classifier(request):
    torch.manual_seed(2)
    settings = ModelSettings(cell="gru", layers=1, units=7, embedding=5, dropout=0.5, bidirectional=request.param)
    network = RecurrentClassifier(settings, V, 4)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(4)
    return network


def make_texts(labels):
    """(ids, offsets, labels) of texts of 1 to 14 tokens."""
    draw = np.random.default_rng(3)
    offsets = np.concatenate(([0], draw.integers(1, 15, size=len(labels)).cumsum()))
    return draw.integers(V, size=offsets[-1]).astype(np.uint16), offsets, np.array(labels, np.uint16)


@pytest.mark.parametrize("longest", [5, 1000])
def test_the_figures_of_a_classifier_are_those_counted_by_hand(classifier, longest):
    truth = [0, 0, 0, 3, 0, 1] * (TEXTS_AT_ONCE // 4)  # more than a batch of texts, of unequal classes, none of class 2
    ids, offsets, labels = make_texts(truth)
    classifier.train()
    found = classification_figures(classifier, ids, offsets, labels, longest=longest)
    assert classifier.training

    classifier.eval()
    right, seen, nats = dict.fromkeys(range(4), 0), dict.fromkeys(range(4), 0), 0.0
    for text, label in enumerate(truth):
        words = torch.tensor(ids[offsets[text] : offsets[text + 1]][:longest].astype(int))
        logits = classifier(words[:, None], torch.tensor([len(words)]))[0].detach().double()
        nats -= logits.log_softmax(0)[label].item()
        seen[label] += 1
        right[label] += int(logits.argmax()) == label
    assert found["cross_entropy_nats"] == pytest.approx(nats / len(truth), rel=1e-5)
    assert found["accuracy"] == pytest.approx(sum(right.values()) / len(truth))
    assert found["balanced_accuracy"] == pytest.approx(sum(right[c] / seen[c] for c in (0, 1, 3)) / 3)
    assert 0 < found["accuracy"] < 1
    assert abs(found["accuracy"] - found["balanced_accuracy"]) > 0.01


def test_always_the_most_frequent_class_is_right_often_and_balanced_never_above_chance(classifier):
    with torch.no_grad():
        for parameter in classifier.parameters():
            parameter.zero_()
        classifier.decoder.bias[2] = 1.0
    found = classification_figures(classifier, *make_texts([2] * 90 + [1] * 10), longest=100)
    assert (found["accuracy"], found["balanced_accuracy"]) == (0.9, 0.5)


def test_a_broken_classifier_is_said(classifier):
    with torch.no_grad():
        classifier.decoder.bias[0] = math.inf
    with pytest.raises(UserError, match="not numbers"):
        classification_figures(classifier, *make_texts([1, 2, 3]), longest=100)
