"""A training under way, on disk: what `--resume` and the dashboard's training page read.

    trainings/<run id>/
        training.json        recipe, corpus and its digest
        state-<update>/      sealed: everything needed to go on from that update; the last two are kept
        checkpoint-<update>/ sealed: weights on the way, for training dynamics
        progress.json        what a watcher sees: status, rates, losses, a sample
        request              `stop` or `keep`, written by whoever watches
        lock                 held by the process that trains
        log                  what that process wrote, if the dashboard started it

The folder ends when the run is written.
"""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from data_prep.errors import UserError
from models.recipe import Recipe
from models.training.snapshot import Snapshot, load_snapshot, save_snapshot

ABOUT = "training.json"
STATES_KEPT = 2
CURVE_POINTS = 500
LOCK_SECONDS = 2  # longer than a watcher's glance at the lock
Request = Literal["stop", "keep"]


@dataclass(frozen=True)
class TrainingFolder:
    """A training's folder. Only the process that holds the lock writes states and progress."""

    run_id: str
    path: Path
    recipe: Recipe
    corpus: dict[str, str]

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the training; UserError when another process does."""
        lock = FileLock(self.path / "lock")
        try:
            lock.acquire(timeout=LOCK_SECONDS)
        except Timeout as error:
            raise UserError(
                f"The training {self.run_id} is running in another process.",
                "Watch it on the Training page, or stop it there first.",
            ) from error
        except OSError as error:
            raise unwritable(self.path, error) from error
        try:
            (self.path / "request").unlink(missing_ok=True)
            for left in self.path.glob(".*-*"):  # by a process that was killed while it kept something
                shutil.rmtree(left, ignore_errors=True)
            yield
        finally:
            lock.release()

    def is_running(self) -> bool:
        """Whether a process is at it now."""
        if not (self.path / ABOUT).is_file():
            return False  # deleted; a lock would bring the folder back
        lock = FileLock(self.path / "lock")
        try:
            with lock.acquire(timeout=0):
                return False
        except Timeout:
            return True
        except OSError:
            return False  # deleted at this very moment

    def save_state(self, update: int, snapshot: Snapshot) -> None:
        """Keep the state after `update`; UserError when it cannot be written, the state before it stays."""
        save_snapshot(self.path / f"state-{update:09d}", snapshot)
        for old in _numbered(self.path, "state")[:-STATES_KEPT]:
            shutil.rmtree(old, ignore_errors=True)

    def latest_state(self) -> Snapshot | None:
        """The newest state that is whole; None when there is none yet."""
        for folder in reversed(_numbered(self.path, "state")):
            try:
                return load_snapshot(folder)
            except (UserError, OSError):
                continue  # the one before it is as good, and a little older
        return None

    def has_state(self) -> bool:
        """Whether there is anything to go on from."""
        return bool(_numbered(self.path, "state"))

    def save_checkpoint(self, update: int, snapshot: Snapshot) -> None:
        """Keep the weights after `update`."""
        save_snapshot(self.path / f"checkpoint-{update:09d}", snapshot)

    def checkpoints(self, update: int) -> list[Snapshot]:
        """The weights on the way up to `update`, in their order; UserError when one is damaged."""
        last = f"checkpoint-{update:09d}"
        return [load_snapshot(folder) for folder in _numbered(self.path, "checkpoint") if folder.name <= last]

    def report(self, **facts: Any) -> None:
        """Change what watchers see. `loss` with its `update` is also added to the curve, which is kept short."""
        seen = self.progress()
        if "loss" in facts:
            # a training that goes on from a state goes over some updates again
            earlier = [point for point in seen.get("curve", []) if point[0] < facts["update"]]
            seen["curve"] = _thinned([*earlier, [facts["update"], facts["loss"]]])
        seen |= facts | {"time": time.time()}
        temporary = self.path / ".progress.json"
        try:
            temporary.write_text(json.dumps(seen), encoding="utf-8")
            temporary.replace(self.path / "progress.json")
        except OSError:
            pass  # a full disk must not end a training that could go on; its next state will say so

    def progress(self) -> dict[str, Any]:
        """What watchers see; empty before the first report."""
        try:
            seen = json.loads((self.path / "progress.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return seen if isinstance(seen, dict) else {}

    def ask(self, request: Request) -> None:
        """Ask the process to stop (its state is kept), or to keep what it has learnt so far as the run.

        Raises UserError when the training has ended meanwhile, or the folder is not writable.
        """
        try:
            (self.path / "request").write_text(request, encoding="utf-8")
        except FileNotFoundError as error:
            raise UserError(f"The training {self.run_id} has ended.", "Look for it among the runs.") from error
        except OSError as error:
            raise unwritable(self.path, error) from error

    def request(self) -> Request | None:
        """What was asked for."""
        try:
            asked = (self.path / "request").read_text(encoding="utf-8")
        except OSError:
            return None
        return asked if asked in ("stop", "keep") else None

    def delete(self) -> None:
        """Remove the folder. UserError while a process is at it."""
        if not self.path.is_dir():
            return
        try:
            with FileLock(self.path / "lock").acquire(timeout=LOCK_SECONDS):
                (self.path / ABOUT).unlink(missing_ok=True)  # first: a folder without it is no training
        except Timeout as error:
            raise UserError(f"The training {self.run_id} is running.", "Stop it first.") from error
        shutil.rmtree(self.path, ignore_errors=True)


def unwritable(path: Path, error: OSError) -> UserError:
    """What to say when a training's folder cannot be written."""
    return UserError(
        f"Cannot write {path}: {error.strerror or error}.",
        "Free some space, or point RNNSCOPE_HOME to a folder that you may write to.",
    )


def _numbered(path: Path, kind: str) -> list[Path]:
    return sorted(folder for folder in path.glob(f"{kind}-*") if folder.is_dir())


def _thinned(curve: list[list[float]]) -> list[list[float]]:
    """Neighbours merged in pairs when there are too many points: the later update, the mean loss."""
    if len(curve) <= CURVE_POINTS:
        return curve
    pairs = zip(curve[:-1:2], curve[1::2], strict=False)
    return [[later[0], (earlier[1] + later[1]) / 2] for earlier, later in pairs] + curve[len(curve) // 2 * 2 :]
