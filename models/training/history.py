"""The epochs of a training, and what follows from their validation losses."""

import math
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Epoch:
    """One pass over the training part: mean training and validation cross-entropy (nats per prediction).

    learning_rate: of its last update. seconds: since the training began.
    """

    epoch: int
    train_nats: float
    valid_nats: float
    learning_rate: float
    seconds: float


def history_to_json(history: list[Epoch]) -> list[dict[str, Any]]:
    """The epochs as plain dictionaries."""
    return [asdict(epoch) for epoch in history]


def best_epoch(history: list[Epoch]) -> int:
    """The epoch (from 1) with the lowest validation loss, the first of equals."""
    return min(history, key=lambda epoch: epoch.valid_nats).epoch


def poor_epochs(history: list[Epoch], *, since_best: bool = False) -> int:
    """How many epochs brought no better validation loss: in all, or since the best one."""
    poor, best = 0, math.inf
    for epoch in history:
        better = epoch.valid_nats < best
        best = min(best, epoch.valid_nats)
        poor = 0 if better and since_best else poor + (not better)
    return poor
