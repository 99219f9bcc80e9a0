"""A text as the windows in which it is read: many places side by side, a few positions at a time."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

WINDOW = 20  # positions unrolled at a time; bounds memory, changes nothing else
SHORTEST_STREAM = 256  # tokens: each stream starts from a zero state, which is not to be seen in the means
HALF = 1024  # tokens of a stretch that belongs to one half of the text
PADDING = -1


@dataclass(frozen=True)
class Segments:
    """Stretches of a text that are read side by side, each from the zero state.

    starts, lengths: (S,), in the order in which they are read, none empty. at_once: how many are read side by side.
    """

    starts: np.ndarray
    lengths: np.ndarray
    at_once: int

    @property
    def tokens(self) -> int:
        """How many tokens they hold."""
        return int(self.lengths.sum())

    def shard(self, number: int, shards: int) -> "Segments":
        """Every `shards`-th of them, from `number` on: of about the same length as any other shard."""
        chosen = slice(number, None, shards)
        starts, lengths = self.starts[chosen], self.lengths[chosen]
        return Segments(starts, lengths, max(1, min(self.at_once, len(starts))))


@dataclass(frozen=True)
class Window:
    """T positions of B segments.

    positions: (T, B), places in the text, `PADDING` behind a segment's end. stretches: (T, B), the place at which
    the stretch of `HALF` tokens begins that a position is in. first: of the segments; else they go on from the
    window before.
    """

    positions: np.ndarray
    stretches: np.ndarray
    first: bool


def cut_running_text(tokens: int, streams: int) -> Segments:
    """Consecutive pieces of a text of so many tokens, at most `streams`, equal but for one token."""
    pieces = max(1, min(streams, tokens // SHORTEST_STREAM))
    ends = np.arange(1, pieces + 1) * tokens // pieces
    lengths = np.diff(ends, prepend=0)
    return Segments(ends - lengths, lengths, pieces)


def separate_texts(offsets: np.ndarray, at_once: int) -> Segments:
    """The texts that begin at `offsets` (N + 1,), those of similar length together."""
    lengths = np.diff(offsets)
    order = np.argsort(lengths, kind="stable")
    order = order[np.searchsorted(lengths[order], 1) :]  # empty texts have nothing to record
    return Segments(offsets[order].astype(np.int64), lengths[order].astype(np.int64), at_once)


def windows_of(segments: Segments) -> Iterator[Window]:
    """The segments from the first token to the last, `at_once` of them side by side."""
    for first in range(0, len(segments.starts), segments.at_once):
        group = slice(first, first + segments.at_once)
        starts, lengths = segments.starts[group], segments.lengths[group]
        for start in range(0, int(lengths.max()), WINDOW):
            steps = np.arange(start, min(start + WINDOW, int(lengths.max())))[:, None]
            positions = np.where(steps < lengths, starts + steps, PADDING)
            yield Window(positions, starts + steps // HALF * HALF, start == 0)
