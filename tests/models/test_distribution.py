"""Trainings on two processes, as torchrun starts them: real ones, over gloo."""

import signal
import subprocess
import sys
import time

import pytest
import torch

from data_prep.corpus import open_corpus
from data_prep.errors import UserError
from data_prep.labelled import LabelOptions
from data_prep.preparing import prepare_corpus
from data_prep.tokens import Tokenisation
from models.recipe_files import load_recipe
from models.run import open_run
from models.training.distribution import Share, joined
from models.training.job import new_training, run_training
from models.training.loop import train
from models.training.trainings import open_training, training_ids

CPU = torch.device("cpu")
RECIPES = {
    "running": "corpus: running\nmodel: {cell: lstm, layers: 2, units: 12, embedding: 8}\n"
    "training: {epochs: 2, batch: 10, steps: 15, learning_rate: 0.01, checkpoints_in_first_epoch: 2}\n",
    "labelled": "task: classifier\ncorpus: labelled\nmodel: {cell: gru, layers: 1, units: 12, embedding: 8}\n"
    "training: {epochs: 2, batch: 10, steps: 8, learning_rate: 0.01}\n",
}


@pytest.fixture(autouse=True)
def _corpora(tmp_path, rnnscope_home, make_text, monkeypatch):
    monkeypatch.setattr("models.run_folders.GALLERY", tmp_path / "no-gallery")
    text = tmp_path / "text.txt"
    text.write_text(make_text(150, seed=3))
    prepare_corpus(text, Tokenisation("words"), name="running", cap=60)
    rows = [(sentence.split()[0], sentence) for sentence in make_text(400, seed=4).splitlines()]
    table = tmp_path / "table.csv"
    table.write_text("label,text\n" + "".join(f'{first in ("The", "A")},"{text}"\n' for first, text in rows))
    prepare_corpus(table, Tokenisation("words"), name="labelled", labels=LabelOptions("label"), cap=60)
    for name, raw in RECIPES.items():
        (tmp_path / f"{name}.yaml").write_text(raw)


@pytest.fixture
def torchrun(start_process):
    """torchrun(*arguments) → `rnnscope train` with them, on two processes."""
    two = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    return lambda *arguments: start_process([*two, "-m", "app.cli", "train", *arguments])


def finish(process: subprocess.Popen) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


@pytest.mark.parametrize("name", RECIPES)
def test_two_processes_train_what_one_does(torchrun, tmp_path, name):
    code, out, err = finish(torchrun(tmp_path / f"{name}.yaml", "--name", "two", "--json"))
    assert code == 0, err
    assert out.count("\n") == err.count("epoch 1: ") == 1  # one of them prints
    two = open_run("two")
    one = train(two.recipe, open_corpus(name), device=CPU)
    assert len(two.history) == len(one.history) == 2
    for ours, theirs in zip(two.history, one.history, strict=True):
        assert ours["train_nats"] == pytest.approx(theirs.train_nats, abs=1e-5)
        assert ours["valid_nats"] == pytest.approx(theirs.valid_nats, abs=1e-5)
    assert two.test == pytest.approx(one.test, abs=1e-4)  # of which the cross-entropy:
    assert two.test["cross_entropy_nats"] == pytest.approx(one.test["cross_entropy_nats"], abs=1e-5)
    assert [kept["update"] for kept in two.checkpoints] == [kept.update for kept in one.checkpoints]
    assert training_ids() == []


def test_two_processes_go_on_from_what_one_kept_amid_an_epoch(torchrun, tmp_path, monkeypatch):
    monkeypatch.setattr("models.training.loop.REPORT_EVERY_SECONDS", -1.0)
    recipe, corpus = load_recipe(str(tmp_path / "running.yaml")), open_corpus("running")
    folder = new_training(recipe, corpus, "two")
    run_training(folder, device=CPU, on_progress=lambda now: folder.ask("stop") if now.update == 11 else None)
    state = open_training("two").latest_state()
    assert state.facts["update"] == 11
    assert state.tensors["carried.0"].shape == (2, 10, 12)
    code, _, err = finish(torchrun("--resume", "two"))
    assert code == 0, err
    one = train(recipe, corpus, device=CPU)
    for ours, theirs in zip(open_run("two").history, one.history, strict=True):
        assert ours["train_nats"] == pytest.approx(theirs.train_nats, abs=1e-5)
        assert ours["valid_nats"] == pytest.approx(theirs.valid_nats, abs=1e-5)


def test_they_stop_together_at_the_end_of_an_epoch_and_go_on_to_keep_one_more(torchrun, tmp_path):
    recipe = tmp_path / "running.yaml"
    process = torchrun(recipe, "--name", "two", "--set", "training.epochs=2000")
    end = time.monotonic() + 90
    while not ("two" in training_ids() and open_training("two").latest_state()):
        assert time.monotonic() < end, "no epoch ended"
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, out, err = finish(process)
    assert "rnnscope train --resume two" in " ".join(out.split())
    assert "gloo" not in err
    folder = open_training("two")
    assert folder.progress()["status"] == "stopped"
    state = folder.latest_state()
    assert not any(name.startswith("carried") for name in state.tensors)
    epochs = len(state.facts["history"])
    assert epochs < 2000

    code, _, err = finish(torchrun("--resume", "two", "--keep"))
    assert code == 0, err
    assert len(open_run("two").history) == epochs + 1
    assert training_ids() == []


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--name", "../two"], "cannot name a run"),
        (["--set", "training.optimizer=sgd", "--set", "training.learning_rate=1000"], "The loss exploded"),
    ],
)
def test_an_error_of_the_leading_process_ends_both(torchrun, tmp_path, arguments, reason):
    started = time.monotonic()
    code, out, err = finish(torchrun(tmp_path / "running.yaml", "--set", "training.clip_norm=null", *arguments))
    assert code != 0
    assert out == ""
    assert reason in " ".join(err.split())
    assert err.count("error: ") == 1
    assert "[rank" not in err  # what torch puts before the traceback of a process
    assert time.monotonic() - started < 100
    assert training_ids() == []


def test_a_process_alone_is_all_of_it():
    with joined(CPU) as share:
        assert share == Share(0, 1)
        assert share.leads
        assert share.agreed(2.5) == 2.5
        assert share.agreed_name("mine-2") == "mine-2"
        state = torch.rand(2, 10, 3)
        assert torch.equal(share.streams(state), state)


def test_processes_share_a_batch_equally_or_not_at_all():
    assert Share(1, 5).of(10, "training.batch") == 2
    with pytest.raises(UserError, match="5 processes cannot share") as caught:
        Share(1, 5).of(12, "training.batch")
    assert "training.batch=10" in caught.value.hint


def test_the_streams_of_all_processes_are_the_state():
    state = torch.rand(2, 10, 3)
    parts = [Share(rank, 5).streams(state) for rank in range(5)]
    assert torch.equal(torch.cat(parts, dim=1), state)
    assert all(part.is_contiguous() for part in parts)
