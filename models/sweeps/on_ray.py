"""A sweep on a Ray cluster: one task for each model, on any node that has the CPUs and the part of a GPU for it.

Every node needs rnnscope, installed as here: code is not shipped. Nothing else is shared, least of all a disk. The
corpus travels through Ray's object store into the home folder of the node (its own `RNNSCOPE_HOME`) unless it is
there already, the model is trained in that home, and the finished run comes back as bytes, checked file by file.

Ray repeats nothing by itself. When a node is lost, the sweep starts its models again, wherever there is room: from
the last state where the home is one that the lost node shared, else from the beginning. So no model is trained twice
at once, but for a node that is cut off and still trains when Ray has given it up: what it makes reaches nobody, and in
a shared home it holds the training's lock.
"""

import socket
from collections.abc import Callable
from typing import Any

from data_prep.corpus import SCHEMA as CORPUS_SCHEMA
from data_prep.corpus import Corpus, corpora_home, open_corpus
from data_prep.errors import UserError
from data_prep.parcel import Parcel, pack, unpack
from models.ray_cluster import check_resources, connect
from models.recipe import parse_recipe
from models.run import SCHEMA as RUN_SCHEMA
from models.run_folders import runs_home
from models.sweeps.grid import GridModel
from models.sweeps.sweep import Event, finished_run, training_of

WAIT_SECONDS = 0.5


class RayEngine:
    """Tasks on the cluster at `address`, or on one that is started on this machine alone.

    cpus and gpus: what each model asks for; several models share a GPU when gpus is a fraction. With no part
    of a GPU a model is trained on the CPU, with `cpus` threads.

    Raises UserError when Ray is not installed, when no cluster answers, or when no node has so much.
    """

    def __init__(
        self, corpus_of: Callable[[str], Corpus], *, address: str | None, cpus: float, gpus: float, device: str = "auto"
    ) -> None:
        if device == "cuda" and not gpus:
            raise UserError("--device cuda needs a part of a GPU for each model.", "Add --gpus-per-model 0.25, say.")
        self._ray = connect(address)
        self._corpus_of = corpus_of
        self._parcels: dict[str, Any] = {}  # a corpus's name → its place in the object store
        self._tasks: dict[Any, str] = {}  # what a task will return → the model's id
        self._began: set[str] = set()
        try:
            check_resources(self._ray, cpus, gpus, "a model")
        except UserError:
            self._ray.shutdown()
            raise
        here = self._ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(
            self._ray.get_runtime_context().get_node_id(), soft=False
        )
        self._board = self._ray.remote(Board).options(num_cpus=0, scheduling_strategy=here).remote()
        self._task = self._ray.remote(train_on_node).options(num_cpus=cpus, num_gpus=gpus, max_retries=0)
        self._options = {"threads": max(1, int(cpus)), "device": device if gpus else "cpu"}

    def start(self, model: GridModel) -> None:
        """Put an attempt in the queue."""
        name = str(model.recipe.corpus)
        if name not in self._parcels:
            self._parcels[name] = self._ray.put(pack(self._corpus_of(name).folder, "corpus", CORPUS_SCHEMA))
        job = {"id": model.id, "recipe": model.recipe.model_dump()} | self._options
        self._tasks[self._task.remote(job, self._parcels[name], self._board)] = model.id

    def events(self) -> list[Event]:
        """What happened since the last call."""
        ended, _ = self._ray.wait(list(self._tasks), timeout=WAIT_SECONDS)
        happened = []
        for run_id, epoch, loss in self._ray.get(self._board.read.remote()):
            if epoch == 0:
                self._began.add(run_id)
            happened.append(Event(run_id, "moved" if epoch else "began", epoch=epoch, loss=loss))
        return happened + [self._end(task) for task in ended]

    def is_busy(self) -> bool:
        """Whether an attempt waits or is under way."""
        return bool(self._tasks)

    def stop(self) -> None:
        """Forget the queue, and ask what is under way to keep its state and end."""
        self._ray.get(self._board.stop.remote())
        for task in [task for task, run_id in self._tasks.items() if run_id not in self._began]:
            self._ray.cancel(task)
            del self._tasks[task]

    def close(self) -> None:
        """Leave the cluster, which ends whatever there still is."""
        self._ray.shutdown()

    def _end(self, task: Any) -> Event:
        run_id = self._tasks.pop(task)
        self._began.discard(run_id)
        lost = (
            self._ray.exceptions.NodeDiedError,
            self._ray.exceptions.ObjectLostError,
            self._ray.exceptions.LocalRayletDiedError,
        )
        try:
            kind, value = self._ray.get(task)
            if kind == "finished":
                if value.name != run_id:
                    raise UserError(f"A node sent the run {value.name} instead of {run_id}.")
                unpack(value, runs_home())
                return Event(run_id, "finished")
            return Event(run_id, kind, error=value)
        except UserError as error:
            return Event(run_id, "failed", error=error.message)
        except lost:
            return Event(run_id, "lost", error="The node that trained it was lost.")
        except self._ray.exceptions.RayError as error:
            return Event(run_id, "failed", error=_reason(error))


class Board:
    """Beside the driver: where trainings say how they are, and are told to stop."""

    def __init__(self) -> None:
        self._said: list[tuple[str, int, float | None]] = []
        self._stopping = False

    def say(self, run_id: str, epoch: int, loss: float | None) -> bool:
        """Epoch 0 says that the training begins. Returns whether it is to stop."""
        self._said.append((run_id, epoch, loss))
        return self._stopping

    def read(self) -> list[tuple[str, int, float | None]]:
        """What was said since the last call."""
        said, self._said = self._said, []
        return said

    def stop(self) -> None:
        """Tell all of them to stop."""
        self._stopping = True


def train_on_node(job: dict[str, Any], corpus_parcel: Parcel, board: Any) -> tuple[str, Parcel | str | None]:
    """One attempt, on a node: ("finished", the run), ("stopped", None) or ("failed", why).

    Waits for nothing: Ray lends the CPUs of a task that waits to another one.
    """
    import ray
    import torch

    from models.network import resolve_device
    from models.training.job import run_training
    from models.training.progress import Progress

    answer = board.say.remote(job["id"], 0, None)
    torch.set_num_threads(job["threads"])
    try:
        corpus = open_corpus(unpack(corpus_parcel, corpora_home()).name)
        model = GridModel(job["id"], parse_recipe(job["recipe"], job["id"]))
        run = finished_run(model, corpus)  # of an earlier sweep that did not live to see it
        if run is None:
            folder = training_of(model, corpus)

            def tell(now: Progress) -> None:
                nonlocal answer
                answered, _ = ray.wait([answer], timeout=0)
                if answered and ray.get(answer):
                    folder.ask("stop")
                answer = board.say.remote(job["id"], now.epoch, now.loss)

            try:
                run = run_training(folder, device=resolve_device(job["device"]), on_progress=tell)
            except UserError:
                if folder.latest_state() is None:
                    folder.delete()  # nothing to go on from
                raise
            if run is None:
                return "stopped", None
        return "finished", pack(run.folder, "run", RUN_SCHEMA)
    except UserError as error:
        return "failed", f"{error.message} (on {socket.gethostname()})"


def _reason(error: Exception) -> str:
    last = next(line.strip() for line in reversed(f"{type(error).__name__}\n{error}".splitlines()) if line.strip())
    return f"{last} Is rnnscope installed on every node?" if "ModuleNotFoundError" in str(error) else last
