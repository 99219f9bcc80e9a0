import json

import pytest
from rich.console import Console
from typer.testing import CliRunner

from app.cli import sweep_commands
from app.cli.main import cli
from models.run import open_run
from models.sweeps.sweep import Standing

GRID = """
corpus: toy-bytes
model: {cell: gru, layers: 1, units: 6, embedding: 5}
training: {epochs: 1, batch: 50, steps: 40, learning_rate: [0.01, 1000], weight_decay: 10}
"""


@pytest.fixture
def grid(tmp_path, copied_home):
    path = tmp_path / "mine.yaml"
    path.write_text(GRID)
    return path


def test_a_sweep_ends_in_runs_and_says_which_models_failed(grid, run_text):
    result = CliRunner().invoke(cli, ["sweep", str(grid), "--json"])
    assert result.exit_code == 2
    assert result.stdout.count("\n") == 1
    said = json.loads(result.stdout)
    works, fails = said["models"]
    assert said["grid"] == "mine"
    assert works == {
        "id": "toy-bytes-gru-1x6-learning-rate-0-01",
        "state": "finished",
        "test": open_run(works["id"]).test,
        "error": None,
        "attempts": 1,
        "seconds": works["seconds"],
    }
    assert (fails["state"], fails["test"], fails["attempts"]) == ("failed", None, 2)
    assert fails["error"]
    for line in (f"{works['id']}: began", f"{works['id']}: finished, ", f"{fails['id']}: failed: {fails['error']}"):
        assert line in result.stderr
    assert result.stderr.count("Once more.") == 1

    run = open_run(works["id"]).folder
    run.rename(run.with_name("toy-bytes-gru-1x6"))  # only what varies is part of an id
    shown = run_text("sweep", grid, "--set", "training.learning_rate=0.01")
    assert f"skipped, {works['test']['bits_per_character']:.3f} bits/char" in shown


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["mine"], "There is no grid 'mine'"),
        (["karpathy"], "There is no corpus called warpeace"),
        (["words-lstm"], "names no corpus"),
        (["karpathy", "--set", "corpus=toy-bytes", "--set", "model.units=[8, 0]"], "entry 2 (cell 'rnn', layers 1"),
        (["karpathy", "--set", "corpus=toy-bytes", "--engine", "cloud"], "--engine cannot be 'cloud'"),
        (["karpathy", "--set", "corpus=toy-bytes", "--device", "tpu"], "no device 'tpu'"),
        (["karpathy", "--set", "corpus=toy-bytes", "--set", "task=classifier"], "a classifier needs labelled texts"),
    ],
)
def test_a_sweep_refuses_before_it_trains(use_trained_home, refused, arguments, reason):
    assert reason in refused("sweep", *arguments)["error"]


def test_the_table_shows_what_is_under_way_first_and_counts_the_rest(monkeypatch):
    console = Console(width=80, height=sweep_commands.LINES_AROUND_THE_TABLE + 3, record=True)
    monkeypatch.setattr(sweep_commands, "errors", console)
    standings = [Standing(f"model-{place}", epochs=9) for place in range(50)]
    standings[30].state, standings[30].epoch, standings[30].loss = "running", 4, 1.25
    standings[40].state, standings[40].error = "failed", "It [broke]"
    console.print(sweep_commands._table(standings))
    shown = console.export_text().splitlines()
    assert [line.split()[0] for line in shown if "model-" in line] == ["model-0", "model-30", "model-40"]
    assert "epoch 4/9, loss 1.250" in shown[2]
    assert "failed: It [broke]" in shown[3]
    assert "1 running, 1 failed, 48 waiting" in shown[-1]
