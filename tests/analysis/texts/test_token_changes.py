from types import SimpleNamespace

import numpy as np
import pytest

from analysis.recording.engine import record
from analysis.texts.many_texts import read_many
from analysis.texts.reading import read_text
from analysis.texts.token_changes import token_changes
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import build_vocabulary
from models.network import RecurrentLanguageModel
from models.recipe import ModelSettings


def reader(text):
    vocabulary = build_vocabulary(Tokenisation("words", "none"), text.split(), 100)
    network = RecurrentLanguageModel(ModelSettings(layers=2, units=6, embedding=5, initial_range=0.7), len(vocabulary))
    return network.eval(), vocabulary


def planted():
    states = np.array([[0.5, -0.5], [1.0, -0.5], [1.0, 0.5]])[:, None]
    reading = SimpleNamespace(states={"hidden": states}, ids=np.array([7, 3, 9]))
    response = SimpleNamespace(
        state="hidden",
        layer=0,
        token_ids=np.array([3, 7]),
        counts=np.array([4, 9]),
        mean=np.array([[0.3, 0.0], [0.5, -0.5]]),
        deviation=np.array([[0.4, 0.0], [0.0, 0.0]]),
    )
    return token_changes(reading, response)


def test_what_was_planted_is_measured():
    found = planted()
    np.testing.assert_allclose(found.change, [0.5, 0.25, 0.5])
    np.testing.assert_allclose(found.raised, [0.25, 0.25, 0.5])
    np.testing.assert_allclose(found.lowered, [0.25, 0, 0])
    np.testing.assert_allclose(found.kept_rate, [0, 1, 1 / 1.5])
    assert found.rank.tolist() == [1, 3, 2]
    # Token 3 usually moves by √((.09 + .16 + 0) / 2); here one unit moved by .5. Token 9 was never recorded.
    np.testing.assert_allclose(found.usual, [1, np.sqrt(0.25 / 2) / np.sqrt(0.25 / 2), np.nan])


def test_over_the_recorded_text_itself_a_word_is_as_strong_as_usual():
    text = " ".join(np.random.default_rng(0).choice(["the", "cat", "sat"], 300))
    network, vocabulary = reader(text)
    reading = read_text(network, vocabulary, text)
    recording = record(network, reading.ids, streams=1)
    for state in ("hidden", "cell"):
        usual = token_changes(reading, recording.response(state, 1)).usual
        for word in ("the", "cat", "sat"):
            own = usual[reading.ids == vocabulary.ids[word]]
            assert np.mean(own**2) == pytest.approx(1, rel=1e-3)


def test_the_means_are_those_of_many_texts():
    text = "the cat sat on a mat because it was tired"
    network, vocabulary = reader(text)
    reading = read_text(network, vocabulary, text)
    found = token_changes(reading, record(network, reading.ids, streams=1).response("hidden", 1))
    summary = read_many(network, vocabulary, [text])
    assert found.change.mean() == pytest.approx(summary.change[0], rel=1e-5)
    assert found.kept_rate[1:].mean() == pytest.approx(summary.kept_rate[0], rel=1e-5)
    np.testing.assert_allclose(found.raised + found.lowered, found.change)
