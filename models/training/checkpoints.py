"""The weights on the way, for training dynamics: when they are kept, and as what."""

import math
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from models.recipe import TrainingSettings
from models.training.snapshot import Snapshot


@dataclass(frozen=True)
class Checkpoint:
    """The weights after `update` (in the stored precision), and what the validation part then cost in nats.

    epoch: how many epochs that is, such as 0.25.
    """

    update: int
    epoch: float
    valid_nats: float
    weights: dict[str, Tensor]

    def facts(self) -> dict[str, Any]:
        """All but the weights."""
        return {"update": self.update, "epoch": self.epoch, "valid_nats": self.valid_nats}

    def to_snapshot(self) -> Snapshot:
        """What a training's folder keeps of it."""
        return Snapshot(self.weights, self.facts())

    @classmethod
    def from_snapshot(cls, snapshot: Snapshot) -> "Checkpoint":
        """What `to_snapshot` kept."""
        return cls(**snapshot.facts, weights=snapshot.tensors)


def early_updates(settings: TrainingSettings, updates_per_epoch: int) -> set[int]:
    """The updates amid the first epoch after which a checkpoint is kept: at 1/2, 1/4 … of it."""
    halvings = range(1, settings.checkpoints_in_first_epoch)
    return {math.ceil(updates_per_epoch / 2**halving) for halving in halvings} - {updates_per_epoch}


def is_kept_after(epoch: int, settings: TrainingSettings) -> bool:
    """Whether the weights at the end of this epoch (from 1) are a checkpoint."""
    if epoch == 1 and settings.checkpoints_in_first_epoch:
        return True
    return settings.checkpoint_every is not None and epoch % settings.checkpoint_every == 0
