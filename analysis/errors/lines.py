"""Ends of lines and indentations: what a model has to count, or to remember from the line before."""

import numpy as np

from analysis.errors.occurrences import Occurrences
from data_prep.errors import UserError
from data_prep.tokens import SENTENCE_END
from data_prep.vocabulary import Vocabulary


def find_line_ends(ids: np.ndarray, vocabulary: Vocabulary) -> Occurrences:
    """Every end of a line that is not empty, by the length of the line; of words, every end of a sentence.

    A carriage return before the line feed is what ends the line then: the line feed follows of itself.

    Raises UserError when the vocabulary has no end of a line.
    """
    noun = vocabulary.tokenisation.noun
    mark, what = (SENTENCE_END, "the end of a sentence") if noun == "word" else ("\n", "the end of a line")
    ends = np.flatnonzero(ids == _id_of(mark, vocabulary, what))
    begins = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
    starts = ends.copy()
    if mark == "\n" and "\r" in vocabulary.ids:
        starts -= (ids[np.maximum(ends - 1, 0)] == vocabulary.ids["\r"]) & (ends > begins)
    kept = starts > begins
    unit = f"{noun}s since the last end"
    return Occurrences(what, unit, starts[kept], starts[kept] + 1, (starts - begins)[kept])


def find_indentations(ids: np.ndarray, vocabulary: Vocabulary) -> Occurrences:
    """Every line that begins with blanks or tabs, by how many; the probability is that of all of them together.

    That the indentation ends where it does is not counted: it goes by what begins there.

    Raises UserError for a model of words, and when the vocabulary has no end of a line.
    """
    if vocabulary.tokenisation.unit == "words":
        raise UserError("A model of words has no indentation.", "Choose a model of characters or bytes.")
    line_end = _id_of("\n", vocabulary, "the end of a line")
    blanks = [vocabulary.ids[mark] for mark in " \t" if mark in vocabulary.ids]
    is_blank = np.isin(ids, blanks)
    begins = np.concatenate(([0], np.flatnonzero(ids == line_end) + 1))
    begins = begins[begins < len(ids)]
    not_blank = np.append(np.flatnonzero(~is_blank), len(ids))
    ends = not_blank[np.searchsorted(not_blank, begins)]
    empty = np.isin(ids[np.minimum(ends, len(ids) - 1)], [vocabulary.ids.get(mark, -1) for mark in "\r\n"])
    kept = (ends > begins) & ~empty & (ends < len(ids))
    begins, ends = begins[kept], ends[kept]
    return Occurrences("the indentation", "blanks and tabs", begins, ends, ends - begins).after_first()


def _id_of(mark: str, vocabulary: Vocabulary, what: str) -> int:
    if mark not in vocabulary.ids:
        raise UserError(f"The corpus of this model has no mark for {what}.", "Choose another corpus, or brackets.")
    return vocabulary.ids[mark]
