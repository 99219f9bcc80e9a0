"""Tensors and facts that a training keeps, in a sealed folder: whole, or not there."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from data_prep.sealed_folder import open_sealed, read_json, sealing, write_json
from models.tensor_files import load_tensors, save_tensors

SCHEMA = 1


@dataclass(frozen=True)
class Snapshot:
    """tensors: name → tensor. facts: whatever else there is to know, as plain JSON."""

    tensors: dict[str, Tensor]
    facts: dict[str, Any]


def save_snapshot(target: Path, snapshot: Snapshot) -> None:
    """Write the folder `target`, in place of one that is there; UserError when it cannot be written."""
    with sealing(target, "training state", SCHEMA, replace=True) as folder:
        save_tensors(snapshot.tensors, folder / "tensors.safetensors")
        write_json(folder / "facts.json", snapshot.facts)


def load_snapshot(folder: Path) -> Snapshot:
    """What was kept; UserError when it is damaged or of another version."""
    open_sealed(folder, "training state", SCHEMA)
    return Snapshot(load_tensors(folder / "tensors.safetensors"), read_json(folder / "facts.json"))
