"""Which words a layer treats alike, and which words and units have most to do with each other.

Two words are near when they move the units in the same direction: the cosine of their expected responses, after
taking away the mean response to any word (weighted by how often each occurs). Without that, what every word does,
such as letting the memory fade, would make all words alike.
"""

from dataclasses import dataclass

import numpy as np

from analysis.recording.result import ExpectedResponse
from data_prep.errors import UserError

RARE = 30  # occurrences below which a mean says little


@dataclass(frozen=True)
class Nearest:
    """Words by similarity to one word, nearest first: rows (n,) of the response, cosines (n,) within −1 … 1."""

    rows: np.ndarray
    cosines: np.ndarray


@dataclass(frozen=True)
class Extremes:
    """The strongest responses of a word or a unit, strongest first.

    raised, lowered: places (≤ n,) of units or of words, with the responses to them, above and below zero.
    """

    raised: np.ndarray
    raised_by: np.ndarray
    lowered: np.ndarray
    lowered_by: np.ndarray


def cosines_to(response: ExpectedResponse, row: int) -> np.ndarray:
    """(W,): cosine of every word's centred response with that of the word in `row`.

    0 where a word does exactly what the mean word does. *Notes*: two words may be near because both are rare, and
    their means noisy; read it with the counts.
    """
    _check(row, len(response.mean), "word")
    mean = response.mean.astype(np.float64)
    centred = mean - np.average(mean, axis=0, weights=response.counts)
    lengths = np.linalg.norm(centred, axis=1)
    # What is left of a response after rounding has no direction.
    lengths[lengths <= 1e-12 * np.abs(mean).max()] = np.inf
    directions = centred / lengths[:, None]
    return directions @ directions[row]


def nearest_words(response: ExpectedResponse, row: int, count: int = 10) -> Nearest:
    """The `count` words whose responses are most like those to the word in `row`, itself left out."""
    cosines = cosines_to(response, row)
    order = np.argsort(-cosines, kind="stable")
    order = order[order != row][:count]
    return Nearest(order, cosines[order])


def similarity_rank(response: ExpectedResponse, row: int, other: int) -> int:
    """The rank of the word in row `other` among all by similarity to that in `row`: 1 is the nearest, W − 1 the last.

    By chance it would be W / 2 on average. A tie counts against the word.
    """
    _check(other, len(response.mean), "word")
    if row == other:
        raise UserError("A word has no rank among its own neighbours.", "Compare two different words.")
    cosines = cosines_to(response, row)
    at_least = cosines >= cosines[other]
    return int(at_least.sum() - at_least[row])


def without_rare(response: ExpectedResponse, *, keep: int = 0) -> ExpectedResponse:
    """The responses to words with at least `RARE` occurrences; at least the `keep` most frequent, and one."""
    return response.most_frequent(max(1, keep, int(np.count_nonzero(response.counts >= RARE))))


def strongest_units(response: ExpectedResponse, row: int, count: int = 10) -> Extremes:
    """The units that the word in `row` raises and lowers most."""
    _check(row, len(response.mean), "word")
    return _extremes(response.mean[row], count)


def strongest_words(response: ExpectedResponse, unit: int, count: int = 10) -> Extremes:
    """The words that raise and lower a unit most."""
    _check(unit, response.mean.shape[1], "unit")
    return _extremes(response.mean[:, unit], count)


def _extremes(values: np.ndarray, count: int) -> Extremes:
    order = np.argsort(values, kind="stable")
    lowered, raised = order[:count], order[::-1][:count]
    lowered, raised = lowered[values[lowered] < 0], raised[values[raised] > 0]
    return Extremes(raised, values[raised], lowered, values[lowered])


def _check(place: int, size: int, noun: str) -> None:
    if not 0 <= place < size:
        raise UserError(f"There is no {noun} {place} in this recording.", f"It has {size:,}, counted from 0.")
