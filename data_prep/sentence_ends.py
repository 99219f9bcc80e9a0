"""Where sentences end: one rule for a pasted sentence and for a stream of blocks."""

from typing import Literal

import numpy as np

LINE_ID = 0  # a line end in the text; turned into a sentence end, or dropped
END_ID = 1  # <eos>
TEXT_END_ID = 2  # between two texts, such as reviews
FIRST_TOKEN_ID = 3


class SentenceEndPlacer:
    """Turns line ends into sentence ends, block after block.

    A sentence end is never doubled and none stands at the very start. `lines`: each line end is one.
    `punctuation`: each blank line is one; those after punctuation stand in the ids already. `none`: no
    line end is one.
    """

    def __init__(self, rule: Literal["punctuation", "lines", "none"]) -> None:
        self._rule = rule
        self._before = np.array([END_ID, END_ID])

    def place(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(placed, kept): the ids without `LINE_ID`, and the places (in `ids`) where each of them stood."""
        known = np.concatenate((self._before, ids))
        self._before = known[-2:]
        is_line, previous = ids == LINE_ID, known[1:-1]
        if self._rule == "lines":
            ends = is_line & (previous > TEXT_END_ID)
        elif self._rule == "punctuation":
            ends = is_line & (previous == LINE_ID) & (known[:-2] > TEXT_END_ID)
        else:
            ends = np.zeros_like(is_line)
        kept = np.flatnonzero(~is_line | ends)
        placed = ids[kept]
        placed[placed == LINE_ID] = END_ID
        return placed, kept

    def finish(self) -> np.ndarray:
        """What is still to come at the end of the text: a sentence end after an unfinished line, or nothing."""
        open_line = self._rule == "lines" and self._before[-1] > TEXT_END_ID
        self._before = np.array([END_ID, END_ID])
        return np.array([END_ID] if open_line else [], np.uint32)
