"""Every hidden state, cell state and gate of a recurrent network, step by step.

`torch.nn` returns the top layer's hidden states only. Here each layer is unrolled with torch's own
weights and equations (x is the layer's input, h' and c' the previous states):

    RNN    h = tanh(W x + b + U h' + d)
    LSTM   i, f, o = sigmoid(…)   g = tanh(…)   c = f·c' + i·g   h = o·tanh(c)
    GRU    r, z = sigmoid(…)   n = tanh(W x + b + r·(U h' + d))   h = (1 − z)·n + z·h'

torch's GRU keeps the old state where z is 1; Cho et al. and Karpathy et al. call 1 − z the update gate.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from models.network import RecurrentNetwork


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


@torch.inference_mode()
def unroll(
    network: RecurrentNetwork, ids: Tensor, state: CarriedState | None = None
) -> tuple[list[LayerStates], CarriedState]:
    """States and gates of every layer for token ids (T, B), and the state at the end.

    Equal to `network.recurrent` in evaluation mode, layer by layer.
    """
    state = state or CarriedState.zero(network, ids.shape[1])
    step = {"rnn": _rnn, "lstm": _lstm, "gru": _gru}[network.settings.cell]
    inputs = network.embedding(ids)
    layers = []
    for layer in range(network.settings.layers):
        w_ih, w_hh, b_ih, b_hh = (
            getattr(network.recurrent, f"{name}_l{layer}") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        projected = inputs @ w_ih.T + b_ih  # all positions in one product
        states = step(projected, w_hh.T, b_hh, state.hidden[layer], state.cell[layer])
        layers.append(states)
        inputs = states.hidden
    last_hidden = torch.stack([states.hidden[-1] for states in layers])
    last_cell = torch.stack([states.hidden[-1] if states.cell is None else states.cell[-1] for states in layers])
    return layers, CarriedState(last_hidden, last_cell)


def _rnn(projected: Tensor, w_hh: Tensor, b_hh: Tensor, hidden: Tensor, _: Tensor) -> LayerStates:
    all_hidden = []
    for inputs in projected:
        hidden = torch.tanh(inputs + torch.addmm(b_hh, hidden, w_hh))
        all_hidden.append(hidden)
    return LayerStates(torch.stack(all_hidden), None, {})


def _lstm(projected: Tensor, w_hh: Tensor, b_hh: Tensor, hidden: Tensor, cell: Tensor) -> LayerStates:
    units = hidden.shape[-1]
    all_hidden, all_cell, all_gates = [], [], []
    for inputs in projected:
        gates = torch.addmm(b_hh, hidden, w_hh).add_(inputs)
        gates[:, : 2 * units].sigmoid_()
        gates[:, 2 * units : 3 * units].tanh_()
        gates[:, 3 * units :].sigmoid_()
        i, f, g, o = gates.chunk(4, dim=1)
        cell = f * cell + i * g
        hidden = o * torch.tanh(cell)
        all_hidden.append(hidden)
        all_cell.append(cell)
        all_gates.append(gates)
    i, f, g, o = torch.stack(all_gates).chunk(4, dim=2)
    named = {"input_gate": i, "forget_gate": f, "candidate": g, "output_gate": o}
    return LayerStates(torch.stack(all_hidden), torch.stack(all_cell), named)


def _gru(projected: Tensor, w_hh: Tensor, b_hh: Tensor, hidden: Tensor, _: Tensor) -> LayerStates:
    units = hidden.shape[-1]
    all_hidden, all_gates = [], []
    for inputs in projected:
        recurrent = torch.addmm(b_hh, hidden, w_hh)
        rz = torch.sigmoid(inputs[:, : 2 * units] + recurrent[:, : 2 * units])
        r, z = rz.chunk(2, dim=1)
        n = torch.tanh(inputs[:, 2 * units :] + r * recurrent[:, 2 * units :])
        hidden = (1 - z) * n + z * hidden
        all_hidden.append(hidden)
        all_gates.append(torch.cat((rz, n), dim=1))
    r, z, n = torch.stack(all_gates).chunk(3, dim=2)
    return LayerStates(torch.stack(all_hidden), None, {"reset_gate": r, "update_gate": z, "candidate": n})
