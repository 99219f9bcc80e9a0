"""From recipe and corpus to a run on disk: a training that can be watched, stopped and resumed."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import torch

from data_prep.corpus import Corpus, open_corpus
from data_prep.errors import UserError
from models.network import RecurrentNetwork
from models.recipe import Recipe
from models.run import Run, default_run_id, open_run, reserve_run_id, run_ids, save_run
from models.training import Epoch, Progress, Stopped, history_to_json, train
from models.training_folder import TrainingFolder, begin_training


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
    on_progress: Callable[[Progress], None] = lambda _: None,
    on_epoch: Callable[[Epoch], None] = lambda _: None,
) -> Run | None:
    """Begin the training or go on with it, to its end, and write the run; the folder is then deleted.

    Returns None when it was asked to stop (its state is kept), and in all but one of several processes.
    Raises UserError as `train` does, when another process is at it, or when something cannot be written.
    """
    if (run := _written_before(folder)) is not None:
        return run
    with folder.locked():
        corpus = corpus_of(folder)
        folder.report(status="running", error=None, pid=os.getpid(), started=time.time())

        def show_progress(now: Progress, _: RecurrentNetwork) -> None:
            folder.report(**vars(now))
            on_progress(now)

        def show_epoch(done: Epoch) -> None:
            earlier = [epoch for epoch in folder.progress().get("history", []) if epoch["epoch"] < done.epoch]
            folder.report(history=earlier + history_to_json([done]))
            on_epoch(done)

        try:
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
