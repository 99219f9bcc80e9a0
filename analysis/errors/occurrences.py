"""Places of a text whose probability is looked at by a distance."""

from dataclasses import dataclass

import numpy as np

from data_prep.errors import UserError
from data_prep.vocabulary import Vocabulary


@dataclass(frozen=True)
class Occurrences:
    """N places of a text, each a stretch of tokens with a distance.

    starts, ends: (N,) the stretch of tokens whose probability counts. distances: (N,) at least 1, in `unit`.
    what: is predicted there. unmatched: what was found but has no distance, in words; empty where there is none.
    """

    what: str
    unit: str
    starts: np.ndarray
    ends: np.ndarray
    distances: np.ndarray
    unmatched: str = ""

    def __len__(self) -> int:
        return len(self.starts)

    def after_first(self) -> "Occurrences":
        """Without those that begin with the first token of the text, which nothing predicts."""
        kept = self.starts > 0
        own = (self.starts[kept], self.ends[kept], self.distances[kept])
        return Occurrences(self.what, self.unit, *own, self.unmatched)

    def probabilities(self, of_tokens: np.ndarray) -> np.ndarray:
        """(N,) of the whole stretches, from those of all tokens (T,): the product over each stretch."""
        if not len(self):
            return np.empty(0)
        with np.errstate(divide="ignore"):
            log_p = np.log(np.append(of_tokens, 1.0).astype(np.float64))
        bounds = np.stack((self.starts, self.ends), axis=1).ravel()
        return np.exp(np.add.reduceat(log_p, bounds)[::2])


def token_sequence(text: str, vocabulary: Vocabulary) -> np.ndarray:
    """The ids of the tokens of a short text; UserError where there are none or the vocabulary lacks one."""
    cut = vocabulary.tokenisation
    tokens = [piece[0] for piece in cut.pieces(cut.normalised(text))] if cut.unit == "words" else cut.split(text)
    ids, known = vocabulary.encode(tokens)
    if not len(ids):
        raise UserError(
            f"This model reads no “{text}”: its text leaves such marks out." if text else "Nothing is asked for.",
            "Give a bracket, a mark or a word that its vocabulary has.",
        )
    if not known.all():
        raise UserError(
            f"“{text}” cannot be looked for: not every {cut.noun} of it is in the vocabulary of this model.",
            "Choose something that stands in the corpus.",
        )
    return ids


def find_sequence(ids: np.ndarray, sequence: np.ndarray) -> np.ndarray:
    """Where in `ids` (T,) the sequence begins, in order."""
    places = np.flatnonzero(ids[: max(0, len(ids) - len(sequence) + 1)] == sequence[0])
    for step, token_id in enumerate(sequence[1:], start=1):
        places = places[ids[places + step] == token_id]
    return places
