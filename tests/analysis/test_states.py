import pytest
import torch

from analysis.states import CarriedState, project_vocabulary, unroll
from models.network import RecurrentLanguageModel
from models.recipe import ModelSettings

T, B, V = 23, 3, 40


def make_network(cell: str, layers: int = 2, units: int = 17) -> RecurrentLanguageModel:
    torch.manual_seed(1)
    return RecurrentLanguageModel(ModelSettings(cell=cell, layers=layers, units=units, embedding=11), V).eval()


@pytest.fixture(params=["rnn", "gru", "lstm"])
def network(request):
    return make_network(request.param)


@pytest.fixture(params=["steps", "fused"])
def method(request):
    return request.param


@pytest.fixture
def ids():
    return torch.randint(0, V, (T, B), generator=torch.Generator().manual_seed(2))


def test_every_layer_equals_torch_nn(network, ids, method):
    layers, state = unroll(network, ids, method=method)
    below = network.embedding(ids)
    for place, layer in enumerate(layers):
        one = type(network.recurrent)(below.shape[-1], network.settings.units)
        one.load_state_dict(
            {
                name.replace(f"_l{place}", "_l0"): value
                for name, value in network.recurrent.state_dict().items()
                if name.endswith(f"_l{place}")
            }
        )
        expected, last = one(below)
        torch.testing.assert_close(layer.hidden, expected, rtol=0, atol=1e-6)
        if layer.cell is not None:
            torch.testing.assert_close(layer.cell[-1], last[1][0], rtol=0, atol=1e-6)
        below = expected
    torch.testing.assert_close(state.hidden[-1], below[-1], rtol=0, atol=1e-6)


def test_two_windows_equal_one(network, ids, method):
    whole, last = unroll(network, ids, method=method)
    first, between = unroll(network, ids[:9], method=method)
    second, end = unroll(network, ids[9:], between, method=method)
    for one, a, b in zip(whole, first, second, strict=True):
        torch.testing.assert_close(torch.cat((a.hidden, b.hidden)), one.hidden, rtol=0, atol=1e-6)
    torch.testing.assert_close(end.cell, last.cell, rtol=0, atol=1e-6)


def test_a_batch_equals_its_rows(network, ids):
    batch, _ = unroll(network, ids)
    for row in range(B):
        alone, _ = unroll(network, ids[:, row : row + 1])
        torch.testing.assert_close(alone[-1].hidden[:, 0], batch[-1].hidden[:, row], rtol=0, atol=1e-6)


def test_lstm_gates_explain_the_cell(ids, method):
    (_, layer), _ = unroll(make_network("lstm"), ids, method=method)
    before = torch.cat((torch.zeros_like(layer.cell[:1]), layer.cell[:-1]))
    gates = layer.gates
    cell = gates["forget_gate"] * before + gates["input_gate"] * gates["candidate"]
    torch.testing.assert_close(cell, layer.cell, rtol=0, atol=1e-6)
    torch.testing.assert_close(gates["output_gate"] * torch.tanh(cell), layer.hidden, rtol=0, atol=1e-6)


def test_gru_keeps_where_the_update_gate_is_one(ids, method):
    (_, layer), _ = unroll(make_network("gru"), ids, method=method)
    before = torch.cat((torch.zeros_like(layer.hidden[:1]), layer.hidden[:-1]))
    z = layer.gates["update_gate"]
    torch.testing.assert_close((1 - z) * layer.gates["candidate"] + z * before, layer.hidden, rtol=0, atol=1e-6)


def test_both_ways_give_the_same_gates(network, ids):
    for one, other in zip(
        unroll(network, ids, method="steps")[0], unroll(network, ids, method="fused")[0], strict=True
    ):
        assert one.gates.keys() == other.gates.keys()
        for name, values in one.gates.items():
            torch.testing.assert_close(values, other.gates[name], rtol=0, atol=1e-6)
        torch.testing.assert_close(one.hidden, other.hidden, rtol=0, atol=1e-6)
        if one.cell is not None:
            torch.testing.assert_close(one.cell, other.cell, rtol=0, atol=1e-6)


def test_a_projected_vocabulary_changes_nothing(network, ids):
    projected = project_vocabulary(network)
    for one, other in zip(unroll(network, ids)[0], unroll(network, ids, projected=projected)[0], strict=True):
        torch.testing.assert_close(one.hidden, other.hidden, rtol=0, atol=1e-6)
        for name, values in one.gates.items():
            torch.testing.assert_close(values, other.gates[name], rtol=0, atol=1e-6)
    assert torch.equal(projected, project_vocabulary(network)), "it was written to"


def test_the_zero_state_is_torchs_default(network, ids):
    default, _ = unroll(network, ids)
    explicit, _ = unroll(network, ids, CarriedState.zero(network, B))
    assert torch.equal(default[0].hidden, explicit[0].hidden)


def test_a_vocabulary_is_projected_in_part(network, ids):
    occurring = ids.unique()
    part = project_vocabulary(network, occurring)
    others = torch.ones(len(part), dtype=torch.bool).index_fill(0, occurring, False)
    assert not part[others].any()
    torch.testing.assert_close(part[occurring], project_vocabulary(network)[occurring], rtol=0, atol=1e-6)
    for one, other in zip(unroll(network, ids)[0], unroll(network, ids, projected=part)[0], strict=True):
        torch.testing.assert_close(one.hidden, other.hidden, rtol=0, atol=1e-6)
