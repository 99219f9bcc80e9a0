"""How strongly what stands above a unit reads it."""

import numpy as np
import torch

from models.network import RecurrentNetwork


@torch.no_grad()
def outgoing_norms(network: RecurrentNetwork) -> np.ndarray:
    """(L, H): the Euclidean norm of the weights from each unit up: to the gates of the layer above, or to the logits.

    What a layer tells itself is left out. Norms of different layers cannot be compared: they lead to other things.
    Of a network that reads both ways, what is above reads the half that reads forward.
    """
    units = network.settings.units
    above = [getattr(network.recurrent, f"weight_ih_l{layer}") for layer in range(1, network.settings.layers)]
    weights = [*above, network.decoder.weight]
    return torch.stack([one[:, :units].norm(dim=0) for one in weights]).float().cpu().numpy()
