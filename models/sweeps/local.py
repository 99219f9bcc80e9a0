"""A sweep on this machine: one process for each model under way, several of which may share a GPU."""

import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from data_prep.corpus import Corpus
from data_prep.errors import UserError
from models.sweeps.grid import GridModel
from models.sweeps.sweep import Event, training_of
from models.sweeps.worker import FINISHED, STOPPED
from models.training.folder import TrainingFolder

ROOT = Path(__file__).resolve().parent.parent
LOOK_EVERY_SECONDS = 0.2
ENDING_SECONDS = 20.0


@dataclass
class _Attempt:
    folder: TrainingFolder
    process: subprocess.Popen
    moved: tuple[int, float] | None = None

    def reason(self) -> str:
        """Why the process ended."""
        if self.process.returncode < 0:
            return f"Its process was ended by signal {-self.process.returncode}."
        lines = (self.folder.path / "log").read_text(encoding="utf-8", errors="replace").splitlines()
        return next((line for line in reversed(lines) if line.strip()), "Its process ended without a word.")


class LocalEngine:
    """Up to `jobs` processes at once, with an equal part of `cores` each, on `device`.

    A process that is killed or crashes is a failed attempt; the next one goes on from its last state.
    """

    def __init__(self, corpus_of: Callable[[str], Corpus], *, jobs: int, cores: int, device: str) -> None:
        self._corpus_of, self._device = corpus_of, device
        self._threads = max(1, cores // jobs)
        self._queue: deque[GridModel] = deque()
        self._attempts: dict[int, _Attempt | None] = dict.fromkeys(range(jobs))

    def start(self, model: GridModel) -> None:
        """Put an attempt in the queue."""
        self._queue.append(model)

    def events(self) -> list[Event]:
        """What happened since the last call."""
        happened = []
        for place, attempt in self._attempts.items():
            if attempt is None and self._queue:
                happened.append(self._begin(place, self._queue.popleft()))
        if not happened:
            time.sleep(LOOK_EVERY_SECONDS)
        for place, attempt in self._attempts.items():
            if attempt is not None and (event := self._look(place, attempt)) is not None:
                happened.append(event)
        return happened

    def is_busy(self) -> bool:
        """Whether an attempt waits or is under way."""
        return bool(self._queue) or any(self._attempts.values())

    def stop(self) -> None:
        """Forget the queue, and ask what is under way to keep its state and end."""
        self._queue.clear()
        for attempt in filter(None, self._attempts.values()):
            attempt.process.stdin.close()

    def close(self) -> None:
        """End whatever there still is, politely at first."""
        self.stop()
        for attempt in filter(None, self._attempts.values()):
            try:
                attempt.process.wait(ENDING_SECONDS)
            except subprocess.TimeoutExpired:
                attempt.process.kill()
                attempt.process.wait()

    def _begin(self, place: int, model: GridModel) -> Event:
        try:
            folder = training_of(model, self._corpus_of(str(model.recipe.corpus)))
        except UserError as error:
            return Event(model.id, "failed", error=error.message)
        command = [sys.executable, "-m", "models.sweeps.worker", model.id, self._device, str(place), str(self._threads)]
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        with (folder.path / "log").open("w", encoding="utf-8") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": str(self._threads)},
                start_new_session=True,  # Control-C is for the sweep, which then asks
            )
        self._attempts[place] = _Attempt(folder, process)
        return Event(model.id, "began")

    def _look(self, place: int, attempt: _Attempt) -> Event | None:
        run_id, code = attempt.folder.run_id, attempt.process.poll()
        if code is None:
            seen = attempt.folder.progress()
            moved = (seen.get("epoch"), seen.get("loss"))
            if moved == attempt.moved or None in moved:  # neither before the first report nor when all is done
                return None
            attempt.moved = moved
            return Event(run_id, "moved", epoch=moved[0], loss=moved[1])
        self._attempts[place] = None
        attempt.process.stdin.close()
        if code == FINISHED:
            return Event(run_id, "finished")
        if code == STOPPED:
            return Event(run_id, "stopped")
        event = Event(run_id, "failed", error=attempt.reason())
        if attempt.folder.latest_state() is None:
            attempt.folder.delete()  # nothing to go on from
        return event
