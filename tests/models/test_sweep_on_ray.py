"""A sweep on a real Ray cluster: two nodes with homes of their own, one of which is killed in the middle."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from data_prep.corpus import open_corpus
from data_prep.errors import UserError
from data_prep.preparing import prepare_corpus
from data_prep.tokens import Tokenisation
from models.run import list_runs, open_run
from models.sweeps.on_ray import RayEngine
from models.training.trainings import training_ids

ROOT = Path(__file__).resolve().parents[2]
GRID = """
corpus: toy
model: {cell: gru, layers: 1, units: [30, 40], embedding: 8}
training: {epochs: 25, batch: 10, steps: 20, learning_rate: 0.01}
seed: [0, 1]
"""


def wait_for(what, seconds: float = 90.0):
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)
    return found


def processes_of(marker: str) -> list[int]:
    """The ids of the processes that have the marker in their environment."""
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        try:
            if marker.encode() in environment.read_bytes():
                found.append(int(environment.parent.name))
        except OSError:
            continue  # it has ended, or is another user's
    return found


class Node:
    """`ray start` with one CPU and a home of its own, in a process group that can be killed as a whole."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self.home, self.log = home, home.with_suffix(".log")
        command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block", "--num-cpus=1", "--num-gpus=0"]
        command += ["--object-store-memory=100000000", "--disable-usage-stats", *arguments]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                env=os.environ | {"RNNSCOPE_HOME": str(home), "PYTHONPATH": str(ROOT)},
                start_new_session=True,
            )
        wait_for(self._is_up)

    def _is_up(self) -> bool:
        said = self.log.read_text(errors="replace")
        assert self.process.poll() is None, said
        return "Ray runtime started" in said

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    """(address, head, other): two nodes that end with the test, whatever becomes of it."""
    marker = f"RNNSCOPE_TEST_CLUSTER={secrets.token_hex(8)}"
    monkeypatch.setenv(*marker.split("="))
    monkeypatch.setenv("RAY_AUTH_MODE", "token")  # nobody else may use what listens here
    monkeypatch.setenv("RAY_AUTH_TOKEN", secrets.token_hex(32))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    scratch = tempfile.mkdtemp(prefix="ray-", dir="/tmp")  # paths of sockets must be short
    nodes = []
    try:
        port = address.partition(":")[2]
        nodes.append(
            Node(tmp_path / "head", "--head", f"--port={port}", "--include-dashboard=false", f"--temp-dir={scratch}")
        )
        # an address of its own, or else the sweep might take this node for the one that it belongs to
        nodes.append(Node(tmp_path / "other", f"--address={address}", "--node-ip-address=127.0.0.2"))
        yield address, *nodes
    finally:
        for node in reversed(nodes):
            node.process.terminate()
        try:
            wait_for(lambda: all(node.process.poll() is not None for node in nodes), 20)
            wait_for(lambda: not processes_of(marker), 20)
        finally:
            for process in processes_of(marker):
                os.kill(process, signal.SIGKILL)
            shutil.rmtree(scratch, ignore_errors=True)


def test_a_node_is_killed_and_every_model_ends_once(
    cluster, rnnscope_home, tmp_path, make_text, monkeypatch, start_process
):
    monkeypatch.setattr("models.run_folders.GALLERY", tmp_path / "no-gallery")
    address, head, other = cluster
    (tmp_path / "toy.txt").write_text(make_text(150, seed=7))
    corpus = prepare_corpus(tmp_path / "toy.txt", Tokenisation("bytes"), name="toy")
    (tmp_path / "mine.yaml").write_text(GRID)
    command = [sys.executable, "-m", "app.cli", "sweep", tmp_path / "mine.yaml", "--json"]
    process = start_process([*command, "--engine", "ray", "--address", address])
    wait_for(lambda: any(node_epochs(other.home).values()))
    (lost,) = node_epochs(other.home)
    other.kill()
    out, err = process.communicate(timeout=180)
    assert process.returncode == 0, err
    said = json.loads(out)["models"]
    expected = {f"toy-gru-1x{units}-seed-{seed}" for units in (30, 40) for seed in (0, 1)}
    assert {model["id"] for model in said} == expected
    assert {model["state"] for model in said} == {"finished"}
    assert {model["id"]: model["attempts"] for model in said} == {name: 1 + (name == lost) for name in expected}
    assert f"{lost}: lost: The node that trained it was lost. Once more." in err

    assert sorted(path.name for path in (head.home / "runs").iterdir()) == sorted(expected)
    runs, faults = list_runs()  # which verifies every file
    assert not faults
    assert training_ids() == []  # nothing was trained in this home
    for run in runs:
        assert run.corpus["digest"] == corpus.digest
        assert [epoch["epoch"] for epoch in run.history] == list(range(1, 26))
    here = {run.id: run.digest for run in runs}
    monkeypatch.setenv("RNNSCOPE_HOME", str(head.home))
    assert here == {name: open_run(name).digest for name in expected}
    assert open_corpus("toy").digest == corpus.digest  # it came through the object store


def node_epochs(home: Path) -> dict[str, int]:
    """The trainings under way in a node's home, and how far they are."""
    progress = {path.parent.name: path for path in home.glob("trainings/*/progress.json")}
    return {name: json.loads(path.read_text()).get("epoch", 0) for name, path in progress.items()}


def test_where_no_cluster_answers(monkeypatch):
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(UserError, match=f"No Ray cluster answers at {address}: .*refused") as caught:
            RayEngine(open_corpus, address=address, cpus=1, gpus=0)
    assert "ray start --head" in caught.value.hint
    with pytest.raises(UserError, match="--device cuda needs a part of a GPU"):
        RayEngine(open_corpus, address=address, cpus=1, gpus=0, device="cuda")


def test_where_ray_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UserError, match="Ray is not installed") as caught:
        RayEngine(open_corpus, address=None, cpus=1, gpus=0)
    assert "rnnscope[ray]" in caught.value.hint
