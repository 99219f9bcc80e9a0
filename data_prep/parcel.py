"""Sealed folders in memory: how a corpus or a run reaches a machine that shares no disk."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock

from data_prep.errors import UserError
from data_prep.sealed_folder import MANIFEST, check_name, digest_of, open_sealed, sealing


@dataclass(frozen=True)
class Parcel:
    """The files of a sealed folder, without its manifest, which follows from them.

    files: name → its bytes, (n,) uint8, which Ray's object store shares without a copy. digest: as sealed.
    """

    name: str
    kind: str
    schema: int
    digest: str
    files: dict[str, np.ndarray]


def pack(folder: Path, kind: str, schema: int) -> Parcel:
    """All of a sealed folder, read into memory; UserError when it is not whole."""
    manifest = open_sealed(folder, kind, schema)
    return Parcel(
        folder.name,
        kind,
        schema,
        manifest.digest,
        {name: np.fromfile(folder / name, np.uint8) for name in manifest.files},
    )


def unpack(parcel: Parcel, parent: Path) -> Path:
    """Write the folder again under `parent`, sealed; the one that is there already when it is the same.

    Raises UserError when the files are not those that were sealed, or when another folder has the name.
    """
    files = {
        name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in parcel.files.items()
    }
    if digest_of(files) != parcel.digest or any(Path(name).name != name or name == MANIFEST for name in files):
        raise UserError(f"The {parcel.kind} {parcel.name} was damaged on its way.", "Try again.")
    target = parent / check_name(parcel.name, parcel.kind)
    parent.mkdir(parents=True, exist_ok=True)
    with FileLock(parent / ".unpacking.lock"):  # several processes of a machine may want the same corpus
        if not target.exists():
            with sealing(target, parcel.kind, parcel.schema) as folder:
                for name, content in parcel.files.items():
                    content.tofile(folder / name)
        elif open_sealed(target, parcel.kind, parcel.schema).digest != parcel.digest:
            raise UserError(
                f"There is another {parcel.kind} called {parcel.name} in {parent}.", "Rename or delete one of the two."
            )
    return target
