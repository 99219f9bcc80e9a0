"""A sweep: every model of a grid trained to its end, each once, wherever an engine runs it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from data_prep.corpus import Corpus
from data_prep.errors import UserError
from models.recipe import Recipe
from models.run import Run, open_run
from models.run_folders import run_folder
from models.sweeps.grid import GridModel
from models.training.folder import TrainingFolder
from models.training.job import new_training
from models.training.task import check_task
from models.training.trainings import open_training, training_ids

ATTEMPTS = 2
LOSSES = 5


@dataclass
class Standing:
    """Where a model of a sweep stands.

    state: `skipped` had been finished before; `waiting` and `stopped` are left over when a sweep is
    interrupted, the latter with a state to go on from. test: the run's test figures. error: why the last
    attempt failed. attempts and seconds: of this sweep.
    """

    id: str
    epochs: int
    state: Literal["waiting", "running", "finished", "failed", "skipped", "stopped"] = "waiting"
    epoch: int = 0
    loss: float | None = None
    test: dict[str, Any] | None = None
    error: str | None = None
    attempts: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Event:
    """What happened to the attempt at a model: it began, moved on, or ended in one of four ways.

    lost: the machine that it ran on went away, for which the model is not to blame.
    """

    id: str
    kind: Literal["began", "moved", "finished", "failed", "lost", "stopped"]
    epoch: int = 0
    loss: float | None = None
    error: str | None = None


class Engine(Protocol):
    """Runs attempts, as many at once as it can; never two at the same model."""

    def start(self, model: GridModel) -> None:
        """Put an attempt in the queue."""

    def events(self) -> list[Event]:
        """What happened since the last call; waits for a moment. A finished model's run is in the home folder."""

    def is_busy(self) -> bool:
        """Whether an attempt waits or is under way."""

    def stop(self) -> None:
        """Forget the queue, and ask what is under way to keep its state and end."""

    def close(self) -> None:
        """End whatever there still is."""


class Sweep:
    """The models of a grid and where each of them stands.

    Raises UserError, before anything is trained, when a corpus does not fit a recipe, or when a run or an
    unfinished training of another recipe or corpus has the id of a model.
    """

    def __init__(self, models: list[GridModel], corpus_of: Callable[[str], Corpus]) -> None:
        self.models = {model.id: model for model in models}
        self.standings = {model.id: Standing(model.id, model.recipe.training.epochs) for model in models}
        self._failures = dict.fromkeys(self.models, 0)
        self._losses = dict.fromkeys(self.models, 0)
        self._began: dict[str, float] = {}
        self._stopping = threading.Event()
        for model in models:
            corpus = corpus_of(str(model.recipe.corpus))
            check_task(model.recipe, corpus)
            run = finished_run(model, corpus)
            if run is not None:
                self.standings[model.id] = replace(self.standings[model.id], state="skipped", test=run.test)
            elif model.id in training_ids():
                training_of(model, corpus)

    def run(self, engine: Engine, on_event: Callable[[Event, Standing], None] = lambda *_: None) -> None:
        """Train what is not finished, until every model is, has failed ATTEMPTS times, or `stop` is called."""
        for standing in self.standings.values():
            if standing.state == "waiting":
                engine.start(self.models[standing.id])
        told = False
        while engine.is_busy():
            if self._stopping.is_set() and not told:
                engine.stop()
                told = True
            for event in engine.events():
                self._take(event, engine)
                on_event(event, self.standings[event.id])

    def stop(self) -> None:
        """Let what is under way keep its state, and begin nothing more. May be called from a signal handler."""
        self._stopping.set()

    def _take(self, event: Event, engine: Engine) -> None:
        standing = self.standings[event.id]
        if event.kind == "began" or (event.kind in ("failed", "lost") and standing.state != "running"):
            standing.attempts += 1
        if event.kind == "began":
            self._began[event.id] = time.monotonic()
        elif event.kind != "moved" and standing.state == "running":
            standing.seconds += time.monotonic() - self._began[event.id]
        match event.kind:
            case "began":
                standing.state = "running"
            case "moved":
                standing.epoch, standing.loss = event.epoch, event.loss
            case "finished":
                standing.state, standing.error = "finished", None
                standing.test = open_run(event.id).test
            case "stopped":
                standing.state = "stopped"
            case "failed" | "lost":
                standing.error = event.error
                count = self._losses if event.kind == "lost" else self._failures
                count[event.id] += 1
                final = self._failures[event.id] >= ATTEMPTS or self._losses[event.id] > LOSSES
                standing.state = "failed" if final else "waiting"
                if not final and not self._stopping.is_set():
                    engine.start(self.models[event.id])


def finished_run(model: GridModel, corpus: Corpus) -> Run | None:
    """The run that the model has become; UserError when another one has its id."""
    if not run_folder(model.id).is_dir():
        return None
    run = open_run(model.id)
    if not _is_of(model, corpus, run.recipe, run.corpus["digest"]):
        raise UserError(
            f"There is a run called {model.id} already, of another recipe or corpus.",
            "Give the grid a name, which its runs' ids then begin with: --set name=mine",
        )
    return run


def training_of(model: GridModel, corpus: Corpus) -> TrainingFolder:
    """The model's training: the unfinished one, or else a new one; UserError when another one has its id."""
    if model.id not in training_ids():
        return new_training(model.recipe, corpus, model.id)
    folder = open_training(model.id)
    if not _is_of(model, corpus, folder.recipe, folder.corpus["digest"]):
        raise UserError(
            f"There is an unfinished training called {model.id}, of another recipe or corpus.",
            f"Finish it first, with rnnscope train --resume {model.id}, or give the grid a name: --set name=mine",
        )
    return folder


def _is_of(model: GridModel, corpus: Corpus, recipe: Recipe, digest: str) -> bool:
    def bare(recipe: Recipe) -> Recipe:
        return recipe.model_copy(update={"name": None, "corpus": None})

    return bare(recipe) == bare(model.recipe) and digest == corpus.digest
