import json
import math
import os
import signal
import subprocess
import sys
from contextlib import suppress

import pytest

from app.cli.run_commands import _stopping_when_interrupted
from data_prep.corpus import open_corpus
from models.recipe import Recipe
from models.training.trainings import begin_training

SMALL = ["--set", "model.units=6", "--set", "model.embedding=6", "--set", "training.epochs=1"]


def own(said: dict) -> dict[str, dict]:
    """The runs of `runs --json` by id, without those of the gallery."""
    return {run["id"]: run for run in said["runs"] if not run["bundled"]}


def test_runs_lists_models_with_their_test_figures(use_trained_home, run_json, run_text):
    said = own(run_json("runs"))
    words, characters = said["toy-words-lstm"], said["toy-bytes-gru"]
    assert {
        key: words[key] for key in ("corpus", "task", "cell", "layers", "units", "bundled", "unit", "vocabulary_size")
    } == {
        "corpus": "toy-words",
        "task": "language-model",
        "cell": "lstm",
        "layers": 2,
        "units": 16,
        "bundled": False,
        "unit": "words",
        "vocabulary_size": 64,
    }
    # two layers of four gates, embedding and decoder over 64 words
    assert words["parameters"] == 64 * 16 + 2 * 4 * (16 * 32 + 2 * 16) + 64 * 16 + 64
    assert words["test"]["perplexity"] == math.exp(words["test"]["cross_entropy_nats"])
    bits = characters["test"]["bits_per_character"]
    assert bits == characters["test"]["cross_entropy_nats"] / math.log(2)
    assert f"{bits:.3f}" in run_text("runs")


def test_runs_without_any(rnnscope_home, run_json, run_text):
    said = run_json("runs")
    assert own(said) == {}
    assert said["broken"] == []
    assert run_text("runs")


def test_runs_names_a_broken_run_and_lists_the_others(copied_home, run_json, run_text):
    (copied_home / "runs" / "toy-words-lstm" / "weights.safetensors").write_bytes(b"short")
    said = run_json("runs")
    assert "toy-bytes-gru" in own(said)
    (broken,) = said["broken"]
    assert broken["id"] == "toy-words-lstm"
    assert "weights.safetensors has 5 bytes" in broken["error"]
    assert broken["hint"]
    assert "weights.safetensors has 5 bytes" in " ".join(run_text("runs").split())


@pytest.mark.parametrize("run_id", ["toy-words-lstm", "toy-bytes-gru"])
def test_evaluate_measures_what_runs_lists(use_trained_home, run_json, run_id):
    listed = own(run_json("runs"))[run_id]
    said = run_json("evaluate", run_id, "--device", "cpu")
    assert said["cross_entropy_nats"] == listed["test"]["cross_entropy_nats"]
    assert (said["run"], said["corpus"], said["split"]) == (run_id, listed["corpus"], "test")
    assert listed["test"].items() <= said.items()


def test_evaluate_measures_other_parts(use_trained_home, run_json, run_text):
    test, valid = (run_json("evaluate", "toy-words-lstm", "--split", part) for part in ("test", "valid"))
    assert test["cross_entropy_nats"] != valid["cross_entropy_nats"]
    assert f"perplexity: {test['perplexity']:,.4f}" in run_text("evaluate", "toy-words-lstm")


def test_bad_runs_and_options(use_trained_home, refused):
    assert "There is no run called nothing" in refused("evaluate", "nothing")["error"]
    for run_id in ("../runs/toy-words-lstm", "a\0b", "<script>", "[red]", "שלום"):
        assert "cannot name a run" in refused("evaluate", run_id)["error"]
    assert "--split cannot be 'all'" in refused("evaluate", "toy-words-lstm", "--split", "all")["error"]
    assert "no device 'tpu'" in refused("evaluate", "toy-words-lstm", "--device", "tpu")["error"]
    assert "no corpus called other" in refused("evaluate", "toy-words-lstm", "--corpus", "other")["error"]
    assert "another vocabulary" in refused("evaluate", "toy-words-lstm", "--corpus", "toy-bytes")["error"]


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda folder: (folder / "weights.safetensors").unlink(), "weights.safetensors is missing"),
        (lambda folder: (folder / "vocabulary.json").write_text("{"), "vocabulary.json has 1 bytes"),
        (lambda folder: (folder / "manifest.json").unlink(), "unfinished"),
    ],
)
@pytest.mark.parametrize(("command", "rest"), [("evaluate", []), ("analyse", []), ("sentence", ["the cat"])])
def test_a_damaged_run_stops_every_command(copied_home, refused, damage, reason, command, rest):
    damage(copied_home / "runs" / "toy-words-lstm")
    assert reason in refused(command, "toy-words-lstm", *rest)["error"]


def test_a_run_whose_corpus_is_gone(copied_home, refused):
    (copied_home / "corpora" / "toy-words").rename(copied_home / "corpora" / "renamed")
    for command in ("evaluate", "analyse"):
        assert "There is no corpus called toy-words" in refused(command, "toy-words-lstm")["error"]


@pytest.mark.parametrize(
    ("recipe", "corpus", "figure"),
    [("words-lstm", "toy-words", "perplexity"), ("bytes-lstm", "toy-bytes", "bits_per_character")],
)
def test_train_ends_in_a_run(copied_home, run_json, recipe, corpus, figure):
    said = run_json("train", recipe, "--corpus", corpus, "--name", "mine", *SMALL, "--set", "seed=9")
    assert (said["id"], said["corpus"], said["units"], said["seed"], said["epochs"]) == ("mine", corpus, 6, 9, 1)
    assert said["test"][figure] > 1
    assert own(run_json("runs"))["mine"].items() <= said.items()
    assert run_json("evaluate", "mine")[figure] == said["test"][figure]


def test_train_names_a_run_and_says_what_is_next(copied_home, run_text, run_json):
    for _ in range(2):
        said = run_text("train", "words-lstm", "--corpus", "toy-words", *SMALL)
    assert "toy-words-lstm-2x6-2" in said
    assert "rnnscope analyse toy-words-lstm-2x6-2" in " ".join(said.split())
    assert {"toy-words-lstm-2x6", "toy-words-lstm-2x6-2"} <= set(own(run_json("runs")))


def test_train_takes_a_file_that_names_its_corpus(copied_home, run_json, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("corpus: toy-words\nmodel: {cell: rnn, layers: 1, units: 5, embedding: 4}\ntraining: {epochs: 1}\n")
    said = run_json("train", path, "--name", "mine")
    assert (said["cell"], said["layers"], said["units"]) == ("rnn", 1, 5)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"modell: {cell: gru}", "unknown key modell (did you mean model?)"),
        (b"model: {units: many}", "model.units: Input should be a valid integer"),
        (b"training: {epochs: -1}", "training.epochs: Input should be greater"),
        (b"model: [", "is not YAML"),
        (b"!!python/object/apply:os.system [true]", "is not YAML"),
        (b"\x89PNG\r\n\x1a\n\0", "cannot be read"),
        (b"", "no keys"),
        (b'"[red]model[/red]": 3', "unknown key [red]model[/red]"),
    ],
)
def test_bad_recipes(use_trained_home, refused, tmp_path, raw, reason):
    path = tmp_path / "recipe.yaml"
    path.write_bytes(raw)
    assert reason in refused("train", path, "--corpus", "toy-words")["error"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["words-lstm"], "No corpus is named"),
        (["word-lstm", "--corpus", "toy-words"], "Did you mean words-lstm"),
        (["words-lstm", "--corpus", "nothing"], "no corpus called nothing"),
        (["words-lstm", "--corpus", "toy-words", "--set", "model.layers"], "is not a setting"),
        (["words-lstm", "--corpus", "toy-words", "--set", "model.layer=2"], "did you mean model.layers"),
        (["words-lstm", "--corpus", "toy-words", "--set", "model.cell=["], "is not YAML"),
        (["words-lstm", "--corpus", "toy-words", "--name", "../mine"], "cannot name a run"),
        (["words-lstm", "--corpus", "toy-words", "--name", "toy-words-lstm"], "There is a run called"),
        (["words-lstm", "--corpus", "toy-words", "--device", "tpu"], "no device 'tpu'"),
        (["words-lstm", "--corpus", "toy-words", "--set", "training.batch=100000"], "is longer than the training part"),
    ],
)
def test_train_refuses_before_it_trains(use_trained_home, refused, monkeypatch, arguments, reason):
    if "batch" not in arguments[-1]:  # that one is for the training itself to say
        monkeypatch.setattr("models.training.loop.train", lambda *_, **__: pytest.fail("it trained"))
    assert reason in refused("train", *arguments)["error"]


def test_a_training_without_numbers_leaves_no_run(copied_home, refused, run_json):
    rates = ["--set", "training.learning_rate=1000", "--set", "training.weight_decay=10", "--set", "training.steps=2"]
    said = refused("train", "words-lstm", "--corpus", "toy-words", "--name", "mine", *SMALL, *rates)
    assert any(reason in said["error"] for reason in ("not numbers", "stopped being a number", "exploded"))
    assert "learning_rate" in said["hint"]
    assert "mine" not in own(run_json("runs"))


def test_an_unfinished_training_is_named_and_resumed(copied_home, refused, run_json, monkeypatch):
    monkeypatch.setattr("models.training.loop.REPORT_EVERY_SECONDS", 0.0)
    arguments = ["train", "words-lstm", "--corpus", "toy-words", "--name", "mine", *SMALL]
    with monkeypatch.context() as patch:
        patch.setattr("models.training.folder.TrainingFolder.request", lambda _: "stop")
        said = run_json(*arguments)
    assert said == {"id": "mine", "status": "stopped", "resume": "rnnscope train --resume mine"}
    assert "mine" not in own(run_json("runs"))
    assert "There is an unfinished training called mine" in refused(*arguments)["error"]
    assert "Unfinished: mine" in refused("train", "--resume", "nothing")["hint"]
    assert "as the training was begun" in refused("train", "--resume", "mine", "--set", "seed=3")["error"]
    assert run_json("train", "--resume", "mine")["epochs"] == 1
    assert "no unfinished training called mine" in refused("train", "--resume", "mine")["error"]


def test_what_an_unfinished_training_has_learnt_is_kept(copied_home, refused, run_json, monkeypatch):
    monkeypatch.setattr("models.training.loop.REPORT_EVERY_SECONDS", 0.0)
    long = ["--set", "training.epochs=9999"]
    with monkeypatch.context() as patch:
        patch.setattr("models.training.folder.TrainingFolder.request", lambda _: "stop")
        for name in ("mine", "worthless"):
            run_json("train", "words-lstm", "--corpus", "toy-words", "--name", name, *SMALL, *long)
    assert "exclude each other" in refused("train", "--resume", "mine", "--keep", "--discard")["error"]
    assert "--resume RUN --discard" in refused("train", "--discard")["hint"]
    assert run_json("train", "--resume", "worthless", "--discard") == {"discarded": "worthless"}
    assert "Unfinished: mine" in refused("train", "--resume", "worthless")["hint"]
    assert "--resume RUN --keep" in refused("train", "words-lstm", "--corpus", "toy-words", "--keep")["hint"]
    assert run_json("train", "--resume", "mine", "--keep")["epochs"] == 1
    assert "mine" in own(run_json("runs"))


def test_a_training_that_never_kept_a_state_leaves_its_name_free(copied_home, refused):
    arguments = ["train", "words-lstm", "--corpus", "toy-words", "--name", "mine", "--set", "training.batch=100000"]
    assert "longer than the training part" in refused(*arguments)["error"]  # twice over: as JSON, and for a person
    assert not (copied_home / "trainings" / "mine").exists()


def test_an_interrupt_stops_the_training_of_this_process_alone(copied_home):
    folder = begin_training("mine", Recipe(), open_corpus("toy-words"))
    for pid, request in ((None, None), (os.getpid() + 1, None), (os.getpid(), "stop")):
        if pid is not None:
            folder.report(pid=pid)
        with suppress(KeyboardInterrupt), _stopping_when_interrupted(folder):
            os.kill(os.getpid(), signal.SIGINT)
            assert pid == os.getpid()  # the others do not come here
        assert folder.request() == request
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_perplexity_beyond_all_numbers_is_null(copied_home, run_json, monkeypatch):
    monkeypatch.setattr("models.training.divergence.EXPLODED", math.inf)
    rate = ["--set", "training.learning_rate=1000"]
    said = run_json("train", "words-lstm", "--corpus", "toy-words", "--name", "mine", *SMALL, *rate)
    assert said["test"]["cross_entropy_nats"] > 700
    assert said["test"]["perplexity"] is None
    assert own(run_json("runs"))["mine"]["test"] == said["test"]


def test_the_command_itself_prints_one_object(use_trained_home):
    result = subprocess.run(
        [sys.executable, "-m", "app.cli", "runs", "--json"], capture_output=True, check=True, env=os.environ
    )
    assert "toy-words-lstm" in own(json.loads(result.stdout))
    assert result.stderr == b""
