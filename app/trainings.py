"""What there is to see of the trainings in the home folder, whoever started them."""

import time
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from app import jobs
from data_prep.corpus import Corpus
from data_prep.errors import UserError
from data_prep.sealed_folder import MANIFEST
from models.recipe import Recipe
from models.run_folders import runs_home
from models.training.folder import Request, TrainingFolder
from models.training.job import new_training
from models.training.trainings import find_training, open_training, training_ids

State = Literal["starting", "running", "stopped", "failed", "interrupted", "finished"]
LATELY_SECONDS = 3600
MOST_FINISHED = 3


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class Sentences(_Read):
    """What a failed training said."""

    message: str
    hint: str = ""


class SeenEpoch(_Read):
    """One epoch; see `models.training.history.Epoch`."""

    epoch: int
    train_nats: float
    valid_nats: float
    learning_rate: float
    seconds: float


class Seen(_Read):
    """What a training reports; see `models.training.progress.Progress`. Everything is missing before the first report.

    curve: [update, nats] of the training part. per: what losses are the mean over. sample: what it writes now.
    """

    status: str | None = None
    error: Sentences | None = None
    time: float = 0.0
    epoch: int = 0
    epochs: int = 0
    update: int = 0
    updates: int = 0
    loss: float | None = None
    tokens_per_second: float | None = None
    seconds_left: float | None = None
    per: str = "token"
    uniform_nats: float | None = None
    curve: tuple[tuple[float, float], ...] = ()
    history: tuple[SeenEpoch, ...] = ()
    sample: str | None = None
    sample_update: int = 0

    @property
    def best(self) -> SeenEpoch | None:
        """The epoch with the lowest validation loss."""
        return min(self.history, key=lambda epoch: epoch.valid_nats, default=None)

    def history_rows(self) -> list[dict[str, Any]]:
        """The epochs as rows of a table."""
        return [epoch.model_dump() for epoch in self.history]


@dataclass(frozen=True)
class Watched:
    """A training as it is at one moment. asked: what its process has been asked and has not done yet."""

    folder: TrainingFolder
    state: State
    seen: Seen
    asked: Request | None

    @property
    def is_alive(self) -> bool:
        """Whether a process is at it, or about to be."""
        return self.state in ("starting", "running")


def watch(run_id: str) -> Watched:
    """A training as it is now; UserError when there is none of this id, or its folder is damaged."""
    folder = open_training(run_id)
    running = folder.is_running()  # before the progress is read: one that ends in between has reported how
    try:
        seen = Seen.model_validate(folder.progress())
    except ValidationError:
        seen = Seen()
    return Watched(folder, _state(folder, seen, running=running), seen, folder.request() if running else None)


def watch_all() -> tuple[list[Watched], list[UserError]]:
    """(trainings, faults): every unfinished training, those that run first; and what is wrong with the others."""
    found, faults = [], []
    for run_id in training_ids():
        try:
            found.append(watch(run_id))
        except UserError as error:
            faults.append(error)
    return sorted(found, key=lambda watched: not watched.is_alive), faults


def begin_training(recipe: Recipe, corpus: Corpus, run_id: str) -> bool:
    """Begin a training in a process of its own; False when this very one is there already, whoever began it.

    Raises UserError when the id is taken, or nothing can be written.
    """
    with jobs.starting():  # two visitors may press the button together
        if find_training(recipe, corpus) is not None:
            return False
        jobs.start_trainer(new_training(recipe, corpus, run_id))
    return True


def resume_training(run_id: str) -> None:
    """Go on with a training in a process of its own, unless one is at it; of two servers' its lock lets one in."""
    _start(run_id, keep=False)


def keep_training(run_id: str) -> None:
    """End a training, unless a process is at it: what it has learnt becomes a run."""
    _start(run_id, keep=True)


def finished_lately() -> list[tuple[str, float]]:
    """(id, seconds ago) of your own runs that were finished within the last hour, the latest first."""
    ended: list[tuple[str, float]] = []
    for manifest in runs_home().glob(f"[!.]*/{MANIFEST}"):
        try:
            ended.append((manifest.parent.name, time.time() - manifest.stat().st_mtime))
        except OSError:
            continue  # deleted meanwhile
    lately = (run for run in ended if run[1] < LATELY_SECONDS)
    return sorted(lately, key=lambda run: run[1])[:MOST_FINISHED]


def _start(run_id: str, *, keep: bool) -> None:
    with jobs.starting():
        watched = watch(run_id)
        if not watched.is_alive:
            jobs.start_trainer(watched.folder, keep=keep)


def _state(folder: TrainingFolder, seen: Seen, *, running: bool) -> State:
    if running:
        return "running"
    trainer = jobs.trainer_of(folder.run_id)
    if trainer is not None and seen.time < trainer.started:  # it has not come so far as to report
        return "starting" if trainer.is_alive() else "interrupted"
    if (runs_home() / folder.run_id).is_dir():
        return "finished"  # and ended before it could take its folder away
    return seen.status if seen.status in ("stopped", "failed") else "interrupted"
