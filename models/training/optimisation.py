"""Optimiser, learning-rate schedule and gradient clipping, as a recipe names them."""

import math

import torch
from torch import nn

from models.recipe import TrainingSettings


def make_optimizer(network: nn.Module, settings: TrainingSettings) -> torch.optim.Optimizer:
    """The recipe's optimiser over all weights of the network."""
    options = {"lr": settings.learning_rate, "weight_decay": settings.weight_decay}
    if settings.optimizer == "rmsprop":
        return torch.optim.RMSprop(network.parameters(), alpha=settings.rmsprop_decay, **options)
    kinds = {"adamw": torch.optim.AdamW, "adam": torch.optim.Adam, "sgd": torch.optim.SGD}
    return kinds[settings.optimizer](network.parameters(), fused=True, **options)


def learning_rate(settings: TrainingSettings, update: int, updates_per_epoch: int, poor_epochs: int) -> float:
    """The learning rate of `update` (from 0). poor_epochs: how many epochs brought no better validation loss."""
    progress = update / (updates_per_epoch * settings.epochs)
    factor = {
        "constant": 1.0,
        "linear": 1 - progress,
        "cosine": 0.5 * (1 + math.cos(math.pi * progress)),
        "decay": settings.decay_factor ** max(0, update // updates_per_epoch + 1 - settings.decay_after),
        "plateau": settings.decay_factor**poor_epochs,
    }[settings.schedule]
    return settings.learning_rate * factor


def clip_gradients(network: nn.Module, settings: TrainingSettings) -> None:
    """Bound the gradient as the recipe says: its entries, its norm, both or not at all."""
    if settings.clip_value is not None:
        nn.utils.clip_grad_value_(network.parameters(), settings.clip_value)
    if settings.clip_norm is not None:
        nn.utils.clip_grad_norm_(network.parameters(), settings.clip_norm)
