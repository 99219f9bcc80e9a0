"""From recipe and corpus to a run on disk: a training that can be watched, stopped and resumed."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import torch

from data_prep.corpus import Corpus, open_corpus
from data_prep.errors import UserError
from models.network import RecurrentNetwork
from models.recipe import Recipe
from models.run import Run, open_run
from models.run_folders import default_run_id, reserve_run_id, run_ids
from models.training.distribution import joined
from models.training.folder import TrainingFolder
from models.training.history import Epoch, history_to_json
from models.training.loop import train
from models.training.outcome import Stopped
from models.training.progress import Progress
from models.training.sample import LiveSample
from models.training.saving import save_run
from models.training.task import prediction_noun, uniform_nats
from models.training.trainings import begin_training


def new_training(recipe: Recipe, corpus: Corpus, run_id: str | None = None) -> TrainingFolder:
    """A folder for a training that is to become the run `run_id` (by default named after corpus and model).

    Raises UserError when there is a run or a training of this id.
    """
    recipe = recipe.model_copy(update={"corpus": corpus.name})
    return begin_training(reserve_run_id(run_id or default_run_id(recipe, corpus)), recipe, corpus)


def corpus_of(folder: TrainingFolder) -> Corpus:
    """The corpus that a training was begun with; UserError when it has been made anew since, or is gone."""
    place = folder.corpus.get("folder", "")
    corpus = open_corpus(place if place and Path(place).is_dir() else folder.corpus["name"])
    if corpus.digest != folder.corpus["digest"]:
        raise UserError(
            f"The corpus {corpus.name} is not the one that the training {folder.run_id} was begun with.",
            "Prepare it as it was, or begin a new training.",
        )
    return corpus


def run_training(
    folder: TrainingFolder,
    *,
    device: torch.device,
    keep: bool = False,
    on_progress: Callable[[Progress], None] = lambda _: None,
    on_epoch: Callable[[Epoch], None] = lambda _: None,
) -> Run | None:
    """Begin the training or go on with it, to its end, and write the run; the folder is then deleted.

    keep: end it at once, and keep what it has learnt so far as the run.
    Returns None when it was asked to stop (its state is kept), and in all but the leading one of the processes
    that `torchrun` started, which alone holds the folder, reports and writes.
    Raises UserError as `train` does, when another process is at it, or when something cannot be written.
    """
    with joined(device) as share:
        share.wait()  # until all have opened the folder, which the leading one may delete
        if share.leads:
            return _lead(folder, device, keep, on_progress, on_epoch)
        with suppress(Stopped):
            train(folder.recipe, corpus_of(folder), device=device, folder=folder)
    return None


def _lead(
    folder: TrainingFolder,
    device: torch.device,
    keep: bool,
    on_progress: Callable[[Progress], None],
    on_epoch: Callable[[Epoch], None],
) -> Run | None:
    if (run := _written_before(folder)) is not None:
        return run
    with folder.locked():
        folder.report(status="running", error=None, pid=os.getpid(), started=time.time())
        if keep:
            folder.ask("keep")

        def show_progress(now: Progress, network: RecurrentNetwork) -> None:
            folder.report(**vars(now), **live.write(network, now.epoch, now.update))
            on_progress(now)

        def show_epoch(done: Epoch) -> None:
            earlier = [epoch for epoch in folder.progress().get("history", []) if epoch["epoch"] < done.epoch]
            folder.report(history=earlier + history_to_json([done]))
            on_epoch(done)

        try:
            corpus = corpus_of(folder)
            folder.report(uniform_nats=uniform_nats(corpus), per=prediction_noun(corpus))
            live = LiveSample(corpus)
            trained = train(
                folder.recipe, corpus, device=device, folder=folder, on_progress=show_progress, on_epoch=show_epoch
            )
            if trained is None:
                return None
            run = save_run(folder.run_id, folder.recipe, corpus, trained)
        except Stopped:
            folder.report(status="stopped")
            return None
        except UserError as error:
            folder.report(status="failed", error={"message": error.message, "hint": error.hint})
            raise
        folder.report(status="finished")
    folder.delete()
    return run


def _written_before(folder: TrainingFolder) -> Run | None:
    """The run, where a process was ended between writing it and deleting the training's folder."""
    if folder.run_id not in run_ids():
        return None
    run = open_run(folder.run_id)
    if (run.recipe, run.corpus["digest"]) != (folder.recipe, folder.corpus["digest"]):
        reserve_run_id(folder.run_id)  # another run has come by this id: better said now than at the end
    folder.delete()
    return run
