"""From recipe to run through a folder: what goes wrong is said at once, and nothing that was learnt is lost."""

import errno
import os
import shutil

import pytest
import torch

from data_prep.corpus import open_corpus
from data_prep.errors import UserError
from data_prep.preparing import prepare_corpus
from data_prep.tokens import Tokenisation
from models.recipe import Recipe
from models.run import Run, open_run
from models.run_folders import run_ids
from models.training import folder as folder_module
from models.training import job, loop, saving, snapshot
from models.training.batches import make_batches
from models.training.distribution import Share
from models.training.folder import TrainingFolder
from models.training.job import corpus_of, new_training, run_training
from models.training.loop import train
from models.training.trainings import open_training, training_ids

CPU = torch.device("cpu")
RECIPE = Recipe(
    model={"cell": "gru", "layers": 1, "units": 5, "embedding": 5, "dropout": 0.2},
    training={"epochs": 3, "batch": 40, "steps": 20, "checkpoints_in_first_epoch": 2},
)


@pytest.fixture(autouse=True)
def _saving_always(monkeypatch):
    monkeypatch.setattr(loop, "REPORT_EVERY_SECONDS", 0.0)
    monkeypatch.setattr(loop, "SAVE_EVERY_SECONDS", 0.0)
    monkeypatch.setattr(folder_module, "LOCK_SECONDS", 0.05)


@pytest.fixture
def folder(copied_home) -> TrainingFolder:
    return new_training(RECIPE, open_corpus("toy-words"), "mine")


def full_disk(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def weights(run: Run) -> list[torch.Tensor]:
    return [parameter.detach() for parameter in run.load_network().parameters()]


def assert_is_undisturbed(run: Run) -> None:
    """The run is what the recipe gives in one go."""
    expected = train(run.recipe, open_corpus("toy-words"), device=CPU)
    for found, parameter in zip(weights(run), expected.network.parameters(), strict=True):
        assert torch.equal(found, parameter)
    assert run.test == expected.test
    assert len(run.history) == len(expected.history)


def test_a_run_is_what_is_left_of_a_training(folder):
    assert training_ids() == ["mine"]
    seen = []
    run = run_training(folder, device=CPU, on_epoch=lambda _: seen.append(folder.progress()))
    assert run == open_run("mine")
    assert run.recipe == RECIPE.model_copy(update={"corpus": "toy-words"})
    assert_is_undisturbed(run)
    assert training_ids() == []
    assert not folder.path.exists()
    assert [progress["status"] for progress in seen] == ["running"] * 3
    assert seen[-1]["pid"] == os.getpid()
    assert [epoch["epoch"] for epoch in seen[-1]["history"]] == [1, 2, 3]
    for checkpoint in run.checkpoints:
        assert run.load_network(weights_file=checkpoint["file"])


def test_ids_of_runs_and_trainings_are_not_used_twice(folder):
    corpus = open_corpus("toy-words")
    with pytest.raises(UserError, match="There is an unfinished training called mine"):
        new_training(RECIPE, corpus, "mine")
    with pytest.raises(UserError, match="There is a run called toy-words-lstm"):
        new_training(RECIPE, corpus, "toy-words-lstm")
    first, second = (new_training(RECIPE, corpus) for _ in range(2))
    assert (first.run_id, second.run_id) == ("toy-words-gru-1x5", "toy-words-gru-1x5-2")


def test_a_corpus_outside_the_home_is_found_again(copied_home, tmp_path):
    elsewhere = tmp_path / "corpora-of-all" / "toy-words"
    shutil.copytree(copied_home / "corpora" / "toy-words", elsewhere)
    shutil.rmtree(copied_home / "corpora" / "toy-words")
    new_training(RECIPE, open_corpus(elsewhere), "mine")
    run = run_training(open_training("mine"), device=CPU)
    assert run.corpus["digest"] == open_corpus(elsewhere).digest


def test_a_home_that_was_moved_is_no_other_corpus(folder, copied_home, tmp_path, monkeypatch):
    moved = tmp_path / "moved"
    copied_home.rename(moved)
    monkeypatch.setenv("RNNSCOPE_HOME", str(moved))
    assert_is_undisturbed(run_training(open_training("mine"), device=CPU))


def test_a_corpus_that_is_gone_or_another_one(folder, copied_home, tmp_path, make_text):
    corpus = copied_home / "corpora" / "toy-words"
    corpus.rename(corpus.with_name("aside"))
    with pytest.raises(UserError, match="There is no corpus called toy-words"):
        run_training(folder, device=CPU)
    (tmp_path / "toy.txt").write_text(make_text(2000, seed=77))
    prepare_corpus(tmp_path / "toy.txt", Tokenisation("words"), name="toy-words", cap=64)
    with pytest.raises(UserError, match="is not the one that the training mine was begun with"):
        run_training(folder, device=CPU)
    assert training_ids() == ["mine"]
    shutil.rmtree(corpus)
    corpus.with_name("aside").rename(corpus)
    assert_is_undisturbed(run_training(folder, device=CPU))


def keep_at(folder: TrainingFolder, update: int):
    return lambda now: folder.ask("keep") if now.update == update else None


@pytest.mark.parametrize("update", [1, 4, 11])
def test_what_was_learnt_so_far_is_kept_on_request(folder, update):
    per_epoch = make_batches(RECIPE, corpus_of(folder), CPU, Share()).updates_per_epoch
    run = run_training(folder, device=CPU, on_progress=keep_at(folder, update))
    assert len(run.history) == 1 + (update - 1) // per_epoch
    assert run.test["perplexity"] > 1
    assert not folder.path.exists()
    updates = [checkpoint["update"] for checkpoint in run.checkpoints]
    assert len(set(updates)) == len(updates)


@pytest.mark.parametrize("update", [1, 4, 11])
def test_a_training_that_was_ended_early_is_not_gone_on_with_when_its_run_could_not_be_written(
    folder, update, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setattr(saving, "save_tensors", full_disk)
        with pytest.raises(UserError, match="No space left"):
            run_training(folder, device=CPU, on_progress=keep_at(folder, update))
    state = folder.latest_state()
    steps = []
    run = run_training(open_training("mine"), device=CPU, on_progress=lambda now: steps.append(now.update))
    assert steps == []
    assert run.history == state.facts["history"]
    best = {name.removeprefix("best."): value for name, value in state.tensors.items() if name.startswith("best.")}
    network = run.load_network()
    assert all(torch.equal(value, best[name]) for name, value in network.named_parameters())


@pytest.mark.parametrize("module", [snapshot, saving])
def test_a_full_disk_ends_a_training_that_goes_on_from_there(folder, monkeypatch, module):
    """While a state is saved, and while the run is written."""
    writes, whole = [], module.save_tensors

    def save(*arguments):
        writes.append(arguments)
        if module is saving or len(writes) == 7:
            full_disk()
        whole(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(module, "save_tensors", save)
        with pytest.raises(UserError, match=r"Cannot write .*: No space left") as caught:
            run_training(folder, device=CPU)
    assert "Free some space" in caught.value.hint
    seen = folder.progress()
    assert (seen["status"], seen["error"]["message"]) == ("failed", caught.value.message)
    assert "mine" not in run_ids()
    assert folder.latest_state() is not None
    assert not folder.is_running()
    assert_is_undisturbed(run_training(open_training("mine"), device=CPU))


def test_a_process_that_ends_between_the_run_and_its_training_leaves_no_puzzle(folder, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(TrainingFolder, "delete", lambda _: None)
        run = run_training(folder, device=CPU)
    assert training_ids() == ["mine"]
    monkeypatch.setattr(job, "train", lambda *_, **__: pytest.fail("it trained again"))
    assert run_training(open_training("mine"), device=CPU) == run
    assert training_ids() == []


def test_another_run_of_the_same_id_is_said_before_anything_is_trained(folder, copied_home, monkeypatch):
    (copied_home / "runs" / "toy-words-lstm").rename(copied_home / "runs" / "mine")
    monkeypatch.setattr(job, "train", lambda *_, **__: pytest.fail("it trained"))
    with pytest.raises(UserError, match="There is a run called mine already"):
        run_training(folder, device=CPU)
    assert training_ids() == ["mine"]


def test_a_failed_training_says_why(copied_home):
    recipe = RECIPE.with_settings(["training.learning_rate=1000", "training.optimizer=sgd", "training.clip_norm=null"])
    folder = new_training(recipe, open_corpus("toy-words"), "mine")
    with pytest.raises(UserError, match=r"exploded|stopped being a number") as caught:
        run_training(folder, device=CPU)
    assert folder.progress()["error"] == {"message": caught.value.message, "hint": caught.value.hint}
    assert "mine" not in run_ids()


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (["training.batch=100000"], "longer than the training part"),
        (["model.units=8192", "model.layers=16", "model.embedding=8192", "model.cell=lstm"], "GB of memory"),
    ],
)
def test_sizes_that_cannot_be(copied_home, settings, reason):
    folder = new_training(RECIPE.with_settings(settings), open_corpus("toy-words"), "mine")
    with pytest.raises(UserError, match=reason):
        run_training(folder, device=CPU)


def test_a_second_process_is_sent_away_and_the_first_goes_on(folder, processes):
    reached, go_on = processes.Event(), processes.Event()
    first = processes.Process(target=_train_and_wait, args=(os.environ["RNNSCOPE_HOME"], reached, go_on))
    first.start()
    assert reached.wait(60)
    with pytest.raises(UserError, match="mine is running in another process"):
        run_training(open_training("mine"), device=CPU)
    assert folder.progress()["status"] == "running"  # what the second one met is not written into the first's folder
    go_on.set()
    first.join()
    assert first.exitcode == 0
    assert_is_undisturbed(open_run("mine"))


def _train_and_wait(home: str, reached, go_on) -> None:
    os.environ["RNNSCOPE_HOME"] = home
    torch.set_num_threads(1)
    loop.REPORT_EVERY_SECONDS = 0.0

    def wait(now) -> None:
        if now.update == 2:
            reached.set()
            go_on.wait(60)

    run_training(open_training("mine"), device=CPU, on_progress=wait)
