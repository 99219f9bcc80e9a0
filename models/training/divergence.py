"""A training whose loss explodes or stops being a number is ended, with the learning rate to try instead."""

import math

from data_prep.errors import UserError
from models.recipe import TrainingSettings
from models.training.state import TrainingState

# A loss so many times that of a uniform guess is no way to learn.
EXPLODED = 10


def check_loss(loss: float, uniform_nats: float, settings: TrainingSettings, state: TrainingState) -> None:
    """UserError unless the loss (nats per prediction) is a number and not far above that of a uniform guess."""
    rate = state.optimizer.param_groups[0]["lr"]
    where = f"in epoch {len(state.history) + 1}, by update {state.update}; learning rate {rate:.3g}"
    hint = f"Lower it: --set training.learning_rate={settings.learning_rate / 10:.1g}"
    if not math.isfinite(loss):
        raise UserError(f"The loss stopped being a number {where}.", hint)
    if loss > EXPLODED * max(uniform_nats, 1.0):
        raise UserError(f"The loss exploded to {loss:,.0f} nats {where} (a uniform guess: {uniform_nats:.1f}).", hint)
