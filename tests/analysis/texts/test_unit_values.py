import numpy as np
import pytest
import torch

from analysis.texts.reading import read_text
from analysis.texts.unit_values import quantities, unit_values
from data_prep.errors import UserError
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import build_vocabulary
from models.network import RecurrentLanguageModel
from models.recipe import ModelSettings

TEXT = "the cat sat on a mat because it was tired"


def read(cell):
    vocabulary = build_vocabulary(Tokenisation("words", "none"), TEXT.split(), 100)
    torch.manual_seed(4)
    settings = ModelSettings(cell=cell, layers=2, units=6, embedding=5, initial_range=0.9)
    network = RecurrentLanguageModel(settings, len(vocabulary)).eval()
    return network, read_text(network, vocabulary, TEXT)


def values(cell, layer=1):
    network, reading = read(cell)
    return {name: unit_values(network, reading, layer, name).astype(float) for name in quantities(cell)}


def shifted(states):
    return np.vstack((np.zeros_like(states[:1]), states[:-1]))


@pytest.mark.parametrize("layer", [0, 1])
def test_the_gates_of_an_lstm_make_its_states(layer):
    found = values("lstm", layer)
    cell = found["forget_gate"] * shifted(found["cell"]) + found["input_gate"] * found["candidate"]
    np.testing.assert_allclose(cell, found["cell"], atol=1e-6)
    np.testing.assert_allclose(found["output_gate"] * np.tanh(found["cell"]), found["hidden"], atol=1e-6)


def test_the_gates_of_a_gru_make_its_states():
    found = values("gru")
    z = found["update_gate"]
    np.testing.assert_allclose((1 - z) * found["candidate"] + z * shifted(found["hidden"]), found["hidden"], atol=1e-6)
    assert quantities("gru") == ("hidden", "hidden_change", "reset_gate", "update_gate", "candidate")


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_changes_add_up_to_the_state(cell):
    found = values(cell)
    for state in ("hidden", "cell"):
        if state in found:
            np.testing.assert_allclose(np.cumsum(found[f"{state}_change"], 0), found[state], atol=1e-5)


@pytest.mark.parametrize(
    ("cell", "quantity", "layer"), [("rnn", "update_gate", 0), ("gru", "cell", 0), ("gru", "hidden", 2)]
)
def test_what_a_network_does_not_have_is_said(cell, quantity, layer):
    network, reading = read(cell)
    with pytest.raises(UserError, match="There is no"):
        unit_values(network, reading, layer, quantity)
