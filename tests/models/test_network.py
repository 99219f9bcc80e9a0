import pytest
import torch

from data_prep.errors import UserError
from models.network import (
    CELLS,
    INITIAL_RANGE,
    RecurrentClassifier,
    RecurrentLanguageModel,
    detached,
    resolve_device,
)
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


def test_dropout_stands_on_the_embedding_between_the_layers_and_before_the_decoder():
    ids = torch.randint(0, V, (50, 4), generator=torch.Generator().manual_seed(5))
    wide = {"units": 40, "embedding": 40, "layers": 2}

    def dropped(values) -> float:
        return (values == 0).float().mean().item()

    network = make_network(**wide, dropout=0.5).train()
    assert dropped(network.inputs(ids)) == pytest.approx(0.5, abs=0.05)
    assert dropped(network.read(ids)[0]) == pytest.approx(0.5, abs=0.05)

    network = make_network(**wide, dropout=0.5, input_dropout=0.0).train()
    assert torch.equal(network.inputs(ids), network.embedding(ids))
    (first, _), (again, _) = network.read(ids)[1], network.read(ids)[1]
    assert torch.equal(first[0], again[0])  # the first layer reads whole inputs
    assert not torch.equal(first[1], again[1])  # the second what is left of the first's states

    network = make_network(**wide, dropout=0.0, input_dropout=0.25).train()
    assert dropped(network.inputs(ids)) == pytest.approx(0.25, abs=0.05)
    assert dropped(network.read(ids)[0]) == 0

    one_hot = make_network(**wide | {"embedding": "one-hot"}, dropout=0.5).train()
    assert torch.equal(one_hot.inputs(ids).argmax(-1), ids)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_one_hot_input_equals_an_embedding_that_is_the_identity(cell):
    one_hot, embedded = make_network(cell=cell, embedding="one-hot"), make_network(cell=cell, embedding=V)
    with torch.no_grad():
        embedded.embedding.weight.copy_(torch.eye(V))
    left = embedded.load_state_dict(one_hot.state_dict(), strict=False)
    assert left.missing_keys == ["embedding.weight"]
    ids = torch.randint(0, V, (9, 3), generator=torch.Generator().manual_seed(4))
    assert torch.equal(one_hot(ids)[0], embedded(ids)[0])


def test_weights_start_within_the_initial_range():
    network = make_network(units=64, initial_range=0.03, tied=True, embedding=64)
    assert len(list(network.parameters())) == 10
    for parameter in network.parameters():
        assert 0.02 < parameter.abs().max() <= 0.03
        assert parameter.mean().abs() < 0.01


def test_weights_start_as_in_torch_by_default_but_for_embedding_and_decoder():
    network = make_network(units=64)
    for parameter in network.recurrent.parameters():
        assert 0.9 / 8 < parameter.abs().max() <= 1 / 8  # 1 / √H
    for parameter in (network.embedding.weight, network.decoder.weight):
        assert 0.9 * INITIAL_RANGE < parameter.abs().max() <= INITIAL_RANGE
    assert not network.decoder.bias.any()


def make_texts(*lengths):
    """(ids (T, B), lengths) with noise after the end of each text."""
    draw = torch.Generator().manual_seed(7)
    return torch.randint(0, V, (max(lengths), len(lengths)), generator=draw), torch.tensor(lengths)


def make_classifier(cell="lstm", **settings) -> RecurrentClassifier:
    torch.manual_seed(1)
    network = RecurrentClassifier(ModelSettings(**{"cell": cell, "units": 8, "embedding": 6} | settings), V, 3)
    with torch.no_grad():
        network.decoder.weight.mul_(10)
    return network.eval()


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_batch_of_texts_equals_each_text_alone(cell, bidirectional):
    network = make_classifier(cell, bidirectional=bidirectional)
    ids, lengths = make_texts(5, 1, 9, 2, 9)
    together = network(ids, lengths)
    for place, length in enumerate(lengths):
        alone = network(ids[:length, place : place + 1], length[None])
        torch.testing.assert_close(together[place], alone[0], rtol=0, atol=1e-6)
    order = torch.tensor([3, 0, 4, 2, 1])
    torch.testing.assert_close(network(ids[:, order], lengths[order]), together[order], rtol=0, atol=1e-6)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_two_directions_are_a_pass_forward_and_one_over_the_reversed_text(cell):
    network = make_classifier(cell, bidirectional=True, layers=2)
    ids, lengths = make_texts(7)
    inputs = network.embedding(ids)
    weights = network.recurrent.state_dict()
    for layer in (0, 1):
        forward, backward = (_one_way(cell, weights, layer, direction) for direction in ("", "_reverse"))
        (ahead, _), (back, _) = forward(inputs), backward(inputs.flip(0))
        inputs = torch.cat([ahead, back.flip(0)], dim=2)
    expected = network.decoder(torch.cat([ahead[-1], back[-1]], dim=1))
    torch.testing.assert_close(network(ids, lengths), expected, rtol=0, atol=1e-6)


def _one_way(cell, weights, layer, direction):
    single = CELLS[cell](weights[f"weight_ih_l{layer}"].shape[1], 8)
    names = [name for name, _ in single.named_parameters()]
    single.load_state_dict({name: weights[name.replace("_l0", f"_l{layer}{direction}")] for name in names})
    return single


def test_the_loss_of_texts_is_the_mean_over_them():
    network = make_classifier(dropout=0.4)
    ids, lengths = make_texts(4, 8, 3)
    labels = torch.tensor([2, 0, 1])
    surprise = -network(ids, lengths).log_softmax(1)[torch.arange(3), labels]
    assert network.loss(ids, lengths, labels).item() == pytest.approx(surprise.mean().item(), rel=1e-6)
    weights = torch.tensor([0.5, 3.0, 0.25])
    weighted = (weights[labels] * surprise).mean()
    assert network.loss(ids, lengths, labels, weights).item() == pytest.approx(weighted.item(), rel=1e-6)
    network = make_classifier(dropout=0.4, input_dropout=0.0, layers=1).train()  # nothing but the decoder's
    assert not torch.equal(network(ids, lengths), network(ids, lengths))


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
