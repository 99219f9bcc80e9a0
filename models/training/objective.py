"""What a training minimises."""

import numpy as np
import torch
from torch import Tensor, nn

from models.network import RecurrentNetwork, State
from models.training.batches import Batch


class Objective(nn.Module):
    """The loss as a module, which is what gradients are averaged over where processes share a training.

    class_weights: (classes,), how much a text of each counts; None where all count alike.
    """

    def __init__(self, network: RecurrentNetwork, class_weights: np.ndarray | None) -> None:
        super().__init__()
        self.network = network
        weights = None if class_weights is None else torch.tensor(class_weights, dtype=torch.float32)
        self.class_weights = None if weights is None else weights.to(network.device)

    def forward(self, batch: Batch, state: State) -> tuple[Tensor, State]:
        """(mean loss in nats per prediction, the state after the batch, None where texts are separate)."""
        if batch.lengths is None:
            return self.network.loss(batch.ids, batch.targets, state)
        return self.network.loss(batch.ids, batch.lengths, batch.targets, self.class_weights), None
