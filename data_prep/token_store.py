"""Provisional token ids on disk, then final ones: what is known only at the end decides about the beginning.

How many tokens there are decides where the training part ends, its counts decide the vocabulary, and the
vocabulary decides every id. So ids are first written as they come, then looked up; memory stays bounded by
one block and the dictionary.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from data_prep.progress import OnProgress
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import Vocabulary, vocabulary_as_given, vocabulary_from_counts

SPLITS = ("train", "valid", "test")
SMALLEST_PART = 2  # a model predicts a token from the one before it
AT_ONCE = 4 << 20  # ids


class ProvisionalIds:
    """Ids appended to a file, then read back memory-mapped as (T,). The file goes when the `with` block ends."""

    def __init__(self, path: Path, dtype: type[np.unsignedinteger]) -> None:
        self._path, self._dtype = path, np.dtype(dtype)
        self._stream = path.open("wb")  # closed by __exit__
        self.length = 0

    def append(self, ids: np.ndarray) -> None:
        """Write (T,) ids behind those that are there."""
        self._stream.write(np.ascontiguousarray(ids, self._dtype).data)
        self.length += len(ids)

    def blocks(self, start: int, end: int) -> Iterator[np.ndarray]:
        """The ids from `start` to `end`, some at a time. Read, not mapped: mapped pages count as memory."""
        self._stream.flush()
        with self._path.open("rb") as stream:
            stream.seek(start * self._dtype.itemsize)
            for place in range(start, end, AT_ONCE):
                yield np.fromfile(stream, self._dtype, min(AT_ONCE, end - place))

    def __enter__(self) -> "ProvisionalIds":
        return self

    def __exit__(self, *_error: object) -> None:
        self._stream.close()
        self._path.unlink(missing_ok=True)


class IdsInMemory:
    """(T,) ids, read as `ProvisionalIds` are."""

    def __init__(self, ids: np.ndarray) -> None:
        self._ids = ids
        self.length = len(ids)

    def blocks(self, start: int, end: int) -> Iterator[np.ndarray]:
        """The ids from `start` to `end`, some at a time."""
        yield from in_blocks(self._ids[start:end])


def write_parts(
    folder: Path,
    ids: ProvisionalIds | IdsInMemory,
    bounds: Sequence[int],
    types: Sequence[str],
    wanted: Tokenisation | Vocabulary,
    cap: int,
    on_progress: OnProgress,
) -> tuple[Vocabulary, int]:
    """Write `train.npy`, `valid.npy`, `test.npy` with final ids: the provisional ones, cut at `bounds`.

    types: token of each provisional id. wanted: a vocabulary, or how text is cut: then the training part
    decides the vocabulary. Returns it, and how many types the training part has before the cap.
    """
    training = _counts(ids.blocks(0, bounds[1]), len(types))
    later = _counts(ids.blocks(bounds[1], ids.length), len(types)) > 0
    if isinstance(wanted, Vocabulary):
        vocabulary, final_ids = vocabulary_as_given(wanted, types, training, later)
    else:
        vocabulary, final_ids = vocabulary_from_counts(wanted, types, training, later, cap)
    dtype = np.dtype(np.uint16 if len(vocabulary) <= 2**16 else np.uint32)
    final_ids = final_ids.astype(dtype)
    done = 0
    for part, start, end in zip(SPLITS, bounds, bounds[1:], strict=False):
        with (folder / f"{part}.npy").open("wb") as stream:
            header = {"descr": dtype.str, "fortran_order": False, "shape": (int(end - start),)}
            np.lib.format.write_array_header_1_0(stream, header)
            for block in ids.blocks(start, end):
                stream.write(final_ids[block].data)
                done += len(block)
                on_progress(done / ids.length, f"writing {part}")
    return vocabulary, int((training > 0).sum())


def _counts(blocks: Iterator[np.ndarray], size: int) -> np.ndarray:
    counts = np.zeros(size, np.int64)
    for block in blocks:
        counts += np.bincount(block, minlength=size)
    return counts


def in_blocks(ids: np.ndarray) -> Iterator[np.ndarray]:
    """(T,) ids in pieces that fit into memory."""
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]
