"""Live progress of long work on a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from models.training import Epoch
from models.training import Progress as TrainingProgress


@contextmanager
def training_progress(
    console: Console,
) -> Iterator[tuple[Callable[[TrainingProgress], None], Callable[[Epoch], None]]]:
    """A bar with epoch, loss, tokens per second and time left; one line per finished epoch."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[state]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("training", total=None, state="starting")

        def on_progress(now: TrainingProgress) -> None:
            state = f"loss {now.loss:.3f} nats · {now.tokens_per_second:,.0f} tokens/s · {_clock(now.seconds_left)} left"
            bar.update(
                task, description=f"epoch {now.epoch}/{now.epochs}", completed=now.update, total=now.updates, state=state
            )

        def on_epoch(done: Epoch) -> None:
            console.print(
                f"epoch {done.epoch}: train {done.train_nats:.4f}, valid {done.valid_nats:.4f} nats per token "
                f"({_clock(done.seconds)})",
                highlight=False,
            )

        yield on_progress, on_epoch


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
