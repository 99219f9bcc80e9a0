"""A stretch of a text as the network reads it, to be looked at symbol by symbol."""

import itertools
from dataclasses import dataclass

import numpy as np

from analysis.interpretation.source import Source
from analysis.interpretation.text_states import paragraph_begins, warm_start
from analysis.texts.reading import Reading, read_on
from data_prep.encoded_text import EncodedText
from data_prep.vocabulary import Vocabulary
from models.network import RecurrentNetwork


@dataclass(frozen=True)
class Excerpt:
    """T tokens from `start` on. states: state → (T, L, H); guess_ids, guess_probabilities: (T, 5), the likeliest next
    tokens, likeliest first; of a classifier (T, 0)."""

    tokens: tuple[str, ...]
    start: int
    states: dict[str, np.ndarray]
    guess_ids: np.ndarray
    guess_probabilities: np.ndarray


def read_excerpt(network: RecurrentNetwork, source: Source, vocabulary: Vocabulary, start: int, length: int) -> Excerpt:
    """Read `length` tokens from `start` on, fewer at the text's end.

    What leads up to them is read before: 500 tokens of a running text or more, as `read_states` does, of separate texts
    the beginning of the first.

    Raises UserError as `read_on`.
    """
    end = min(len(source.ids), start + length)
    if source.offsets is None:
        bounds = [warm_start(paragraph_begins(source.ids, vocabulary), start), end]
    else:
        first, last = np.searchsorted(source.offsets, (start, end), side="right")
        bounds = [*source.offsets[first - 1 : last].tolist(), end]
    pieces = [(begin, stop) for begin, stop in itertools.pairwise(bounds) if stop > begin]
    readings = [(read_on(network, _encoded(source, vocabulary, *piece)), max(0, start - piece[0])) for piece in pieces]

    def joined(name: str) -> np.ndarray:
        return np.concatenate([getattr(reading, name)[skip:] for reading, skip in readings])

    return Excerpt(
        tokens=tuple(token for reading, skip in readings for token in reading.tokens[skip:]),
        start=start,
        states={state: _states(readings, state) for state in readings[0][0].states},
        guess_ids=joined("guess_ids"),
        guess_probabilities=joined("guess_probabilities"),
    )


def _states(readings: list[tuple[Reading, int]], state: str) -> np.ndarray:
    return np.concatenate([reading.states[state][skip:] for reading, skip in readings])


def _encoded(source: Source, vocabulary: Vocabulary, start: int, end: int) -> EncodedText:
    ids = source.ids[start:end]
    written = source.tokens[start:end] if source.tokens else tuple(vocabulary.tokens[i] for i in ids.tolist())
    return EncodedText(written, ids, np.ones(len(ids), bool), 0, 0)
