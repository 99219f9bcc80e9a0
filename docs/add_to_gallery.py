"""Copy runs of yours into the gallery, each with what was measured: `python docs/add_to_gallery.py [--final] RUN...`.

To keep the gallery small, the weights after the last epoch stay behind where others are the best; with
--final the checkpoints too. `--measure RUN...` only adds to runs that are there what can be measured with the corpora
at hand: the gates over the test part, and the training dynamics of those with checkpoints.
"""

import argparse
import shutil
import sys
from dataclasses import replace

from analysis.dynamics.store import dynamics_content, dynamics_key, ensure_dynamics
from analysis.gates.store import corpus_digest, ensure_gates, gates_content, gates_key
from analysis.recording.store import SHIPPED, ensure_recording, save_recording
from analysis.results import save_result
from data_prep.sealed_folder import MANIFEST, open_sealed, read_json, sealing, write_json
from models.run import LAST_WEIGHTS, SCHEMA, Run, open_run
from models.run_folders import GALLERY


def add_to_gallery(run_id: str, *, final: bool) -> None:
    """Seal a copy of the run in the gallery, and store what it responds to beside it."""
    run = open_run(run_id)
    recording = ensure_recording(run, SHIPPED)
    with sealing(GALLERY / run_id, "run", SCHEMA) as folder:
        left = {MANIFEST, LAST_WEIGHTS} | {checkpoint["file"] for checkpoint in run.checkpoints if final}
        for file in run.folder.iterdir():
            if file.is_file() and file.name not in left:
                shutil.copyfile(file, folder / file.name)
        if final:
            write_json(folder / "run.json", read_json(folder / "run.json") | {"checkpoints": []})
    folder = GALLERY / run_id
    shipped = replace(run, folder=folder, bundled=True, digest=open_sealed(folder, "run", SCHEMA).digest)
    save_recording(recording, shipped, SHIPPED, folder / "results", compressed=True)
    add_measures(shipped)


def add_measures(run: Run) -> None:
    """Store beside a run of the gallery what a page shows of its test part, under the names of a fresh machine."""
    if corpus_digest(run) != run.corpus["digest"]:
        sys.stderr.write(f"{run.id}: left out, the corpus at hand is not the one that it was trained on\n")
        return
    results = run.folder / "results"
    save_result(gates_key(run, "test", None), gates_content(ensure_gates(run, "test")), results, compressed=True)
    if run.checkpoints and run.task == "language-model":
        save_result(dynamics_key(run), dynamics_content(ensure_dynamics(run)), results, compressed=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--final", action="store_true")
    parser.add_argument("--measure", action="store_true")
    parser.add_argument("runs", nargs="+")
    given = parser.parse_args()
    for name in given.runs:
        if given.measure:
            add_measures(open_run(name))
        else:
            add_to_gallery(name, final=given.final)
