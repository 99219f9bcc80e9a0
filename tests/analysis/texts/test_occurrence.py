from dataclasses import replace

import numpy as np
import pytest
import torch

from analysis.recording.engine import record
from analysis.texts.occurrence import compare_occurrence
from analysis.texts.reading import read_text
from data_prep.errors import UserError
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import build_vocabulary
from models.network import RecurrentLanguageModel
from models.recipe import ModelSettings


@pytest.fixture(scope="module")
def recorded():
    text = " ".join(np.random.default_rng(2).choice(["the", "cat", "sat", "on"], 1200))
    vocabulary = build_vocabulary(Tokenisation("words", "none"), text.split(), 100)
    torch.manual_seed(5)
    settings = ModelSettings(layers=2, units=8, embedding=5, initial_range=0.8)
    network = RecurrentLanguageModel(settings, len(vocabulary)).eval()
    reading = read_text(network, vocabulary, text)
    return reading, record(network, reading.ids, streams=1).response("hidden", 1)


def test_over_the_recorded_text_as_many_units_are_unusual_as_expected(recorded):
    reading, response = recorded
    found = [compare_occurrence(reading, position, response) for position in range(len(reading.ids))]
    share = np.mean([one.unusual for one in found])
    assert share == pytest.approx(found[0].expected_unusual, abs=0.01)


def test_each_unit_is_compared_with_its_own_word(recorded):
    reading, response = recorded
    position = 7
    found = compare_occurrence(reading, position, response)
    row = response.token_ids.tolist().index(reading.ids[position])
    assert found.count == (reading.ids == reading.ids[position]).sum()
    np.testing.assert_array_equal(found.own, reading.responses("hidden")[position, 1])
    np.testing.assert_array_equal(found.mean, response.mean[row])
    low, high = response.quantile(0.09)[row], response.quantile(0.91)[row]
    np.testing.assert_array_equal(found.unusual, (found.own < low) | (found.own > high))
    assert np.all((found.percentile[found.unusual] <= 0.09) | (found.percentile[found.unusual] >= 0.91))


def test_how_far_a_response_lies_outside_its_band(recorded):
    reading, response = recorded
    row = response.token_ids.tolist().index(reading.ids[7])
    own = reading.responses("hidden")[7, 1]
    planted = response.quantiles.copy()
    planted[:, row] = own  # units that never did anything else
    planted[:, row, 3] += 1
    planted[:, row, 5] -= np.float32(0.25)
    found = compare_occurrence(reading, 7, replace(response, quantiles=planted))
    np.testing.assert_allclose(found.beyond, [0, 0, 0, -1, 0, 0.25, 0, 0], atol=1e-6)
    assert np.flatnonzero(found.unusual).tolist() == [3, 5]


def test_rare_and_unrecorded_words_are_refused(recorded):
    reading, response = recorded
    row = response.token_ids.tolist().index(reading.ids[7])
    with pytest.raises(UserError, match="too rarely for a distribution"):
        compare_occurrence(reading, 7, replace(response, quantiles=response.quantiles[:, :row]))
    others = replace(response, token_ids=np.where(np.arange(len(response.token_ids)) == row, -1, response.token_ids))
    with pytest.raises(UserError, match="nothing to compare"):
        compare_occurrence(reading, 7, others)
