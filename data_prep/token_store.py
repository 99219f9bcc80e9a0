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
from data_prep.vocabulary import Vocabulary, vocabulary_from_counts

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

    def read(self) -> np.ndarray:
        """All ids, (T,), memory-mapped."""
        self._stream.flush()
        if not self.length:
            return np.zeros(0, self._dtype)
        return np.memmap(self._path, self._dtype, "r", shape=(self.length,))

    def __enter__(self) -> "ProvisionalIds":
        return self

    def __exit__(self, *_error: object) -> None:
        self._stream.close()
        self._path.unlink(missing_ok=True)


def counts_of(ids: np.ndarray, size: int) -> np.ndarray:
    """(size,) occurrences of each id in (T,) ids, block by block."""
    counts = np.zeros(size, np.int64)
    for block in in_blocks(ids):
        counts += np.bincount(block, minlength=size)
    return counts


def write_parts(
    folder: Path,
    ids: np.ndarray,
    bounds: Sequence[int],
    types: Sequence[str],
    tokenisation: Tokenisation,
    cap: int,
    on_progress: OnProgress,
) -> tuple[Vocabulary, int]:
    """Write `train.npy`, `valid.npy`, `test.npy` with final ids: provisional (T,) `ids`, cut at `bounds`.

    types: token of each provisional id. Returns the vocabulary, which the training part decides, and how
    many types that part has before the cap.
    """
    training = counts_of(ids[: bounds[1]], len(types))
    later = counts_of(ids[bounds[1] :], len(types)) > 0
    vocabulary, final_ids = vocabulary_from_counts(tokenisation, types, training, later, cap)
    dtype = np.uint16 if len(vocabulary) <= 2**16 else np.uint32
    final_ids = final_ids.astype(dtype)
    done = 0
    for part, start, end in zip(SPLITS, bounds, bounds[1:], strict=False):
        final = np.lib.format.open_memmap(folder / f"{part}.npy", "w+", dtype, (int(end - start),))
        place = 0
        for block in in_blocks(ids[start:end]):
            final[place : place + len(block)] = final_ids[block]
            place += len(block)
            done += len(block)
            on_progress(done / len(ids), f"writing {part}")
        final.flush()
    return vocabulary, int((training > 0).sum())


def in_blocks(ids: np.ndarray) -> Iterator[np.ndarray]:
    """(T,) ids in pieces that fit into memory."""
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]
