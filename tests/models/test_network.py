import pytest
import torch

from data_prep.errors import UserError
from models.network import RecurrentLanguageModel, detached, resolve_device
from models.recipe import ModelSettings

V = 31


def make_network(**settings) -> RecurrentLanguageModel:
    torch.manual_seed(0)
    return RecurrentLanguageModel(ModelSettings(**{"units": 8, "embedding": 8} | settings), V).eval()


def test_tied_weights_are_one_tensor_and_count_once():
    tied, untied = make_network(tied=True), make_network()
    assert tied.decoder.weight.data_ptr() == tied.embedding.weight.data_ptr()
    assert untied.decoder.weight.data_ptr() != untied.embedding.weight.data_ptr()
    assert untied.parameter_count() - tied.parameter_count() == V * 8
    with torch.no_grad():
        tied.embedding.weight[3, 4] = 42.0
    assert tied.decoder.weight[3, 4] == 42.0
    assert "decoder.weight" not in dict(tied.named_parameters())


@pytest.mark.parametrize(("cell", "gates"), [("rnn", 1), ("gru", 3), ("lstm", 4)])
def test_parameters_are_those_of_the_textbook(cell, gates):
    # per gate of a layer: weights from below, weights from before, and torch's two biases
    embedding, units, layers = 5, 7, 3
    recurrent = sum(gates * (units * (below + units) + 2 * units) for below in (embedding, units, units))
    network = make_network(cell=cell, embedding=embedding, units=units, layers=layers)
    assert network.parameter_count() == V * embedding + recurrent + V * units + V


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_carried_state_reads_on(cell):
    network = make_network(cell=cell)
    ids = torch.randint(0, V, (12, 3), generator=torch.Generator().manual_seed(1))
    whole, _ = network(ids)
    first, state = network(ids[:5])
    second, _ = network(ids[5:], state)
    assert whole.shape == (12, 3, V)
    torch.testing.assert_close(torch.cat((first, second)), whole, rtol=0, atol=1e-6)


def test_a_prediction_knows_only_what_came_before():
    network, ids = make_network(), torch.randint(0, V, (9, 1), generator=torch.Generator().manual_seed(2))
    changed = ids.clone()
    changed[6] = (ids[6] + 1) % V
    before, after = network(ids)[0], network(changed)[0]
    assert torch.equal(before[:6], after[:6])
    assert not torch.equal(before[6:], after[6:])


@pytest.mark.parametrize("layers", [1, 2])
def test_dropout_acts_in_training_only(layers):
    network, ids = make_network(dropout=0.5, layers=layers), torch.zeros(4, 2, dtype=torch.int64)
    assert torch.equal(network(ids)[0], network(ids)[0])
    network.train()
    assert not torch.equal(network(ids)[0], network(ids)[0])


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_a_detached_state_has_no_history(cell):
    _, state = make_network(cell=cell)(torch.zeros(2, 1, dtype=torch.int64))
    parts = detached(state)
    assert all(not part.requires_grad for part in (parts if isinstance(parts, tuple) else (parts,)))


def test_devices(monkeypatch):
    assert resolve_device("cpu").type == "cpu"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert resolve_device("auto").type == "cpu"
    with pytest.raises(UserError, match="no CUDA"):
        resolve_device("cuda")
    with pytest.raises(UserError, match="no device 'tpu'") as caught:
        resolve_device("tpu")
    assert "auto, cpu, cuda" in caught.value.hint
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert resolve_device("auto").type == resolve_device("cuda").type == "cuda"
    assert resolve_device("cpu").type == "cpu"
