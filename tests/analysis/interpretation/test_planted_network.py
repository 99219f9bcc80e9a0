"""A network whose weights are set by hand to count brackets and to remember quotes, and that is found out."""

import numpy as np
import pytest
import torch

from analysis.interpretation.excerpt import read_excerpt
from analysis.interpretation.properties import text_properties
from analysis.interpretation.source import Source
from analysis.interpretation.text_states import paragraph_begins, read_states
from analysis.interpretation.token_text import token_text
from analysis.interpretation.unit_scores import score_units
from analysis.states import unroll
from data_prep.errors import UserError
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import Vocabulary
from models.network import RecurrentClassifier, RecurrentLanguageModel
from models.recipe import ModelSettings

SYMBOLS = "()“” \nab."
UNITS, COUNTER, MEMORY = 6, 1, 4
WIDE_OPEN = 40.0  # a gate is 1 then, to the last bit


@pytest.fixture(scope="module")
def vocabulary():
    return Vocabulary(Tokenisation("characters"), tuple(SYMBOLS), (1,) * len(SYMBOLS))


@pytest.fixture(scope="module")
def network():
    """An LSTM with random weights, but for a unit that adds and subtracts, and one that is set and reset."""
    torch.manual_seed(0)
    made = RecurrentLanguageModel(
        ModelSettings(cell="lstm", layers=1, units=UNITS, embedding="one-hot", initial_range=0.5), len(SYMBOLS)
    ).eval()
    place = {symbol: SYMBOLS.index(symbol) for symbol in SYMBOLS}
    with torch.no_grad():
        inputs, hidden = made.recurrent.weight_ih_l0, made.recurrent.weight_hh_l0
        bias, other_bias = made.recurrent.bias_ih_l0, made.recurrent.bias_hh_l0
        for unit in (COUNTER, MEMORY):
            for gate in range(4):  # input, forget, candidate, output
                row = gate * UNITS + unit
                inputs[row], hidden[row], other_bias[row] = 0.0, 0.0, 0.0
                bias[row] = WIDE_OPEN if gate != 2 else 0.0
        candidate, forget = 2 * UNITS, UNITS
        inputs[candidate + COUNTER, place["("]], inputs[candidate + COUNTER, place[")"]] = 0.3, -0.3
        inputs[candidate + MEMORY, place["“"]] = WIDE_OPEN
        inputs[forget + MEMORY, place["”"]] = -2 * WIDE_OPEN
    return made


@pytest.fixture(scope="module")
def text():
    draw = np.random.default_rng(0)
    lines = []
    for _ in range(700):
        words = ["".join(draw.choice(["a", "b"], draw.integers(1, 5))) for _ in range(6)]
        for opening, closing in (("(", ")"), ("(", ")"), ("“", "”")):
            if draw.random() < 0.5:
                first, last = np.sort(draw.choice(6, 2))
                words[first] = opening + words[first]
                words[last] += closing
        lines.append(" ".join(words) + ".")
    return "\n\n".join(lines) + "\n"


def test_the_counter_and_the_memory_are_found(network, vocabulary, text):
    ids = vocabulary.encode(list(text))[0]
    states = read_states(network, ids, "cell", 0, begins=paragraph_begins(ids, vocabulary))
    found = score_units(states, text_properties(token_text(ids, vocabulary)))
    for name, unit, least in (
        ("depth of ( )", COUNTER, 0.6),  # mostly 0, where the counter is only nearly so
        ("inside ( )", COUNTER, 0.99),
        ("inside double quotes", MEMORY, 0.99),
    ):
        place = found.names.index(name)
        assert found.best_unit(place) == unit
        assert found.scores[unit, place] > least
        assert found.corrected_p[unit, place] == 0.01
        assert found.control_95[place] < 0.5
    shifted = np.roll(states, len(states) // 2, axis=0)
    elsewhere = score_units(shifted, text_properties(token_text(ids, vocabulary)))
    for name in ("depth of ( )", "inside double quotes"):
        place = elsewhere.names.index(name)
        assert np.abs(elsewhere.scores[:, place]).max() < 0.3


def test_a_text_read_in_pieces_has_the_states_of_reading_on(vocabulary, text):
    """Of a network that forgets within 500 symbols, as those with random weights do."""
    torch.manual_seed(1)
    network = RecurrentLanguageModel(ModelSettings(cell="lstm", layers=1, units=UNITS, embedding=4), 9).eval()
    ids = vocabulary.encode(list(text))[0][:5_500]
    layers, _ = unroll(network, torch.from_numpy(ids)[:, None])
    for state in ("hidden", "cell"):
        np.testing.assert_allclose(read_states(network, ids, state, 0), layers[0].states[state][:, 0], atol=1e-5)
    excerpt = read_excerpt(network, Source(ids, None, "it"), vocabulary, 2_000, 300)
    np.testing.assert_allclose(excerpt.states["cell"][:, 0], layers[0].cell[2_000:2_300, 0], atol=1e-5)
    assert excerpt.tokens == tuple(text[2_000:2_300])


def test_paragraphs_begin_after_empty_lines(vocabulary):
    text = "a\n\nb\nb\n\n\na"
    assert paragraph_begins(vocabulary.encode(list(text))[0], vocabulary).tolist() == [0, 3, 8, 9]


def test_separate_texts_begin_with_nothing_in_mind(network, vocabulary):
    ids = vocabulary.encode(list("a (b“a(aab)"))[0]
    offsets = np.array([0, 3, 3, 7, 11])
    states = read_states(network, ids, "cell", 0, offsets)
    source = Source(ids, offsets, "it")
    for start, end in ((0, 3), (3, 7), (7, 11)):
        alone = unroll(network, torch.from_numpy(ids[start:end])[:, None])[0][0].cell[:, 0]
        np.testing.assert_allclose(states[start:end], alone, atol=1e-6)
    excerpt = read_excerpt(network, source, vocabulary, 4, 5)
    np.testing.assert_allclose(excerpt.states["cell"][:, 0], states[4:9], atol=1e-6)


def test_what_cannot_be_read_is_said(vocabulary):
    both = RecurrentClassifier(ModelSettings(cell="gru", layers=1, units=3, embedding=3, bidirectional=True), 9, 2)
    with pytest.raises(UserError, match="bidirectional"):
        read_states(both, np.arange(9), "hidden", 0)
    gru = RecurrentLanguageModel(ModelSettings(cell="gru", layers=1, units=3, embedding=3), 9)
    with pytest.raises(UserError, match="GRU has no cell state"):
        read_states(gru, np.arange(9), "cell", 0)
    with pytest.raises(UserError, match="more values than can be kept"):
        read_states(gru, np.zeros(60_000_000, np.int8), "hidden", 0)
