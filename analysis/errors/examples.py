"""Single errors with the text around them, and what the models guessed instead."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.predictions.predict import Predictions
from data_prep.vocabulary import Vocabulary

WORDS_AROUND, SYMBOLS_AROUND = (14, 8), (60, 36)  # tokens before and after
EXAMPLES = 12


@dataclass(frozen=True)
class ErrorExample:
    """A token of the text and what each of M models said of it.

    position: in the text, from 0. before, token, after: as they can be seen. probabilities: of the true token;
    guesses, guess_probabilities: the likeliest token of each model.
    """

    position: int
    before: tuple[str, ...]
    token: str
    after: tuple[str, ...]
    probabilities: tuple[float, ...]
    guesses: tuple[str, ...]
    guess_probabilities: tuple[float, ...]


def error_examples(
    places: np.ndarray,
    predictions: Sequence[Predictions],
    vocabulary: Vocabulary,
    *,
    most: int = EXAMPLES,
    seed: int = 0,
) -> list[ErrorExample]:
    """Up to `most` of the `places` (N,), drawn with a seed, in the order of the text."""
    chosen = np.random.default_rng(seed).permutation(len(places))[:most]
    before, after = WORDS_AROUND if vocabulary.tokenisation.unit == "words" else SYMBOLS_AROUND
    ids = predictions[0].ids

    def shown(first: int, end: int) -> tuple[str, ...]:
        return tuple(vocabulary.display(int(token_id)) for token_id in ids[max(0, first) : end])

    return [
        ErrorExample(
            place,
            shown(place - before, place),
            shown(place, place + 1)[0],
            shown(place + 1, place + 1 + after),
            tuple(float(np.exp(own.log_probabilities[place])) for own in predictions),
            tuple(vocabulary.display(int(own.guesses[place])) for own in predictions),
            tuple(float(own.guess_probabilities[place]) for own in predictions),
        )
        for place in sorted(np.asarray(places)[chosen].tolist())
    ]
