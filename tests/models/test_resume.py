"""Trainings that are killed, stopped or damaged on the way, and still end in the weights of an undisturbed one."""

import itertools
import json
import os
import random
import shutil
import signal
import sys
import time
from functools import partial
from pathlib import Path

import pytest
import safetensors.torch
import torch
import yaml
from typer.testing import CliRunner

from app.cli.main import cli
from data_prep.corpus import open_corpus
from data_prep.labelled import LabelOptions
from data_prep.preparing import prepare_corpus
from data_prep.tokens import Tokenisation
from models.recipe import Recipe
from models.run import LAST_WEIGHTS, WEIGHTS, Run, open_run
from models.training import folder as folder_module
from models.training import loop
from models.training.folder import TrainingFolder
from models.training.history import history_to_json
from models.training.job import corpus_of, new_training, run_training
from models.training.loop import train
from models.training.outcome import Trained
from models.training.progress import Progress
from models.training.trainings import open_training

CPU = torch.device("cpu")
KILLS, LEEWAY = 3, 10  # updates
MODEL = {"cell": "lstm", "layers": 2, "units": 6, "embedding": 6, "dropout": 0.3}
TRAINING = {"epochs": 4, "batch": 10, "steps": 8, "checkpoints_in_first_epoch": 3, "checkpoint_every": 2}
RECIPES = {
    "tied-lstm-adamw-cosine": {"model": MODEL | {"tied": True}, "training": TRAINING | {"learning_rate": 0.05}},
    "gru-rmsprop-decay": {
        "model": MODEL | {"cell": "gru", "embedding": "one-hot"},
        "training": TRAINING
        | {"optimizer": "rmsprop", "schedule": "decay", "decay_factor": 0.7, "learning_rate": 0.02, "clip_value": 0.01},
    },
    "bidirectional-classifier": {
        "task": "classifier",
        "model": MODEL | {"bidirectional": True},
        "training": TRAINING | {"batch": 8, "schedule": "plateau", "learning_rate": 0.02, "patience": 9},
    },
}


@pytest.fixture(scope="module")
def corpora_home(tmp_path_factory, make_text):
    """A home with the corpora `text` and `reviews`, to be copied from."""
    folder = tmp_path_factory.mktemp("resume")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RNNSCOPE_HOME", str(folder / "home"))
        (folder / "text.txt").write_text(make_text(260, seed=3))
        prepare_corpus(folder / "text.txt", Tokenisation("words"), name="text", cap=40)
        draw = random.Random(4)
        rows = [(n % 2, " ".join(draw.choices("abcdefgh" if n % 2 else "fghijklm", k=3 + n % 9))) for n in range(300)]
        (folder / "reviews.csv").write_text("label,text\n" + "".join(f"{label},{text}\n" for label, text in rows))
        prepare_corpus(folder / "reviews.csv", Tokenisation("words", "none"), labels=LabelOptions("label"))
    return folder / "home"


def train_here(home: str, run_id: str, update: int) -> None:
    """What the killed process does: keep a state after every update, and stand still soon after `update`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RNNSCOPE_HOME", home)
        patch.setattr(loop, "REPORT_EVERY_SECONDS", 0.0)
        patch.setattr(loop, "SAVE_EVERY_SECONDS", 0.0)
        torch.set_num_threads(1)
        stand_still = partial(_stand_still, update + LEEWAY)
        run_training(open_training(run_id), device=CPU, on_progress=stand_still)


def _stand_still(update: int, now: Progress) -> None:
    if now.update > update:
        time.sleep(60)


@pytest.fixture
def home(corpora_home, tmp_path, monkeypatch):
    home = tmp_path / "home"
    shutil.copytree(corpora_home, home)
    monkeypatch.setenv("RNNSCOPE_HOME", str(home))
    return home


def begun(name: str, settings: list[str] | None = None, *, run_id: str = "killed") -> TrainingFolder:
    recipe = Recipe.model_validate(RECIPES[name]).with_settings(settings or [])
    return new_training(recipe, open_corpus("reviews" if recipe.task == "classifier" else "text"), run_id)


def states(folder: TrainingFolder) -> list[int]:
    return sorted(int(path.name.removeprefix("state-")) for path in folder.path.glob("state-*"))


def newest_update(folder: TrainingFolder) -> int:
    return max(states(folder), default=0)


def train_and_kill(processes, folder: TrainingFolder, update: int, jitter: float) -> None:
    """Let a process train until it has kept the state of `update`, and SIGKILL it `jitter` seconds later."""
    process = processes.Process(target=train_here, args=(os.environ["RNNSCOPE_HOME"], folder.run_id, update))
    process.start()
    while process.is_alive() and newest_update(folder) < update:
        time.sleep(0.002)
    time.sleep(jitter)
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL


def assert_same_training(run: Run, undisturbed: Trained) -> None:
    stored = [(WEIGHTS, dict(undisturbed.network.named_parameters())), (LAST_WEIGHTS, undisturbed.last_weights)]
    stored += [(f"checkpoint-{kept.update:09d}.safetensors", kept.weights) for kept in undisturbed.checkpoints]
    for file, expected in stored:
        if expected is None:
            assert not (run.folder / file).exists()
            continue
        found = safetensors.torch.load_file(run.folder / file)
        assert found.keys() == expected.keys()
        for name, tensor in found.items():
            assert torch.equal(tensor, expected[name]), (file, name)
    facts = [(kept.update, kept.epoch, kept.valid_nats) for kept in undisturbed.checkpoints]
    assert [(kept["update"], kept["epoch"], kept["valid_nats"]) for kept in run.checkpoints] == facts
    assert _without_seconds(run.history) == _without_seconds(history_to_json(undisturbed.history))
    assert run.test == undisturbed.test


def _without_seconds(history):
    return [{key: value for key, value in epoch.items() if key != "seconds"} for epoch in history]


def undisturbed(folder: TrainingFolder) -> Trained:
    return train(folder.recipe, corpus_of(folder), device=CPU)


@pytest.mark.parametrize("name", RECIPES)
def test_a_training_that_is_killed_again_and_again_ends_in_the_same_weights(home, processes, name):
    folder = begun(name)
    expected = undisturbed(folder)
    updates = expected.checkpoints[-1].update
    assert updates > 40
    draw = random.Random(6)
    for update in sorted(draw.sample(range(1, updates - 2 * LEEWAY), KILLS)):
        train_and_kill(processes, folder, update, draw.uniform(0, 0.02))
    run = run_training(open_training("killed"), device=CPU)
    assert_same_training(run, expected)
    assert not folder.path.exists()


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.fixture
def saving_always(monkeypatch):
    monkeypatch.setattr(loop, "REPORT_EVERY_SECONDS", 0.0)
    monkeypatch.setattr(loop, "SAVE_EVERY_SECONDS", 0.0)


@pytest.mark.parametrize("name", RECIPES)
def test_a_training_that_ends_before_any_of_its_writes_goes_on_from_there(home, monkeypatch, saving_always, name):
    short = ["training.epochs=2", f"training.steps={10}", "training.batch=60"]
    # each epoch worse than the one before: the best weights are the first epoch's, which later states must hold
    monkeypatch.setattr(loop._Training, "_valid_nats", lambda now: 1.0 + len(now.state.history))
    expected, place, whole = None, 0, folder_module.save_snapshot
    while True:
        folder = begun(name, short, run_id=f"killed-{place}")
        expected = expected or undisturbed(folder)
        writes = iter(range(10**6))

        def save(*arguments, last=place, writes=writes):
            if next(writes) == last:
                raise Killed
            whole(*arguments)

        monkeypatch.setattr(folder_module, "save_snapshot", save)
        try:
            run = run_training(folder, device=CPU)
        except Killed:
            monkeypatch.setattr(folder_module, "save_snapshot", whole)
            run = run_training(open_training(folder.run_id), device=CPU)
            assert_same_training(run, expected)
            place += 1
        else:
            assert_same_training(run, expected)
            break
    assert expected.best_epoch == 1
    updates = expected.checkpoints[-1].update
    assert place == updates + 2 + len(expected.checkpoints)  # a state of each update and each epoch's end


def test_a_training_that_is_stopped_goes_on(home, saving_always):
    folder = begun("tied-lstm-adamw-cosine")
    expected = undisturbed(folder)
    for update in (1, 2, 17, 30, 31):

        def ask(now, update=update):
            if now.update >= update:
                folder.ask("stop")

        assert run_training(folder, device=CPU, on_progress=ask) is None
        assert folder.progress()["status"] == "stopped"
        assert newest_update(folder) in (update, update + 1)  # where it stopped, or one further for the next wish
    shown = []
    run = run_training(open_training("killed"), device=CPU, on_epoch=lambda _: shown.append(folder.progress()))
    assert_same_training(run, expected)
    # what a watcher sees at the end is the history of all sittings, and a curve that runs forward
    assert _without_seconds(shown[-1]["history"]) == _without_seconds(history_to_json(expected.history))
    updates = [point[0] for point in shown[-1]["curve"]]
    assert updates == sorted(set(updates))


def test_a_damaged_state_costs_the_way_back_to_the_one_before_it(home, saving_always):
    folder = begun("gru-rmsprop-decay")
    expected = undisturbed(folder)
    run_training(folder, device=CPU, on_progress=lambda now: folder.ask("stop") if now.update == 20 else None)
    before, newest = states(folder)
    damaged = folder.path / f"state-{newest:09d}" / "tensors.safetensors"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    begun_at = []
    run = run_training(folder, device=CPU, on_progress=lambda now: begun_at.append(now.update))
    assert begun_at[0] == before + 1 == newest
    assert_same_training(run, expected)


def test_a_training_without_any_state_begins_at_the_beginning(home):
    folder = begun("tied-lstm-adamw-cosine")
    assert_same_training(run_training(open_training("killed"), device=CPU), undisturbed(folder))


def interrupted_command(home: str, arguments: list[str], output: str, reached, go_on) -> None:
    """The command line in a process of its own, which waits after some updates."""
    os.environ["RNNSCOPE_HOME"] = home
    loop.REPORT_EVERY_SECONDS = 0.0
    torch.set_num_threads(1)
    updates, clip = itertools.count(1), loop.clip_gradients

    def clip_and_wait(*both) -> None:
        clip(*both)
        if next(updates) == 20:
            reached.set()
            go_on.wait(60)

    loop.clip_gradients = clip_and_wait
    with Path(output).open("w", encoding="utf-8") as sys.stdout:
        cli(arguments)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_command_is_resumed(home, processes, tmp_path, number):
    folder = begun("bidirectional-classifier")
    expected = undisturbed(folder)
    folder.delete()
    recipe, output = tmp_path / "recipe.yaml", tmp_path / "output"
    recipe.write_text(yaml.safe_dump(folder.recipe.model_dump(exclude={"corpus"})))
    command = ["train", str(recipe), "--corpus", "reviews", "--name", "killed", "--device", "cpu", "--json"]
    reached, go_on = processes.Event(), processes.Event()
    arguments = (str(home), command, str(output), reached, go_on)
    process = processes.Process(target=interrupted_command, args=arguments)
    process.start()
    assert reached.wait(60)
    os.kill(process.pid, number)
    go_on.set()
    process.join()
    assert process.exitcode == 0
    assert json.loads(output.read_text())["status"] == "stopped"
    assert newest_update(folder) in (20, 21)
    result = CliRunner().invoke(cli, ["train", "--resume", "killed", "--device", "cpu", "--json"])
    assert result.exit_code == 0, result.output
    assert_same_training(open_run("killed"), expected)
