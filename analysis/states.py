"""Every hidden state, cell state and gate of a recurrent network, step by step.

`torch.nn` returns the top layer's hidden states only. Here each layer is unrolled with torch's own
weights and equations (x is the layer's input, h' and c' the previous states):

    RNN    h = tanh(W x + b + U h' + d)
    LSTM   i, f, o = sigmoid(…)   g = tanh(…)   c = f·c' + i·g   h = o·tanh(c)
    GRU    r, z = sigmoid(…)   n = tanh(W x + b + r·(U h' + d))   h = (1 − z)·n + z·h'

torch's GRU keeps the old state where z is 1; Cho et al. and Karpathy et al. call 1 − z the update gate.

Two ways lead to the same numbers. `steps` takes one step after the other, and the gates fall out; on a CPU
that costs little more than torch's own pass, if many streams are read side by side. `fused` lets torch read
the layer, then gets all gates at once from x and h', which is twice the arithmetic but few calls: made for GPUs,
where each call of a step takes longer than its arithmetic.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import embedding, linear

from data_prep.errors import UserError
from models.network import CELLS, RecurrentNetwork

Method = Literal["steps", "fused"]


@dataclass(frozen=True)
class LayerStates:
    """One layer over T positions of B streams.

    hidden: (T, B, H). cell: (T, B, H), or None for RNN and GRU.
    gates: name → (T, B, H); LSTM input_gate, forget_gate, candidate, output_gate; GRU reset_gate,
    update_gate, candidate; RNN none.
    """

    hidden: Tensor
    cell: Tensor | None
    gates: dict[str, Tensor]

    @property
    def states(self) -> dict[str, Tensor]:
        """Kind → (T, B, H): hidden, and cell for an LSTM."""
        return {"hidden": self.hidden} if self.cell is None else {"hidden": self.hidden, "cell": self.cell}


@dataclass(frozen=True)
class CarriedState:
    """What one window of text hands to the next: per layer the last hidden and cell state, (L, B, H)."""

    hidden: Tensor
    cell: Tensor

    @classmethod
    def zero(cls, network: RecurrentNetwork, streams: int) -> "CarriedState":
        """The state before any text."""
        settings = network.settings
        weight = network.decoder.weight
        zeros = torch.zeros(settings.layers, streams, settings.units, dtype=weight.dtype, device=weight.device)
        return cls(zeros, zeros)


def check_states(state: CarriedState) -> None:
    """UserError unless the states at the end of a window are numbers: what is none once stays so to the end."""
    if not torch.isfinite(state.hidden).all():
        raise UserError("The network's states are not numbers.", "Its weights are damaged; train it again.")


@dataclass(frozen=True)
class _Weights:
    """A layer's: input (G·H, E), recurrent (G·H, H), and their biases (G·H,), for G gates."""

    input: Tensor
    recurrent: Tensor
    input_bias: Tensor
    recurrent_bias: Tensor

    @classmethod
    def of(cls, network: RecurrentNetwork, layer: int) -> "_Weights":
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        return cls(*(getattr(network.recurrent, f"{name}_l{layer}") for name in names))

    def project(self, inputs: Tensor) -> Tensor:
        """What the inputs (…, E) add to the gates (…, G·H), with every bias that is added to them as it is."""
        gated = len(self.recurrent) == 3 * self.recurrent.shape[1]  # the GRU's reset gate weakens a bias
        return linear(inputs, self.input, self.input_bias if gated else self.input_bias + self.recurrent_bias)


@torch.inference_mode()
def unroll(
    network: RecurrentNetwork,
    ids: Tensor,
    state: CarriedState | None = None,
    *,
    method: Method | None = None,
    projected: Tensor | None = None,
) -> tuple[list[LayerStates], CarriedState]:
    """States and gates of every layer for token ids (T, B), and the state at the end.

    Equal to `network.recurrent` in evaluation mode, layer by layer. method: by default what is faster on
    the network's device. projected: `project_vocabulary`, which saves work if a long text is read by steps.
    """
    method = method or default_method(network)
    state = state or CarriedState.zero(network, ids.shape[1])
    inputs = network.embedding(ids) if projected is None or method == "fused" else None
    layers = []
    for layer in range(network.settings.layers):
        weights = _Weights.of(network, layer)
        before = state.hidden[layer], state.cell[layer]
        if method == "fused":
            states = _FUSED[network.settings.cell](inputs, weights, *before)
        else:
            gates = weights.project(inputs) if inputs is not None else embedding(ids, projected)
            states = _STEPS[network.settings.cell](gates, weights, *before)
        layers.append(states)
        inputs = states.hidden
    last_hidden = torch.stack([states.hidden[-1] for states in layers])
    last_cell = last_hidden if layers[0].cell is None else torch.stack([states.cell[-1] for states in layers])
    return layers, CarriedState(last_hidden, last_cell)


def default_method(network: RecurrentNetwork) -> Method:
    """What is faster on the network's device."""
    return "fused" if network.device.type == "cuda" else "steps"


@torch.inference_mode()
def project_vocabulary(network: RecurrentNetwork, token_ids: Tensor | None = None) -> Tensor:
    """What each token of the vocabulary adds to the gates of the first layer: (V, G·H).

    token_ids: of those that will be read; the rows of all others are then zero, for padding is read, too.
    """
    weights, tokens = _Weights.of(network, 0), torch.arange(network.vocabulary_size, device=network.device)
    if token_ids is None:
        return weights.project(network.embedding(tokens))
    projected = weights.input.new_zeros(network.vocabulary_size, len(weights.input))
    projected[token_ids] = weights.project(network.embedding(token_ids))
    return projected


# Each fills the projected inputs (T, B, G·H) in place, with the gates or the states.


def _rnn_steps(gates: Tensor, weights: _Weights, hidden: Tensor, _: Tensor) -> LayerStates:
    for position in gates:
        hidden = position.addmm_(hidden, weights.recurrent.T).tanh_()
    return LayerStates(gates, None, {})


def _lstm_steps(gates: Tensor, weights: _Weights, hidden: Tensor, cell: Tensor) -> LayerStates:
    units = hidden.shape[-1]
    all_hidden = gates.new_empty(*gates.shape[:2], units)
    all_cell = torch.empty_like(all_hidden)
    for position, next_hidden, next_cell in zip(gates, all_hidden, all_cell, strict=True):
        i, f, g, o = position.addmm_(hidden, weights.recurrent.T).chunk(4, dim=1)
        position[:, : 2 * units].sigmoid_()  # input and forget gate
        g.tanh_()
        o.sigmoid_()
        cell = torch.mul(f, cell, out=next_cell).addcmul_(i, g)
        hidden = torch.tanh(cell, out=next_hidden).mul_(o)
    return LayerStates(all_hidden, all_cell, _lstm_gates(gates))


def _gru_steps(gates: Tensor, weights: _Weights, hidden: Tensor, _: Tensor) -> LayerStates:
    units = hidden.shape[-1]
    all_hidden = gates.new_empty(*gates.shape[:2], units)
    for position, next_hidden in zip(gates, all_hidden, strict=True):
        recurrent = torch.addmm(weights.recurrent_bias, hidden, weights.recurrent.T)
        r, z, n = position.chunk(3, dim=1)
        position[:, : 2 * units].add_(recurrent[:, : 2 * units]).sigmoid_()
        n.addcmul_(r, recurrent[:, 2 * units :]).tanh_()
        hidden = torch.lerp(n, hidden, z, out=next_hidden)
    return LayerStates(all_hidden, None, _gru_gates(gates))


def _rnn_fused(inputs: Tensor, weights: _Weights, hidden: Tensor, _: Tensor) -> LayerStates:
    return LayerStates(_torchs_own("rnn", inputs, weights, hidden[None]), None, {})


def _lstm_fused(inputs: Tensor, weights: _Weights, hidden: Tensor, cell: Tensor) -> LayerStates:
    units = hidden.shape[-1]
    all_hidden = _torchs_own("lstm", inputs, weights, (hidden[None], cell[None]))
    before = torch.cat((hidden[None], all_hidden[:-1]))
    gates = weights.project(inputs)
    gates += linear(before, weights.recurrent)
    gates[..., : 2 * units].sigmoid_()
    gates[..., 2 * units : 3 * units].tanh_()
    gates[..., 3 * units :].sigmoid_()
    i, f, g, _ = gates.chunk(4, dim=2)
    all_cell = i * g
    for position, forget in zip(all_cell, f, strict=True):
        cell = position.addcmul_(forget, cell)
    return LayerStates(all_hidden, all_cell, _lstm_gates(gates))


def _gru_fused(inputs: Tensor, weights: _Weights, hidden: Tensor, _: Tensor) -> LayerStates:
    units = hidden.shape[-1]
    all_hidden = _torchs_own("gru", inputs, weights, hidden[None])
    before = torch.cat((hidden[None], all_hidden[:-1]))
    gates = weights.project(inputs)
    recurrent = linear(before, weights.recurrent, weights.recurrent_bias)
    gates[..., : 2 * units].add_(recurrent[..., : 2 * units]).sigmoid_()
    gates[..., 2 * units :].addcmul_(gates[..., :units], recurrent[..., 2 * units :]).tanh_()
    return LayerStates(all_hidden, None, _gru_gates(gates))


def _torchs_own(cell: str, inputs: Tensor, weights: _Weights, state: Tensor | tuple[Tensor, Tensor]) -> Tensor:
    module = CELLS[cell](inputs.shape[-1], weights.recurrent.shape[1], device="meta")
    own = (weights.input, weights.recurrent, weights.input_bias, weights.recurrent_bias)
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    # cuDNN rounds factors to ten bits unless it is told not to, and the gates, computed exactly, would not fit.
    with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
        return torch.func.functional_call(module, dict(zip(names, own, strict=True)), (inputs, state))[0]


def _lstm_gates(gates: Tensor) -> dict[str, Tensor]:
    return dict(zip(("input_gate", "forget_gate", "candidate", "output_gate"), gates.chunk(4, dim=2), strict=True))


def _gru_gates(gates: Tensor) -> dict[str, Tensor]:
    return dict(zip(("reset_gate", "update_gate", "candidate"), gates.chunk(3, dim=2), strict=True))


_STEPS = {"rnn": _rnn_steps, "lstm": _lstm_steps, "gru": _gru_steps}
_FUSED = {"rnn": _rnn_fused, "lstm": _lstm_fused, "gru": _gru_fused}
