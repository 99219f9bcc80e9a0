"""`rnnscope analyse RUN gates` and `… dynamics`."""

import shutil

import numpy as np
import pytest

from analysis.dynamics.store import stored_dynamics
from analysis.gates.saturation import saturation
from analysis.gates.store import stored_gates
from models.run import open_run


@pytest.fixture(autouse=True)
def own_home(checkpoints_home, tmp_path, monkeypatch):
    home = shutil.copytree(checkpoints_home, tmp_path / "home")
    monkeypatch.setenv("RNNSCOPE_HOME", str(home))
    return home


def test_gates_are_counted_over_the_test_part_without_a_recording(run_json, run_text, own_home):
    found = run_json("analyse", "kept", "gates", "--above", "0.8", "--below", "0.3")["gates"]
    expected = saturation(stored_gates(open_run("kept"), "test"), 0.3, 0.8)
    assert (found["part"], found["tokens"]) == ("test", expected.tokens)
    assert (found["below"], found["above"]) == (0.3, 0.8)
    for gate, sides in found["units"].items():
        np.testing.assert_allclose(sides["right"], expected.right[gate], atol=1e-5)
        np.testing.assert_allclose(sides["left"], expected.left[gate], atol=1e-5)
    assert [(one["gate"], one["layer"]) for one in found["layers"]] == [
        ("input_gate", 1), ("forget_gate", 1), ("output_gate", 1)
    ]  # fmt: skip
    said = run_text("analyse", "kept", "gates", "--split", "valid", "--checkpoint", str(first_update()))
    assert "Near-integrators" in said
    assert stored_gates(open_run("kept"), "valid", checkpoint=first_update()) is not None
    assert not list((own_home / "results").glob("*/recording-*"))


def test_dynamics_name_the_nearest_context_at_each_checkpoint(run_json, run_text):
    found = run_json("analyse", "kept", "dynamics")["dynamics"]
    dynamics = stored_dynamics(open_run("kept")).dynamics
    assert [one["nearest"] for one in found["moments"]] == [dynamics.models[place] for place in dynamics.nearest]
    np.testing.assert_allclose([one["symmetric_kl_nats"] for one in found["moments"]], dynamics.divergence, atol=1e-5)
    assert "n-gram, context" in run_text("analyse", "kept", "dynamics")


def test_what_cannot_be_done_is_refused(refused, tmp_path):
    assert "cannot be told apart" in refused("analyse", "kept", "gates", "--above", "0.05")["error"]
    text = tmp_path / "own.txt"
    text.write_text("The cat sleeps.")
    assert "own corpus" in refused("analyse", "kept", "gates", "--text", str(text))["error"]
    assert "no checkpoint after update" in refused("analyse", "kept", "gates", "--checkpoint", "7")["error"]


def first_update() -> int:
    return open_run("kept").checkpoints[0]["update"]
