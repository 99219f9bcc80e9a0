"""How a training ends: with a trained network, or stopped for the time being."""

from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from models.network import RecurrentNetwork
from models.training.checkpoints import Checkpoint
from models.training.history import Epoch


@dataclass(frozen=True)
class Trained:
    """A finished training: the network with the weights that were best on the validation part.

    test: the figures of the test part, see `evaluation.measure`. last_weights: those after the last update,
    where they are others.
    """

    network: RecurrentNetwork
    history: list[Epoch]
    test: dict[str, Any]
    best_epoch: int
    seconds: float
    checkpoints: list[Checkpoint] = field(default_factory=list)
    last_weights: dict[str, Tensor] | None = None


class Stopped(Exception):  # noqa: N818 (it is no error)
    """The training was asked to stop; its state is kept."""
