"""Which words two recordings share: the same token, whatever its id and however frequent it is in either."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data_prep.vocabulary import Vocabulary


@dataclass(frozen=True)
class CommonWords:
    """The C words that are among W_a words of the one side and W_b of the other, the first's most frequent first.

    in_first, in_second: (C,), their rows on either side. second_of: (W_a,), the row on the other side of every word of
    the first, −1 for none; first_of: (W_b,) likewise. foreign_to_second: (W_a,), true for words of the first that the
    second does not have in its vocabulary at all; foreign_to_first: (W_b,) likewise.
    """

    in_first: np.ndarray
    in_second: np.ndarray
    second_of: np.ndarray
    first_of: np.ndarray
    foreign_to_second: np.ndarray
    foreign_to_first: np.ndarray

    def __len__(self) -> int:
        return len(self.in_first)


def common_words(
    first: Vocabulary, first_ids: Sequence[int], second: Vocabulary, second_ids: Sequence[int]
) -> CommonWords:
    """Match the words `first_ids` (W_a,) of one vocabulary with `second_ids` (W_b,) of another, as they are written.

    A word, a character and a byte are never the same, even where they are written alike: "a" as a word is an article.
    """
    names = [first.tokens[token_id] for token_id in first_ids]
    others = [second.tokens[token_id] for token_id in second_ids]
    same_unit = first.tokenisation.unit == second.tokenisation.unit
    second_of = _rows(names, others) if same_unit else np.full(len(names), -1)
    first_of = _rows(others, names) if same_unit else np.full(len(others), -1)
    in_first = np.flatnonzero(second_of >= 0)
    return CommonWords(
        in_first=in_first,
        in_second=second_of[in_first],
        second_of=second_of,
        first_of=first_of,
        foreign_to_second=_foreign(names, second, same_unit=same_unit),
        foreign_to_first=_foreign(others, first, same_unit=same_unit),
    )


def _rows(names: list[str], among: list[str]) -> np.ndarray:
    row_of = {name: row for row, name in enumerate(among)}
    return np.array([row_of.get(name, -1) for name in names], np.int64)


def _foreign(names: list[str], vocabulary: Vocabulary, *, same_unit: bool) -> np.ndarray:
    return np.array([not same_unit or name not in vocabulary.ids for name in names], bool)
