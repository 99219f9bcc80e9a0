"""What every unit of a layer does along a text: its state, how that changes, and its gates."""

import numpy as np
import torch

from analysis.states import unroll
from analysis.texts.reading import Reading, check_forward
from data_prep.errors import UserError
from models.network import RecurrentNetwork

GATES = {
    "rnn": (),
    "gru": ("reset_gate", "update_gate", "candidate"),
    "lstm": ("input_gate", "forget_gate", "candidate", "output_gate"),
}


def quantities(cell: str) -> tuple[str, ...]:
    """What `unit_values` can tell of a network of this cell: states, their changes, and gates."""
    states = ("hidden", "cell") if cell == "lstm" else ("hidden",)
    return (*states, *(f"{state}_change" for state in states), *GATES[cell])


def unit_values(network: RecurrentNetwork, reading: Reading, layer: int, quantity: str) -> np.ndarray:
    """(T, H): one of `quantities` of a layer (0-based) after, or at, each token of a text that the network read.

    States and their changes are those of the reading. Gates lie within 0 … 1, the candidate within −1 … 1; torch's
    GRU keeps the old state where its update gate is 1.

    Raises UserError for another quantity or layer.
    """
    settings = network.settings
    if quantity not in quantities(settings.cell) or not 0 <= layer < settings.layers:
        raise UserError(
            f"There is no {quantity.replace('_', ' ')} of layer {layer + 1}.",
            f"Choose one of {', '.join(quantities(settings.cell))} and layers 1 to {settings.layers}.",
        )
    if quantity in reading.states:
        return reading.states[quantity][:, layer]
    if quantity.endswith("_change"):
        return reading.responses(quantity.removesuffix("_change"))[:, layer]
    check_forward(network)
    layers, _ = unroll(network, torch.from_numpy(reading.ids)[:, None].to(network.device))
    return layers[layer].gates[quantity][:, 0].cpu().numpy()
