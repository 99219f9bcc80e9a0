"""A project folder of LSTMVis: lstm.yml, states and word ids in HDF5, and a dictionary of words.

    files: {states: states.h5, words: train.h5, dict: words.dict}
    word_sequence: {file: words, path: word_ids, dict_file: dict}
    states: {file: states, types: [{type: state, layer: 1, path: states1}, {type: output, layer: 1, path: output1}]}

Its `output` is the hidden state, its `state` the cell state. LSTMVis shows tanh of the values; here they are taken as
they are stored.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from data_prep.errors import UserError
from data_prep.recorded_states import LONGEST, Blocks, RecordedStates, check_shapes, check_token
from data_prep.text_file import decode, read_bytes

CONFIGS = ("lstm.yml", "lstm.yaml")
LARGEST_CONFIG, LARGEST_DICTIONARY = 1 << 20, 64 << 20
HINT = "See the config file of LSTMVis: files, word_sequence and states must name each other."
KIND = {"output": "hidden", "state": "cell"}


def open_lstmvis(folder: Path) -> RecordedStates:
    """Open the states of an LSTMVis project; what is large is read later, in pieces.

    Raises UserError for what is missing, of other shapes, or stands outside the folder.
    """
    config = _config(folder)
    files = _mapping(config, "files")
    sequence, states = _mapping(config, "word_sequence"), _mapping(config, "states")
    with _dataset(folder, files, sequence.get("file"), sequence.get("path")) as words:
        if words.ndim != 1 or words.dtype.kind not in "iu" or not 1 < len(words) <= LONGEST:
            raise UserError(
                f"{sequence.get('path')} has the shape {words.shape} of {words.dtype}, not word ids in a row.", HINT
            )
        ids = words[:].astype(np.int64)
    types, ids = _named(ids, _dictionary(folder, files, sequence.get("dict_file")))
    layers_of, notes = _layers(states)
    blocks: dict[str, Blocks] = {}
    shapes: dict[str, tuple[int, ...]] = {}
    for kind, layers in layers_of.items():
        places = [(entry.get("file", states.get("file")), entry["path"]) for entry in layers.values()]
        for file, path in places:
            with _dataset(folder, files, file, path) as dataset:
                if dataset.dtype.kind != "f":
                    raise UserError(f"{path} holds {dataset.dtype}, not floating point.", HINT)
                shapes[str(path)] = dataset.shape
        blocks[kind] = _blocks(folder, files, places, len(ids))
    _, units = check_shapes(shapes, len(ids), folder.name)
    layer_count = len(next(iter(layers_of.values())))
    return RecordedStates(types, ids, None, (layer_count, units), blocks, tuple(notes))


def _config(folder: Path) -> dict[str, Any]:
    path = next((folder / name for name in CONFIGS if (folder / name).is_file()), None)
    if path is None:
        raise UserError(f"{folder} has no lstm.yml.", "Give an npz with states and tokens, or a folder of LSTMVis.")
    try:
        config = yaml.safe_load(decode(read_bytes(path, LARGEST_CONFIG), path.name))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UserError(f"{path.name} is not YAML: {error}", HINT) from error
    if not isinstance(config, dict):
        raise UserError(f"{path.name} has no keys.", HINT)
    return config


def _mapping(config: dict[str, Any], key: str) -> dict[str, Any]:
    if not isinstance(config.get(key), dict):
        raise UserError(f"lstm.yml has no {key}.", HINT)
    return config[key]


def _file(folder: Path, files: dict[str, Any], key: Any) -> Path:
    """The file that `files` calls `key`; it must lie in the folder."""
    name = files.get(key) if isinstance(key, str) else None
    if not isinstance(name, str):
        raise UserError(
            f"lstm.yml names the file {str(key)[:40]!r}; its files are {', '.join(map(str, list(files)[:8]))}.", HINT
        )
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise UserError(f"lstm.yml names {name[:80]!r}, which is outside the folder.", HINT)
    return path


@contextmanager
def _dataset(folder: Path, files: dict[str, Any], key: Any, place: Any) -> Iterator[Any]:
    """The dataset at `place`, whose values are in the file itself: HDF5 can point to any file of the machine."""
    try:
        import h5py
    except ImportError as error:
        raise UserError("HDF5 files need h5py, which is not installed.", "pip install rnnscope[hdf5]") from error
    path = _file(folder, files, key)
    try:
        with h5py.File(path, "r") as file:
            link = file.get(str(place), getlink=True) if place in file and place != "/" else None
            dataset = file[str(place)] if isinstance(link, h5py.HardLink) else None
            own = isinstance(dataset, h5py.Dataset) and dataset.file.filename == file.filename
            if not own or dataset.external or dataset.is_virtual:
                inside = ", ".join(list(file)[:8])
                raise UserError(f"{path.name} has no array {str(place)[:40]!r} of its own; it has {inside}.", HINT)
            yield dataset
    except (OSError, KeyError, ValueError, RuntimeError, TypeError) as error:
        raise UserError(f"{path.name} cannot be read as HDF5: {error}.", "Copy the file again.") from error


def _dictionary(folder: Path, files: dict[str, Any], key: Any) -> dict[int, str]:
    """Word id → word, from lines `word id`; the word may be white space itself."""
    path = _file(folder, files, key)
    words: dict[int, str] = {}
    for number, line in enumerate(decode(read_bytes(path, LARGEST_DICTIONARY), path.name).split("\n"), start=1):
        word, _, word_id = line.rstrip("\r").rpartition(" ") if " " in line else line.rpartition("\t")
        if not line.strip():
            continue
        if not word_id.isascii() or not word_id.isdigit() or len(word_id) > 12:
            raise UserError(f"{path.name}, line {number:,}: {line[:40]!r} is not a word and its id.", HINT)
        words[int(word_id)] = check_token(word, path.name)
    return words


def _named(ids: np.ndarray, words: dict[int, str]) -> tuple[tuple[str, ...], np.ndarray]:
    """(types, ids): the words that occur, and each position's place in them."""
    present, places = np.unique(ids, return_inverse=True)
    if missing := [number for number in present.tolist() if number not in words]:
        raise UserError(f"The dictionary has no word with the id {missing[0]}, and {len(missing) - 1} others.", HINT)
    types = list(dict.fromkeys(words[number] for number in present.tolist()))  # two ids may be one word
    row = {word: place for place, word in enumerate(types)}
    return tuple(types), np.array([row[words[number]] for number in present.tolist()])[places]


def _layers(states: dict[str, Any]) -> tuple[dict[str, dict[int, dict[str, Any]]], list[str]]:
    """(kind → layer → entry of `types`, notes)."""
    entries = states.get("types")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) and "path" in entry for entry in entries):
        raise UserError("lstm.yml has no states: types: with a path each.", HINT)
    found: dict[str, dict[int, dict[str, Any]]] = {}
    for entry in entries:
        kind, layer = KIND.get(entry.get("type", "state")), entry.get("layer", 1)
        if kind is None or not isinstance(layer, int):
            raise UserError(f"lstm.yml: {str(entry)[:80]} is neither a state nor an output of a layer.", HINT)
        found.setdefault(kind, {}).setdefault(layer, entry)
    if not found:
        raise UserError("lstm.yml names no states.", HINT)
    notes = ["The values are taken as they are stored; LSTMVis shows their tanh."]
    if "hidden" not in found:
        found = {"hidden": found["cell"]}
        notes.append("The project has one kind of state, which is shown as the hidden state.")
    elif "cell" in found and set(found["cell"]) != set(found["hidden"]):
        del found["cell"]
        notes.append("State and output are of different layers: only the output is taken.")
    layers = sorted(found["hidden"])
    if layers != list(range(1, len(layers) + 1)):
        notes.append(f"Layers {', '.join(map(str, layers))} of the project are counted from 1 here.")
    ordered = {kind: {layer: found[kind][layer] for layer in layers} for kind in ("hidden", "cell") if kind in found}
    return ordered, notes


def _blocks(folder: Path, files: dict[str, Any], places: list[tuple[Any, Any]], total: int) -> Blocks:
    def blocks(rows: int) -> Iterator[np.ndarray]:
        for start in range(0, total, rows):
            layers = []
            for file, path in places:
                with _dataset(folder, files, file, path) as dataset:
                    layers.append(dataset[start : start + rows])
            yield np.stack(layers, axis=1)

    return blocks
