"""Tensors from a file that somebody else wrote: safetensors, or what torch.save wrote if it is tensors alone.

Nothing in the file is run: a pickle that names anything but tensors is refused before it is obeyed.
"""

import re
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors
import torch
from torch import Tensor

from data_prep.errors import UserError

LARGEST_BYTES = 4 << 30
WRAPPERS = ("state_dict", "model_state_dict", "model", "net", "network", "module", "weights", "params")
DEEPEST = 3  # dictionaries inside one another in a checkpoint
SAVE_A_STATE_DICT = 'Where the model was trained: torch.save(model.state_dict(), "weights.pt"), then import weights.pt.'


@dataclass(frozen=True)
class WeightsFile:
    """The tensors of a file by their keys. found_under: the key of the state dict inside a checkpoint."""

    tensors: dict[str, Tensor]
    found_under: str | None = None


def read_weights(path: Path) -> WeightsFile:
    """Read the tensors of a safetensors file, or of the state dict in a file of torch.save.

    A checkpoint may hold the state dict beside other things. What the file is shows in its content, not in
    its name. Raises UserError for what is missing, cut off, larger than `LARGEST_BYTES`, something else, or
    would have to run code to be read.
    """
    kind = _kind_of(path)
    if kind == "safetensors":
        return WeightsFile(_read_safetensors(path))
    if kind == "zip":
        _check_archive(path)
    found_under, state_dict = _state_dict_in(_load(path), path.name)
    _check_stored(state_dict, path)
    return WeightsFile(state_dict, found_under)


def _kind_of(path: Path) -> str:
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(9)
    except FileNotFoundError as error:
        raise UserError(f"There is no file {path}.", "Check the path.") from error
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.", "Name one file that you may read.") from error
    if size > LARGEST_BYTES:
        raise _too_large(path, size)
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if head[8:] == b"{":
        return "safetensors"
    if head.startswith(b"\x80"):
        return "pickle"
    what = "empty" if not head else "an HDF5 file" if head.startswith(b"\x89HDF") else "neither"
    if what == "neither":
        raise UserError(f"{path.name} is neither a safetensors file nor one of torch.save.", SAVE_A_STATE_DICT)
    raise UserError(f"{path.name} is {what}, no weights that rnnscope can read.", SAVE_A_STATE_DICT)


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 (it is no dict)
            shared = file.metadata() or {}
    except (safetensors.SafetensorError, OSError, ValueError, RuntimeError) as error:
        raise UserError(f"{path.name} is damaged or cut off: {error}.", "Copy the file again.") from error
    # safetensors stores a tensor that two modules share once, and notes the other name beside it.
    return tensors | {name: tensors[kept] for name, kept in shared.items() if kept in tensors and name not in tensors}


def _check_archive(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UserError(f"{path.name} is damaged or cut off: {error}.", "Copy the file again.") from error
    names = [entry.filename for entry in entries]
    if any("/code/" in name for name in names):
        raise UserError(f"{path.name} is a TorchScript archive: it holds code, not weights alone.", SAVE_A_STATE_DICT)
    if not any(name.endswith("data.pkl") for name in names):
        raise UserError(f"{path.name} is an archive, but not one of torch.save.", SAVE_A_STATE_DICT)
    size = sum(entry.file_size for entry in entries)
    if size > LARGEST_BYTES:
        raise _too_large(path, size)


def _load(path: Path) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about formats that it then reads, or refuses
            return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # on damaged bytes its reader raises whatever they lead it to
        if named := re.search(r"GLOBAL ([\w.]+)", str(error)):
            raise UserError(
                f"{path.name} holds more than tensors: {named.group(1)}. To read it is to run its code, so it is not "
                "read.",
                SAVE_A_STATE_DICT,
            ) from error
        raise UserError(
            f"{path.name} cannot be read: it is damaged, cut off, or no file of torch.save.", SAVE_A_STATE_DICT
        ) from error


def _state_dict_in(loaded: Any, name: str) -> tuple[str | None, dict[str, Tensor]]:
    """(key under which it stands, the state dict) in what torch.load gave."""
    if not isinstance(loaded, dict):
        raise UserError(f"{name} holds {_a_kind(loaded)}, not a state dict.", SAVE_A_STATE_DICT)
    found = _state_dicts(loaded)
    recurrent = {key: tensors for key, tensors in found.items() if any("weight_hh" in name for name in tensors)}
    candidates = recurrent or found
    if not candidates:
        raise UserError(f"{name} holds no tensors by name.", SAVE_A_STATE_DICT)
    usual = [key for key in ("", *WRAPPERS) if key in candidates]
    if not usual and len(candidates) > 1:
        raise UserError(
            f"{name} holds more than one state dict: {', '.join(list(candidates)[:5])}.",
            "Save the one that is meant to a file of its own.",
        )
    key = usual[0] if usual else next(iter(candidates))
    return key or None, candidates[key]


def _state_dicts(loaded: dict[Any, Any]) -> dict[str, dict[str, Tensor]]:
    """Dotted key → the tensors by name, of every dictionary inside `loaded` and of itself (the key "")."""
    found, waiting, seen = {}, [("", loaded, 0)], {id(loaded)}  # seen: one may stand in itself, or in a thousand places
    for key, value, depth in waiting:
        tensors = {name: entry for name, entry in value.items() if isinstance(name, str) and isinstance(entry, Tensor)}
        if tensors:
            found[key] = tensors
        for name, entry in value.items():
            if isinstance(entry, dict) and isinstance(name, str) and depth < DEEPEST and id(entry) not in seen:
                seen.add(id(entry))
                waiting.append((f"{key}.{name}".lstrip("."), entry, depth + 1))
    return found


def _check_stored(tensors: dict[str, Tensor], path: Path) -> None:
    """Refuse tensors that are not plain numbers, all of them in the file: a few bytes can claim to be gigabytes."""
    size = path.stat().st_size
    for key, tensor in tensors.items():
        if tensor.layout != torch.strided or tensor.device.type != "cpu" or tensor.is_quantized:
            raise UserError(
                f"{path.name}: {key} is not a plain tensor ({tensor.layout}, {tensor.dtype}).", SAVE_A_STATE_DICT
            )
        if tensor.numel() * tensor.element_size() > size:
            raise UserError(
                f"{path.name}: {key} claims to have {tensor.numel():,} numbers, and the file has {size:,} bytes.",
                "Save the state dict again, with tensor.contiguous() for each of its tensors.",
            )


def _too_large(path: Path, size: int) -> UserError:
    return UserError(
        f"{path.name} has {size / 2**30:.1f} GB of weights; rnnscope takes {LARGEST_BYTES >> 30} GB at most.",
        "Save the state dict alone, without the state of the optimizer.",
    )


def _a_kind(value: Any) -> str:
    return "one tensor" if isinstance(value, Tensor) else f"a {type(value).__name__}"
