"""A training's folder: who holds it, what is kept of it, and what a fault leaves whole."""

import errno
import json
import os
import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest
import torch

from data_prep import sealed_folder
from data_prep.corpus import open_corpus
from data_prep.errors import UserError
from models.recipe import Recipe
from models.training import folder as folder_module
from models.training import snapshot as snapshot_module
from models.training import trainings
from models.training.folder import STATES_KEPT
from models.training.snapshot import Snapshot
from models.training.trainings import begin_training, open_training, training_ids, trainings_home


@pytest.fixture
def folder(copied_home):
    return begin_training("mine", Recipe(seed=7), open_corpus("toy-words"))


def snapshot(update: int) -> Snapshot:
    draw = torch.Generator().manual_seed(update)
    tensors = {"network.weight": torch.randn(5, 3, generator=draw), "random.cpu": torch.arange(9, dtype=torch.uint8)}
    return Snapshot(tensors, {"update": update, "history": [], "loss": 1 / 3})


def assert_same(found: Snapshot, expected: Snapshot) -> None:
    assert found.facts == expected.facts
    assert found.tensors.keys() == expected.tensors.keys()
    assert all(torch.equal(found.tensors[name], tensor) for name, tensor in expected.tensors.items())


def states(folder) -> list[int]:
    return sorted(int(path.name.removeprefix("state-")) for path in folder.path.glob("state-*"))


def test_a_begun_training_is_found_again(folder):
    assert training_ids() == ["mine"]
    assert open_training("mine") == folder
    assert folder.latest_state() is None
    assert folder.checkpoints(10**9) == []
    assert folder.progress() == {}
    assert not folder.is_running()


def test_a_second_training_of_the_same_id_is_refused(folder):
    with pytest.raises(UserError, match="There is an unfinished training called mine") as caught:
        begin_training("mine", Recipe(), open_corpus("toy-words"))
    assert "--resume mine" in caught.value.hint
    assert open_training("mine").recipe.seed == 7


def test_what_is_left_of_a_deleted_training_is_not_gone_on_from(folder):
    folder.save_state(3, snapshot(3))
    (folder.path / "training.json").unlink()
    assert training_ids() == []
    with pytest.raises(UserError, match="There is no unfinished training called mine"):
        open_training("mine")
    again = begin_training("mine", Recipe(), open_corpus("toy-words"))
    assert again.latest_state() is None


def test_looking_at_a_deleted_training_does_not_bring_it_back(folder):
    folder.delete()
    assert not folder.is_running()
    folder.delete()
    assert not folder.path.exists()
    with pytest.raises(UserError, match="has ended"):
        folder.ask("stop")
    begin_training("mine", Recipe(), open_corpus("toy-words"))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"schema": 99, "recipe": {}, "corpus": {}}',
        b'{"schema": 1, "recipe": {}, "corpus": 3}',
        b'{"schema": 1, "recipe": {}, "corpus": {}}',
        b'{"schema": 1, "recipe": {"model": {"units": 0}}, "corpus": {"name": "a", "digest": "b"}}',
        b'{"schema": 1, "corpus": {"name": "a", "digest": "b"}}',
    ],
)
def test_a_damaged_description_is_said(folder, raw):
    (folder.path / "training.json").write_bytes(raw)
    with pytest.raises(UserError) as caught:
        open_training("mine")
    assert caught.value.hint


def test_ids_that_are_no_folder_names(copied_home):
    for run_id in ("../runs/toy-words-lstm", "..", "", "A", "a/b"):
        with pytest.raises(UserError, match="cannot name a run"):
            begin_training(run_id, Recipe(), open_corpus("toy-words"))
        with pytest.raises(UserError, match="cannot name a run"):
            open_training(run_id)
    assert training_ids() == []


def test_the_last_states_are_kept_and_the_newest_is_taken(folder):
    for update in (2, 10, 9_999_999, 100_000_000):
        folder.save_state(update, snapshot(update))
        assert_same(folder.latest_state(), snapshot(update))
    assert states(folder) == [9_999_999, 100_000_000]
    assert STATES_KEPT == 2
    folder.save_state(100_000_000, snapshot(5))  # the same update again: at the end of its epoch
    assert_same(folder.latest_state(), snapshot(5))
    assert len(states(folder)) == 2


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-3])


def _flip(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)


def _empty_manifest(state: Path) -> None:
    """Sealed, with nothing in it."""
    for path in state.iterdir():
        path.unlink()
    sealed_folder._write_manifest(state, "training state", 1)


DAMAGES = {
    "no manifest": lambda state: (state / "manifest.json").unlink(),
    "empty manifest": lambda state: (state / "manifest.json").write_text(""),
    "no tensors": lambda state: (state / "tensors.safetensors").unlink(),
    "short tensors": lambda state: _truncate(state / "tensors.safetensors"),
    "a bit of the tensors": lambda state: _flip(state / "tensors.safetensors"),
    "a bit of the facts": lambda state: _flip(state / "facts.json"),
    "another kind": lambda state: (state / "manifest.json").write_text(
        (state / "manifest.json").read_text().replace("training state", "run")
    ),
    "empty folder": lambda state: [path.unlink() for path in state.iterdir()],
    "sealed without tensors": _empty_manifest,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_state_gives_way_to_the_one_before_it(folder, damage):
    for update in (1, 2):
        folder.save_state(update, snapshot(update))
    DAMAGES[damage](folder.path / "state-000000002")
    assert_same(folder.latest_state(), snapshot(1))
    DAMAGES[damage](folder.path / "state-000000001")
    assert folder.latest_state() is None
    folder.save_state(1, snapshot(1))
    assert_same(folder.latest_state(), snapshot(1))


def test_checkpoints_come_in_order_up_to_an_update(folder):
    for update in (1000, 2, 30):
        folder.save_checkpoint(update, snapshot(update))
    assert [kept.facts["update"] for kept in folder.checkpoints(10**8)] == [2, 30, 1000]
    assert [kept.facts["update"] for kept in folder.checkpoints(30)] == [2, 30]
    _truncate(folder.path / "checkpoint-000001000" / "tensors.safetensors")
    assert len(folder.checkpoints(999)) == 2  # one that lies ahead is made anew and hinders nothing
    with pytest.raises(UserError, match="checkpoint-000001000 is damaged"):
        folder.checkpoints(1000)


def test_one_process_holds_a_training(folder, processes, monkeypatch):
    monkeypatch.setattr(folder_module, "LOCK_SECONDS", 0.1)
    ours, theirs = processes.Pipe()
    holder = processes.Process(target=_hold, args=(os.environ["RNNSCOPE_HOME"], theirs))
    holder.start()
    theirs.close()  # so that a holder that ends early is noticed
    assert ours.recv() == "held"
    assert folder.is_running()
    with pytest.raises(UserError, match="mine is running in another process"), folder.locked():
        pytest.fail("two at once")
    with pytest.raises(UserError, match="mine is running"):
        folder.delete()
    assert open_training("mine") == folder
    holder.kill()
    holder.join()
    assert not folder.is_running()  # the system gives a dead process's lock back
    with folder.locked():
        assert folder.is_running()
    folder.delete()
    assert training_ids() == []


def _hold(home: str, pipe) -> None:
    os.environ["RNNSCOPE_HOME"] = home
    with open_training("mine").locked():
        pipe.send("held")
        time.sleep(60)


def test_a_glance_at_the_lock_hinders_nobody(folder):
    stop = threading.Event()

    def glance():
        while not stop.is_set():
            folder.is_running()

    watchers = [threading.Thread(target=glance) for _ in range(3)]
    for watcher in watchers:
        watcher.start()
    try:
        for _ in range(5):
            with folder.locked():
                pass
        folder.delete()
    finally:
        stop.set()
        for watcher in watchers:
            watcher.join()
    assert training_ids() == []


def test_a_training_that_is_deleted_while_it_is_looked_at_does_not_run(folder, monkeypatch):
    def gone(*_, **__):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))  # what the lock says of it

    monkeypatch.setattr(folder_module.FileLock, "acquire", gone)
    assert not folder.is_running()


def test_what_a_killed_process_left_half_written_is_cleared_away(folder):
    folder.save_state(1, snapshot(1))
    left = [folder.path / name for name in (".state-000000002-x7", ".checkpoint-000000002-a", ".state-000000001-old-q")]
    for path in left:
        path.mkdir()
        (path / "tensors.safetensors").write_bytes(b"half")
    assert_same(folder.latest_state(), snapshot(1))
    assert folder.checkpoints(10) == []
    with folder.locked():
        assert not any(path.exists() for path in left)
    assert_same(folder.latest_state(), snapshot(1))


def test_an_old_request_is_not_for_the_next_process(folder):
    assert folder.request() is None
    folder.ask("stop")
    assert folder.request() == "stop"
    with folder.locked():
        assert folder.request() is None
        folder.ask("keep")
        assert folder.request() == "keep"
        (folder.path / "request").write_text("rm -rf")
        assert folder.request() is None


def test_progress_is_told_in_pieces_and_its_curve_stays_short(folder, monkeypatch):
    monkeypatch.setattr(folder_module, "CURVE_POINTS", 20)
    folder.report(status="running", pid=3)
    for update in range(1, 101):
        folder.report(update=update, loss=float(update))
        curve = folder.progress()["curve"]
        assert min(update, 10) <= len(curve) <= 20
        assert curve[-1] == [update, update]
        for (before, _), (reached, loss) in zip([[0, 0], *curve], curve, strict=False):
            assert before < loss <= reached  # a mean of the losses between the two
    seen = folder.progress()
    assert (seen["status"], seen["pid"], seen["update"], seen["loss"]) == ("running", 3, 100, 100)


def test_a_resumed_training_goes_over_its_curve_again(folder):
    for update, loss in ((10, 5.0), (20, 4.0), (30, 3.0), (15, 4.5)):
        folder.report(update=update, loss=loss)
    assert folder.progress()["curve"] == [[10, 5.0], [15, 4.5]]


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"\xff\xfe"])
def test_damaged_progress_is_none(folder, raw):
    (folder.path / "progress.json").write_bytes(raw)
    assert folder.progress() == {}
    folder.report(status="running")
    assert folder.progress()["status"] == "running"


@pytest.fixture
def full_disk(tmp_path, folder):
    """The training's folder on a disk of 256 KB; where none can be mounted, skipped: the next test stands in."""
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(small)]
    if os.name != "posix" or os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a disk")
    shutil.copytree(folder.path, small / "mine")
    shutil.rmtree(folder.path)
    folder.path.symlink_to(small / "mine")
    yield folder
    subprocess.run(["umount", str(small)], check=True)


def test_a_full_disk_is_said_and_takes_nothing_away(full_disk):
    full_disk.report(status="running", update=1, loss=2.0)
    full_disk.save_state(1, snapshot(1))
    large = Snapshot({"network.weight": torch.zeros(100_000)}, {})
    for save in (full_disk.save_state, full_disk.save_checkpoint):
        with pytest.raises(UserError, match=r"Cannot write .*No space left") as caught:
            save(2, large)
        assert "Free some space" in caught.value.hint
    assert_same(full_disk.latest_state(), snapshot(1))
    assert sorted(path.name for path in full_disk.path.iterdir() if path.name[0] == ".") == []  # nothing half-written

    filler = full_disk.path / "filler"
    with pytest.raises(OSError, match="No space"):
        filler.write_bytes(bytes(10**6))
    full_disk.report(status="running", update=2, loss=1.0, note="x" * 10_000)  # cannot be written, and ends nothing
    assert full_disk.progress()["update"] == 1
    with pytest.raises(UserError, match="Cannot write"):
        full_disk.save_state(2, snapshot(2))
    filler.unlink()
    full_disk.save_state(2, snapshot(2))
    assert_same(full_disk.latest_state(), snapshot(2))


@pytest.mark.parametrize("writer", ["save_tensors", "write_json", "_write_manifest"])
def test_a_write_that_fails_is_said_and_takes_nothing_away(folder, monkeypatch, writer):
    folder.save_state(1, snapshot(1))

    def fails(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(sealed_folder if writer == "_write_manifest" else snapshot_module, writer, fails)
    with pytest.raises(UserError, match=r"Cannot write .*state-000000002: No space left"):
        folder.save_state(2, snapshot(2))
    assert_same(folder.latest_state(), snapshot(1))
    assert states(folder) == [1]


def test_a_home_that_cannot_be_written(copied_home, tmp_path, monkeypatch):
    corpus = open_corpus("toy-words")
    (tmp_path / "file").write_text("a file")
    for home in (tmp_path / "file", tmp_path / "file" / "below"):
        monkeypatch.setenv("RNNSCOPE_HOME", str(home))
        with pytest.raises(UserError, match=r"Cannot write .*mine") as caught:
            begin_training("mine", Recipe(), corpus)
        assert "RNNSCOPE_HOME" in caught.value.hint
        assert training_ids() == []
    monkeypatch.setenv("RNNSCOPE_HOME", str(copied_home))
    shutil.rmtree(copied_home / "trainings", ignore_errors=True)  # an earlier test may have looked for trainings
    (copied_home / "trainings").write_text("a file")
    with pytest.raises(UserError, match=r"Cannot write .*mine"):
        begin_training("mine", Recipe(), corpus)


def test_a_training_that_could_not_begin_leaves_its_id_free(copied_home, monkeypatch):
    def fails(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(trainings, "write_json", fails)
    with pytest.raises(UserError, match="No space left"):
        begin_training("mine", Recipe(), open_corpus("toy-words"))
    monkeypatch.undo()
    monkeypatch.setenv("RNNSCOPE_HOME", str(copied_home))
    assert list(trainings_home().iterdir()) == []
    begin_training("mine", Recipe(), open_corpus("toy-words"))
    assert json.loads((trainings_home() / "mine" / "training.json").read_text())["schema"] == 1
