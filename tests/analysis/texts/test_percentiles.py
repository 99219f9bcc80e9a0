from types import SimpleNamespace

import numpy as np
import pytest
import torch

from analysis.recording.engine import record
from analysis.texts.percentiles import fraction_below, percentiles
from analysis.texts.reading import read_text
from data_prep.errors import UserError
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import build_vocabulary
from models.network import RecurrentLanguageModel
from models.recipe import ModelSettings

FRACTIONS = (0.02, 0.09, 0.25, 0.5, 0.75, 0.91, 0.98)


def test_fractions_of_normal_draws_are_their_ranks():
    draw = np.random.default_rng(0)
    sample = draw.normal(size=(200_001, 3)) * [1, 5, 0.01] + [0, 2, -1]
    fractions = np.linspace(0.02, 0.98, 97)
    quantiles = np.quantile(sample, fractions, axis=0)
    values = np.quantile(sample, [0.001, 0.1, 0.5, 0.777, 0.999], axis=0)
    found = np.stack([fraction_below(row, quantiles, fractions) for row in values])
    expected = np.repeat(np.array([0.02, 0.1, 0.5, 0.777, 0.98])[:, None], 3, 1)
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_stored_quantiles_are_at_their_own_fractions_and_beyond_them_is_clamped():
    quantiles = np.array([-3.0, -2, -1, 0, 1, 2, 3])[:, None]
    for fraction, quantile in zip(FRACTIONS, quantiles, strict=True):
        assert fraction_below(quantile, quantiles, np.array(FRACTIONS))[0] == pytest.approx(fraction)
    for value, fraction in ((-9.0, 0.02), (9.0, 0.98), (0.5, 0.625), (-2.5, 0.055)):
        assert fraction_below(np.array([value]), quantiles, np.array(FRACTIONS))[0] == pytest.approx(fraction)


@pytest.mark.parametrize(
    ("quantiles", "value", "fraction"),
    [
        ([0, 0, 0, 0, 0, 0, 0], 0, 0.5),  # the middle of all that are equal
        ([0, 0, 0, 0, 0, 0, 0], -1, 0.02),
        ([0, 0, 0, 0, 0, 0, 0], 1, 0.98),
        ([-1, 0, 0, 0, 1, 2, 3], 0, (0.09 + 0.5) / 2),
        ([0, 0, 0, 1, 2, 3, 4], 0, (0.02 + 0.25) / 2),
        ([0, 1, 2, 3, 4, 4, 4], 4, (0.75 + 0.98) / 2),
    ],
)
def test_equal_quantiles(quantiles, value, fraction):
    stored = np.array(quantiles, float)[:, None]
    assert fraction_below(np.array([float(value)]), stored, np.array(FRACTIONS))[0] == pytest.approx(fraction)


def reading_and_recording():
    vocabulary = build_vocabulary(Tokenisation("words", "none"), ["the", "cat", "sat", "on", "a", "mat"], 100)
    torch.manual_seed(0)
    network = RecurrentLanguageModel(ModelSettings(layers=2, units=5, embedding=4), len(vocabulary)).eval()
    reading = read_text(network, vocabulary, "the cat sat on the mat")
    token_ids = vocabulary.encode(["the", "cat", "mat", "on"])[0]
    own = reading.responses("cell")[[0, 1, 5, 3], 1]
    spread = np.linspace(-0.3, 0.3, 7)[:, None, None]
    quantiles = (own + spread)[:, :3]  # of "on" no distribution is known
    quantiles[:, 1, 2] = np.nan
    recorded = {"state": "cell", "layer": 1, "token_ids": token_ids, "mean": own, "quantiles": quantiles}
    return reading, SimpleNamespace(**recorded, fractions=FRACTIONS)


def test_each_occurrence_is_compared_with_its_own_word():
    reading, recorded = reading_and_recording()
    found = percentiles(reading, recorded)
    assert (found.lowest, found.highest) == (0.02, 0.98)
    assert found.known.tolist() == [True, True, False, False, True, True]
    assert np.isnan(found.fractions[[2, 3]]).all()
    # The first "the" is the median by construction, the second one stands where its difference from it puts it.
    np.testing.assert_allclose(found.fractions[[0, 5]], 0.5, atol=1e-6)
    assert np.isnan(found.fractions[1]).tolist() == [False, False, True, False, False]
    change = reading.responses("cell")[4, 1] - reading.responses("cell")[0, 1]
    expected = np.interp(change, np.linspace(-0.3, 0.3, 7), FRACTIONS)
    np.testing.assert_allclose(found.fractions[4], expected, atol=1e-6)


def test_the_recorded_text_itself_is_spread_evenly_over_its_own_distributions():
    draw = np.random.default_rng(1)
    words = ["the", "cat", "sat", "on"]
    text = " ".join(draw.choice(words, 1600))
    vocabulary = build_vocabulary(Tokenisation("words", "none"), text.split(), 100)
    torch.manual_seed(1)
    network = RecurrentLanguageModel(ModelSettings(layers=2, units=5, embedding=4), len(vocabulary)).eval()
    reading = read_text(network, vocabulary, text)
    recording = record(network, reading.ids, streams=1)
    for state in ("hidden", "cell"):
        found = percentiles(reading, recording.response(state, 1)).fractions
        for word in words:
            own = found[reading.ids == vocabulary.ids[word]]
            for fraction in (0.09, 0.25, 0.5, 0.75, 0.91):
                np.testing.assert_allclose((own <= fraction).mean(0), fraction, atol=0.02)


def test_single_tokens_can_be_compared():
    reading, recorded = reading_and_recording()
    whole, some = percentiles(reading, recorded), percentiles(reading, recorded, [4, 1])
    np.testing.assert_array_equal(some.fractions, whole.fractions[[4, 1]])
    np.testing.assert_array_equal(some.known, whole.known[[4, 1]])


@pytest.mark.parametrize(
    "changed",
    [
        {"state": "gates"},
        {"layer": 2},
        {"mean": np.zeros((4, 6)), "quantiles": np.zeros((7, 3, 6))},
        {"token_ids": np.array([0, 1, 2, 7])},
    ],
)
def test_a_recording_of_another_network_is_refused(changed):
    reading, recorded = reading_and_recording()
    with pytest.raises(UserError, match="another network, or in another vocabulary"):
        percentiles(reading, SimpleNamespace(**vars(recorded) | changed))
