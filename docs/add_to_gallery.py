"""Copy runs of yours into the gallery, each with its recording: `python docs/add_to_gallery.py RUN...`.

The weights after the last epoch stay behind where others are the best: they would double the gallery's size.
"""

import shutil
import sys
from dataclasses import replace

from analysis.store import RecordingOptions, ensure_recording, save_recording
from data_prep.sealed_folder import MANIFEST, open_sealed, sealing
from models.run import GALLERY, LAST_WEIGHTS, SCHEMA, open_run


def add_to_gallery(run_id: str) -> None:
    """Seal a copy of the run in the gallery, and store what it responds to beside it."""
    run, options = open_run(run_id), RecordingOptions()
    recording = ensure_recording(run, options)
    with sealing(GALLERY / run_id, "run", SCHEMA) as folder:
        for file in run.folder.iterdir():
            if file.is_file() and file.name not in (MANIFEST, LAST_WEIGHTS):
                shutil.copyfile(file, folder / file.name)
    folder = GALLERY / run_id
    shipped = replace(run, folder=folder, bundled=True, digest=open_sealed(folder, "run", SCHEMA).digest)
    save_recording(recording, shipped, options, folder / "results")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        add_to_gallery(name)
