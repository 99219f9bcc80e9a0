"""Where a training stands, for whoever watches: how low its loss is, how fast it reads, when it will end."""

import time
from dataclasses import dataclass

from models.training.state import TrainingState


@dataclass(frozen=True)
class Progress:
    """Where a training stands. Loss in nats per prediction since the report before; seconds since the start."""

    epoch: int
    epochs: int
    update: int
    updates: int
    loss: float
    tokens_per_second: float
    seconds: float
    seconds_left: float


class ProgressMeter:
    """Measures what was done since the last report, and since this process began or went on with the training.

    loss_sum and predictions are those of the epoch, up to the last report.
    """

    def __init__(self, state: TrainingState, *, epochs: int, updates_per_epoch: int, tokens_per_update: float) -> None:
        self.epochs, self.updates, self.tokens_per_update = epochs, epochs * updates_per_epoch, tokens_per_update
        self.started = self.reported = time.monotonic()
        self.first_update = self.update = state.update
        self.loss_sum, self.predictions = state.loss_sum.item(), state.predictions

    def read(self, state: TrainingState) -> Progress:
        """The progress since the last reading, after at least one update. Reading the loss waits for the device."""
        now, loss_sum = time.monotonic(), state.loss_sum.item()
        progress = Progress(
            epoch=min(len(state.history) + 1, self.epochs),
            epochs=self.epochs,
            update=state.update,
            updates=self.updates,
            loss=(loss_sum - self.loss_sum) / (state.predictions - self.predictions),
            tokens_per_second=(state.update - self.update) * self.tokens_per_update / (now - self.reported),
            seconds=state.seconds(),
            seconds_left=(self.updates - state.update) * (now - self.started) / (state.update - self.first_update),
        )
        self.reported, self.update = now, state.update
        self.loss_sum, self.predictions = loss_sum, state.predictions
        return progress

    def begin_epoch(self) -> None:
        """Sums of losses and predictions begin at zero again."""
        self.loss_sum, self.predictions = 0.0, 0
