"""Sweeps on this machine. The engine of these tests starts real processes; only the first tests play one."""

import functools
import os
import signal
import sys
import time
from contextlib import closing

import pytest

from data_prep.corpus import Corpus, open_corpus
from data_prep.errors import UserError
from data_prep.preparing import prepare_corpus
from data_prep.tokens import Tokenisation
from models.recipe import Recipe
from models.run import open_run
from models.run_folders import run_ids
from models.sweeps.grid import GridModel, expand_grid, load_grid
from models.sweeps.local import LocalEngine
from models.sweeps.sweep import LOSSES, Event, Sweep, training_of
from models.training.job import new_training
from models.training.trainings import training_ids

TINY = (
    "model: {cell: [rnn, gru], layers: 1, units: [6, 9], embedding: 5}\ntraining: {epochs: 2, batch: 10, steps: 20}\n"
)
LONG = "model: {cell: gru, layers: 1, units: 40, embedding: 5}\ntraining: {epochs: 300, batch: 10, steps: 20}\n"


@pytest.fixture
def corpus(tmp_path, rnnscope_home, make_text, monkeypatch) -> Corpus:
    monkeypatch.setattr("models.run_folders.GALLERY", tmp_path / "no-gallery")
    (tmp_path / "toy.txt").write_text(make_text(150, seed=7))
    return prepare_corpus(tmp_path / "toy.txt", Tokenisation("bytes"), name="toy")


@pytest.fixture
def models(corpus, tmp_path):
    """models(yaml, *assignments) → the models of a grid over the corpus."""

    def expand(raw: str, *assignments: str) -> list[GridModel]:
        (tmp_path / "grid.yaml").write_text(f"corpus: toy\n{raw}")
        return expand_grid(load_grid(str(tmp_path / "grid.yaml"), list(assignments)), open_corpus)

    return expand


def sweep_here(models: list[GridModel], on_event=lambda *_: None) -> Sweep:
    """A sweep with two processes, to its end."""
    sweep = Sweep(models, open_corpus)
    with closing(LocalEngine(open_corpus, jobs=2, cores=2, device="cpu")) as engine:
        sweep.run(engine, on_event)
    return sweep


def said(sweep: Sweep) -> dict[str, tuple[str, int]]:
    return {standing.id: (standing.state, standing.attempts) for standing in sweep.standings.values()}


def wait_for(what, seconds: float = 90.0):
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)
    return found


class Played:
    """An engine whose attempts end as written: played["id"] holds the ends of its attempts in order."""

    def __init__(self, **played: str) -> None:
        self.ends = {name.replace("_", "-"): ends.split() for name, ends in played.items()}
        self.queue: list[str] = []
        self.stopped = False

    def start(self, model):
        assert model.id not in self.queue, "two attempts at one model at once"
        self.queue.append(model.id)

    def events(self):
        run_id = self.queue.pop(0)
        end = "stopped" if self.stopped else self.ends[run_id].pop(0)
        return [Event(run_id, "began"), Event(run_id, end, error="why" if end in ("failed", "lost") else None)]

    def is_busy(self):
        return bool(self.queue)

    def stop(self):
        self.stopped = True

    def close(self):
        pass


def test_what_fails_is_tried_twice_and_what_is_lost_until_it_ends(models, monkeypatch):
    monkeypatch.setattr("models.sweeps.sweep.open_run", lambda _: Played)
    Played.test = {}
    sweep = Sweep(models(TINY), open_corpus)
    sweep.run(
        Played(
            toy_rnn_1x6="failed finished",
            toy_rnn_1x9="failed failed finished",
            toy_gru_1x6="lost " * LOSSES + "finished",
            toy_gru_1x9="lost " * (LOSSES + 1) + "finished",
        )
    )
    assert said(sweep) == {
        "toy-rnn-1x6": ("finished", 2),
        "toy-rnn-1x9": ("failed", 2),
        "toy-gru-1x6": ("finished", LOSSES + 1),
        "toy-gru-1x9": ("failed", LOSSES + 1),
    }
    errors = {standing.id: standing.error for standing in sweep.standings.values() if standing.error}
    assert errors == {"toy-rnn-1x9": "why", "toy-gru-1x9": "why"}


def test_nothing_is_tried_again_once_a_sweep_is_to_stop(models):
    sweep, engine = Sweep(models(TINY), open_corpus), Played(toy_rnn_1x6="failed failed")
    sweep.run(engine, lambda *_: sweep.stop())
    assert said(sweep)["toy-rnn-1x6"] == ("waiting", 1)
    assert {state for state, _ in list(said(sweep).values())[1:]} == {"stopped"}


def test_four_models_are_trained_and_then_skipped(models, corpus):
    grid = models(TINY)
    events = []
    first = sweep_here(grid, lambda event, _: events.append((event.kind, event.id)))
    assert set(said(first).values()) == {("finished", 1)}
    assert [run_id for kind, run_id in events if kind == "began"] == [model.id for model in grid]
    assert set(run_ids()) == {model.id for model in grid}
    assert training_ids() == []
    for model in grid:
        run = open_run(model.id)
        assert run.recipe == model.recipe
        assert run.corpus["digest"] == corpus.digest
        assert first.standings[model.id].test == run.test

    again = sweep_here(grid, lambda *_: pytest.fail("it trained"))
    assert set(said(again).values()) == {("skipped", 0)}
    assert [it.test for it in again.standings.values()] == [it.test for it in first.standings.values()]
    renamed = [GridModel(model.id, model.recipe.model_copy(update={"name": "other"})) for model in grid]
    assert set(said(Sweep(renamed, open_corpus)).values()) == {("skipped", 0)}  # a name changes no model


def test_a_model_that_always_fails_is_reported_and_tried_twice(models):
    grid = models(
        TINY, "model.cell=rnn", "model.units=6", "training.learning_rate=[0.01, 1000]", "training.weight_decay=10"
    )
    kinds = []
    sweep = sweep_here(grid, lambda event, _: kinds.append((event.id, event.kind)))
    works, fails = (model.id for model in grid)
    assert said(sweep) == {works: ("finished", 1), fails: ("failed", 2)}
    assert "learning_rate" in sweep.standings[fails].error
    assert kinds.count((fails, "began")) == kinds.count((fails, "failed")) == 2
    assert run_ids() == [works]
    assert fails not in training_ids()  # it had no state to go on from


def test_a_killed_process_is_tried_again_from_its_last_state(models):
    grid, events = models(LONG, "training.epochs=40"), []

    def kill_once(event: Event, standing) -> None:
        events.append((event.kind, event.epoch))
        if event.kind == "moved" and event.epoch > 2 and standing.attempts == 1:
            os.kill(folder().progress()["pid"], signal.SIGKILL)

    def folder():
        return training_of(grid[0], open_corpus("toy"))

    sweep = sweep_here(grid, kill_once)
    (standing,) = sweep.standings.values()
    assert (standing.state, standing.attempts, standing.error) == ("finished", 2, None)
    failed = [kind for kind, _ in events].index("failed")
    assert min(epoch for kind, epoch in events[failed:] if kind == "moved") > 1
    assert [epoch["epoch"] for epoch in open_run(grid[0].id).history] == list(range(1, 41))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_the_states_are_kept_however_a_sweep_ends(models, tmp_path, start_process, how):
    (model,) = models(LONG)
    command = [sys.executable, "-m", "app.cli", "sweep", tmp_path / "grid.yaml", "--json"]
    process = start_process(command, start_new_session=True)
    wait_for(lambda: model.id in training_ids() and training_of(model, open_corpus("toy")).latest_state())
    os.killpg(process.pid, how)  # as a terminal does
    printed, _ = process.communicate(timeout=60)
    folder = training_of(model, open_corpus("toy"))
    wait_for(lambda: not folder.is_running() and folder.progress()["status"] == "stopped")
    assert folder.latest_state() is not None
    assert ('"state": "stopped"' in printed) == (how == signal.SIGINT)
    assert run_ids() == []


def test_an_id_that_another_model_has_stops_a_sweep_before_it_trains(models, corpus, make_text, tmp_path):
    (model,) = models(LONG, "training.epochs=1")
    other = model.recipe.model_copy(update={"seed": 5})
    folder = new_training(other, corpus, model.id)
    with pytest.raises(UserError, match=f"an unfinished training called {model.id}, of another recipe") as caught:
        Sweep([model], open_corpus)
    assert "--set name=" in caught.value.hint
    folder.delete()
    sweep_here([model])
    with pytest.raises(UserError, match=f"a run called {model.id} already, of another recipe or corpus"):
        Sweep([GridModel(model.id, other)], open_corpus)
    (tmp_path / "toy.txt").write_text(make_text(151, seed=8))
    prepare_corpus(tmp_path / "toy.txt", Tokenisation("bytes"), name="other")
    recipe = model.recipe.model_copy(update={"corpus": "other"})
    with pytest.raises(UserError, match="of another recipe or corpus"):
        Sweep([GridModel(model.id, recipe)], functools.cache(open_corpus))
    with pytest.raises(UserError, match="a classifier needs labelled texts"):
        Sweep([GridModel("mine", Recipe(task="classifier", corpus="toy"))], open_corpus)
