"""Named tensors in a file, without pickle."""

from pathlib import Path

import safetensors
import safetensors.torch
from torch import Tensor

from data_prep.errors import UserError


def save_tensors(tensors: dict[str, Tensor], path: Path) -> None:
    """Write tensors of any device; OSError when the disk is full or not writable."""
    try:
        safetensors.torch.save_file(
            {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}, path
        )
    except safetensors.SafetensorError as error:  # which is what safetensors makes of an OSError
        raise OSError(str(error)) from error


def load_tensors(path: Path) -> dict[str, Tensor]:
    """The tensors of a file; UserError when it is missing or damaged."""
    try:
        return safetensors.torch.load_file(path)
    except (OSError, safetensors.SafetensorError) as error:
        raise UserError(f"{path} cannot be read: {error}.", "The file is damaged; make it again.") from error
