"""States that somebody else recorded: arrays with the tokens they belong to, read some positions at a time."""

import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from data_prep.errors import UserError

KINDS = ("hidden", "cell")
AT_ONCE = 4 << 20  # numbers
LONGEST = 100_000_000  # positions
MOST_LAYERS, MOST_UNITS = 16, 8192
LARGEST_MEMBER = 1 << 30  # bytes of an array that is read whole
LONGEST_TOKEN = 1000
FORM = (
    "An npz has tokens (T), and states or hidden (T × H or T × layers × H), if there is one cell of the same shape, "
    "and if it is of separate texts offsets (N + 1); a folder of LSTMVis has lstm.yml."
)
DAMAGE = (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, NotImplementedError)  # what reading one raises
Blocks = Callable[[int], Iterator[np.ndarray]]  # rows at a time → (t, L, H)


@dataclass(frozen=True)
class RecordedStates:
    """States of L layers of H units at T positions.

    types: the U different tokens; ids: (T,) places in them. offsets: (N + 1,) where separate texts begin, each from
    a zero state; None for running text, whose first state came from a state that is not known.
    shape: (L, H). blocks: kind (`hidden`, `cell`) → a reader. notes: what to know about them, a sentence each.
    """

    types: tuple[str, ...]
    ids: np.ndarray
    offsets: np.ndarray | None
    shape: tuple[int, int]
    blocks: dict[str, Blocks]
    notes: tuple[str, ...] = ()

    def windows(self) -> Iterator[tuple[int, dict[str, np.ndarray]]]:
        """(first position, kind → (t, L, H) float32), in turn; UserError for a file that is cut off."""
        rows = max(1, AT_ONCE // (self.shape[0] * self.shape[1]))
        start = 0
        for parts in zip(*(read(rows) for read in self.blocks.values()), strict=True):
            yield start, dict(zip(self.blocks, (part.astype(np.float32) for part in parts), strict=True))
            start += len(parts[0])


def are_recorded_states(path: Path) -> bool:
    """Whether this is a folder, its lstm.yml, or an npz, rather than weights."""
    if path.is_dir() or path.name in ("lstm.yml", "lstm.yaml"):
        return True
    try:
        return zipfile.is_zipfile(path) and any(name.endswith(".npy") for name in zipfile.ZipFile(path).namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def open_npz(path: Path, token_names: Sequence[str] | None = None) -> RecordedStates:
    """Open the states of an npz file; what is large is read later, in pieces.

    token_names: what the ids stand for, where the tokens are ids.

    Raises UserError for arrays that are missing, too large, or of shapes that do not go together.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            found = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
            tokens = _small(archive, found, "tokens", path.name)
            offsets = _small(archive, found, "offsets", path.name) if "offsets" in found else None
            names = {"hidden": "states" if "states" in found else "hidden", "cell": "cell"}
            shapes = {
                kind: _header(archive, found[name].filename, path.name) for kind, name in names.items() if name in found
            }
    except DAMAGE as error:
        raise UserError(f"{path.name} is no npz of plain arrays, or damaged: {error}.", FORM) from error
    if tokens is None or "hidden" not in shapes:
        raise UserError(f"{path.name} has {', '.join(sorted(found)[:8]) or 'no arrays'}.", FORM)
    types, ids = _types(tokens, token_names, path.name)
    shape = check_shapes({names[kind]: found_shape for kind, found_shape in shapes.items()}, len(ids), path.name)
    blocks = {kind: _npz_blocks(path, found[names[kind]].filename, shape) for kind in shapes}
    return RecordedStates(types, ids, _checked_offsets(offsets, len(ids), path.name), shape, blocks)


def check_shapes(shapes: dict[str, tuple[int, ...]], tokens: int, name: str) -> tuple[int, int]:
    """(L, H) of states (T, H) or (T, L, H) by the name of their array; UserError names the one that does not fit."""
    first = next(iter(shapes))
    for array, shape in shapes.items():
        if len(shape) not in (2, 3) or shape[0] != tokens or shape[1:] != shapes[first][1:] or 0 in shape:
            expected = (
                f"({tokens:,}, {', '.join(map(str, shapes[first][1:]))})" if array != first else f"({tokens:,}, H)"
            )
            raise UserError(f"{name}: {array} has the shape {shape}, expected {expected}: a row for each token.", FORM)
    layers, units = (1, *shapes[first][1:])[-2:]
    if layers > MOST_LAYERS or units > MOST_UNITS or not 1 < tokens <= LONGEST:
        raise UserError(
            f"{name}: {tokens:,} positions of {layers:,} layers of {units:,} units cannot be taken in.",
            f"Give 2 to {LONGEST:,} positions of up to {MOST_LAYERS} layers of {MOST_UNITS:,} units.",
        )
    return layers, units


def check_token(token: str, name: str) -> str:
    """The token, if it can be one."""
    if len(token) > LONGEST_TOKEN or any("\ud800" <= character <= "\udfff" for character in token):
        raise UserError(f"{name}: {token[:40]!a} … is no token.", FORM)
    return token


def _types(tokens: np.ndarray, token_names: Sequence[str] | None, name: str) -> tuple[tuple[str, ...], np.ndarray]:
    if tokens.ndim != 1 or tokens.dtype.kind not in "USiu":
        raise UserError(f"{name}: the tokens are {tokens.dtype} of shape {tokens.shape}, not texts in a row.", FORM)
    if tokens.dtype.kind in "iu":
        if token_names is None:
            raise UserError(f"{name} has the ids of its tokens only.", "Add --vocabulary FILE, which names them.")
        if len(tokens) and (tokens.min() < 0 or tokens.max() >= len(token_names)):
            raise UserError(
                f"{name} has ids from {tokens.min()} to {tokens.max()}, the vocabulary {len(token_names):,} tokens.",
                "Give the vocabulary that the ids are of.",
            )
        return tuple(token_names), tokens.astype(np.int64)
    places: dict[str, int] = {}
    ids = np.empty(len(tokens), np.int64)
    for place, token in enumerate(tokens):
        text = token.decode("utf-8", "replace") if isinstance(token, bytes) else str(token)
        ids[place] = places.setdefault(text, len(places))
    return tuple(check_token(token, name) for token in places), ids


def _checked_offsets(offsets: np.ndarray | None, tokens: int, name: str) -> np.ndarray | None:
    if offsets is None:
        return None
    whole = offsets.ndim == 1 and offsets.dtype.kind in "iu" and len(offsets) > 1
    if not whole or offsets[0] != 0 or offsets[-1] != tokens or (np.diff(offsets.astype(np.int64)) < 0).any():
        raise UserError(f"{name}: the offsets do not divide {tokens:,} tokens into texts.", FORM)
    return offsets.astype(np.int64)


def _small(archive: zipfile.ZipFile, found: dict[str, zipfile.ZipInfo], array: str, name: str) -> np.ndarray | None:
    """An array that is read whole, if it is there."""
    if array not in found:
        return None
    if found[array].file_size > LARGEST_MEMBER:
        raise UserError(f"{name}: {array} unpack to {found[array].file_size / 2**30:.1f} GB.", "Give a shorter text.")
    with archive.open(found[array].filename) as stream:
        shape, _, dtype = _read_header(stream, name)
        count = int(np.prod(shape, dtype=object))
        content = stream.read(count * dtype.itemsize)
        if len(content) != count * dtype.itemsize:
            raise UserError(f"{name} is cut off within {array}.", "Copy the file again.")
    return np.frombuffer(content, dtype).reshape(shape)


def _header(archive: zipfile.ZipFile, member: str, name: str) -> tuple[int, ...]:
    with archive.open(member) as stream:
        shape, by_columns, dtype = _read_header(stream, name)
    if dtype.kind != "f" or by_columns:
        fault = "is stored by columns" if by_columns else f"holds {dtype}, not floating point"
        raise UserError(f"{name}: {member.removesuffix('.npy')} {fault}.", "Save np.ascontiguousarray(states).")
    return shape


def _read_header(stream: IO[bytes], name: str) -> tuple[tuple[int, ...], bool, np.dtype]:
    version = np.lib.format.read_magic(stream)
    read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}.get(version)
    if read is None:
        raise UserError(f"{name} has arrays of an unknown version.", FORM)
    shape, by_columns, dtype = read(stream)
    if dtype.hasobject or any(size < 0 for size in shape):
        raise UserError(f"{name} holds Python objects, which are not read.", FORM)
    return shape, by_columns and len(shape) > 1, dtype


def _npz_blocks(path: Path, member: str, shape: tuple[int, int]) -> Blocks:
    def blocks(rows: int) -> Iterator[np.ndarray]:
        with ExitStack() as stack:
            try:
                archive = stack.enter_context(zipfile.ZipFile(path))
                stream = stack.enter_context(archive.open(member))
                (total, *_), _, dtype = _read_header(stream, path.name)
                row_bytes = dtype.itemsize * shape[0] * shape[1]
                for start in range(0, total, rows):
                    wanted = min(rows, total - start) * row_bytes
                    content = stream.read(wanted)
                    if len(content) != wanted:
                        raise UserError(f"{path.name} is cut off within {member}.", "Copy the file again.")
                    yield np.frombuffer(content, dtype).reshape(-1, *shape)
            except DAMAGE as error:
                raise UserError(f"{path.name} is damaged within {member}: {error}.", "Copy the file again.") from error

    return blocks
