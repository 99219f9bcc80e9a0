"""One attempt at a model of a local sweep: `python -m models.sweeps.worker RUN DEVICE PLACE THREADS`.

Goes on with the training RUN. It ends, its state kept, when its standard input is closed: by the sweep
that started it, or by that one's death, whatever its cause.
"""

import os
import sys
import threading

import torch

from data_prep.errors import UserError
from models.network import resolve_device
from models.training.job import run_training
from models.training.progress import Progress
from models.training.trainings import open_training

FINISHED, REFUSED, STOPPED = 0, 2, 3


def main(run_id: str, device_name: str, place: str, threads: str) -> int:
    """Train; the exit code says how it ended, standard error why."""
    torch.set_num_threads(int(threads))
    alone = threading.Event()

    def watch() -> None:
        os.read(0, 1)  # sys.stdin would hold a lock that the interpreter waits for in the end
        alone.set()

    threading.Thread(target=watch, daemon=True).start()
    try:
        folder = open_training(run_id)

        def stop_when_alone(_: Progress) -> None:
            if alone.is_set():
                folder.ask("stop")

        device = resolve_device(device_name)
        if device.type == "cuda":
            device = torch.device("cuda", int(place) % torch.cuda.device_count())
        run = run_training(folder, device=device, on_progress=stop_when_alone)
    except UserError as error:
        sys.stderr.write(f"{error.message} {error.hint}\n")
        return REFUSED
    return STOPPED if run is None else FINISHED


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
