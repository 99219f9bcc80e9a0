"""Blocks of text to provisional token ids, the same whatever the blocks: one dictionary that grows.

Words are cut once per *stretch* (the bytes up to and including a space or line feed), not once per
occurrence: stretches repeat as words do, finding them is array work that leaves other threads running, and
no token reaches across one (`Tokenisation.pieces`). So a block costs a few thousand regular expressions
instead of millions, and the result is that of cutting the text in one piece.
"""

from array import array
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from itertools import repeat

import numpy as np
import pyarrow as pa

from data_prep.sentence_ends import END_ID, LINE_ID, TEXT_END_ID, SentenceEndPlacer
from data_prep.tokens import SENTENCE_END, Tokenisation

TEXT_END = b" \0\n"  # between two texts in a stream; NUL is in no text
REMEMBERED = 2_000_000  # stretches, some 300 MB; then they are forgotten, to keep the memory bounded
WORKERS = 2
UNICODE = 0x110000


class WordStream:
    """Words of a stream of UTF-8 blocks, each of which ends after a space or line feed."""

    dtype = np.uint32

    def __init__(self, tokenisation: Tokenisation) -> None:
        self._tokenisation = tokenisation
        self._placer = SentenceEndPlacer(tokenisation.sentence_ends)
        self._ids = {"\n": LINE_ID, SENTENCE_END: END_ID, "\0": TEXT_END_ID}
        self._forget()

    @property
    def types(self) -> list[str]:
        """Token of each provisional id; those that only mark line and text ends are white space and NUL."""
        return list(self._ids)

    def ids(self, blocks: Iterable[bytes]) -> Iterator[np.ndarray]:
        """(T,) provisional ids per block. Finding the stretches runs ahead in threads of its own."""
        with ThreadPoolExecutor(WORKERS) as pool:
            waiting: list[Future] = []
            try:
                for block in blocks:
                    waiting.append(pool.submit(_stretches, block))
                    if len(waiting) > WORKERS:
                        yield self._placed(*waiting.pop(0).result())
                while waiting:
                    yield self._placed(*waiting.pop(0).result())
            finally:
                for future in waiting:
                    future.cancel()

    def finish(self) -> np.ndarray:
        """(T,) what the end of a text still adds."""
        return self._placer.finish()

    def _placed(self, stretches: list[bytes], codes: np.ndarray) -> np.ndarray:
        known = self._rows
        rows = np.fromiter(map(known.get, stretches, repeat(-1)), np.int32, len(stretches))
        lengths, flat = array("i"), array("I")
        for place in np.flatnonzero(rows < 0).tolist():
            ids = self._cut(stretches[place])
            rows[place] = known[stretches[place]] = len(known)
            lengths.append(len(ids))
            flat.extend(ids)
        if lengths:
            ends = self._offsets[-1] + np.cumsum(lengths, dtype=np.int32)
            self._offsets = np.concatenate((self._offsets, ends))
            self._flat = np.concatenate((self._flat, np.frombuffer(flat, np.uint32))) if flat else self._flat
        table = pa.ListArray.from_arrays(pa.array(self._offsets), pa.array(self._flat))
        found = table.take(pa.array(rows[codes])).flatten().to_numpy()
        if len(known) > REMEMBERED:
            self._forget()
        return self._placer.place(found)[0]

    def _forget(self) -> None:
        # Row r is the ids of a stretch: _flat[_offsets[r]:_offsets[r + 1]].
        self._rows: dict[bytes, int] = {}
        self._offsets = np.zeros(1, np.int32)
        self._flat = np.zeros(0, np.uint32)

    def _cut(self, stretch: bytes) -> tuple[int, ...]:
        if stretch == TEXT_END[1:]:
            return (LINE_ID, TEXT_END_ID) if self._tokenisation.sentence_ends == "lines" else (TEXT_END_ID,)
        normal = self._tokenisation.normalised(stretch.decode("utf-8"))
        ids = self._ids
        return tuple(ids.setdefault(token, len(ids)) for token, _, _ in self._tokenisation.pieces(normal))


class CharacterStream:
    """Characters of a stream of UTF-8 blocks; the provisional id is the code point, NUL between two texts."""

    dtype = np.uint32

    def __init__(self, tokenisation: Tokenisation) -> None:
        self._tokenisation = tokenisation
        self.types = _code_points(UNICODE)

    def ids(self, blocks: Iterable[bytes]) -> Iterator[np.ndarray]:
        """(T,) provisional ids per block."""
        for block in blocks:
            normal = self._tokenisation.normalised(block.decode("utf-8").replace(TEXT_END.decode(), "\0"))
            yield np.frombuffer(normal.encode("utf-32-le"), np.uint32)

    def finish(self) -> np.ndarray:
        """Nothing: characters have no sentence ends."""
        return np.array([], np.uint32)


class ByteStream:
    """The bytes of a file as they are; the provisional id is the byte."""

    dtype = np.uint8

    def __init__(self) -> None:
        self.types = _code_points(256)

    def ids(self, blocks: Iterable[bytes]) -> Iterator[np.ndarray]:
        """(T,) provisional ids per block."""
        for block in blocks:
            yield np.frombuffer(block, np.uint8)

    def finish(self) -> np.ndarray:
        """Nothing: bytes have no sentence ends."""
        return np.array([], np.uint8)


def open_stream(tokenisation: Tokenisation) -> WordStream | CharacterStream | ByteStream:
    """The stream for a unit."""
    if tokenisation.unit == "words":
        return WordStream(tokenisation)
    return CharacterStream(tokenisation) if tokenisation.unit == "characters" else ByteStream()


@cache
def _code_points(count: int) -> str:
    return "".join(map(chr, range(count)))


def _stretches(block: bytes) -> tuple[list[bytes], np.ndarray]:
    """(the different stretches of a block, the place among them of each stretch in turn)."""
    data = np.frombuffer(block, np.uint8)
    is_end = data == 0x20
    is_end |= data == 0x0A
    ends = np.flatnonzero(is_end).astype(np.int32)
    ends += 1
    offsets = np.concatenate((np.zeros(1, np.int32), ends))
    if offsets[-1] != len(block):
        offsets = np.append(offsets, np.int32(len(block)))
    stretches = pa.Array.from_buffers(
        pa.binary(), len(offsets) - 1, [None, pa.py_buffer(offsets), pa.py_buffer(block)]
    ).dictionary_encode()
    return stretches.dictionary.to_pylist(), stretches.indices.to_numpy()
