"""Copy runs of yours into the gallery, each with its recording: `python docs/add_to_gallery.py [--final] RUN...`.

To keep the gallery small, the weights after the last epoch stay behind where others are the best; with
--final the checkpoints too.
"""

import argparse
import shutil
from dataclasses import replace

from analysis.recording.store import SHIPPED, ensure_recording, save_recording
from data_prep.sealed_folder import MANIFEST, open_sealed, read_json, sealing, write_json
from models.run import GALLERY, LAST_WEIGHTS, SCHEMA, open_run


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


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--final", action="store_true")
    parser.add_argument("runs", nargs="+")
    given = parser.parse_args()
    for name in given.runs:
        add_to_gallery(name, final=given.final)
