"""This occurrence of a word against all others: where each unit's response stands in its distribution."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.recording.result import ExpectedResponse
from analysis.texts.reading import Reading
from data_prep.errors import UserError


@dataclass(frozen=True)
class Percentiles:
    """Where the responses of one layer to the T tokens of a text stand among all recorded ones to the same word.

    fractions: (T, H) within lowest … highest, the outermost stored quantiles: at the bounds it is "at most" and
    "at least". 0.5 is a response like the median one. NaN for tokens whose distribution was not recorded.
    known: (T,), whether it was.

    *Notes*: of H units about 4 % lie outside .02 and .98 by chance alone; one unit out of hundreds says nothing.
    The recording may hold the very text that is read.
    """

    fractions: np.ndarray
    known: np.ndarray
    lowest: float
    highest: float


def percentiles(reading: Reading, response: ExpectedResponse, positions: Sequence[int] | None = None) -> Percentiles:
    """Compare what a text does to one layer with the recorded distributions of its words, unit by unit.

    response: of F words the quantiles (Q, F, H) at Q ascending fractions. Between them it is interpolated. Where
    several are equal, as for a unit that never moves, a response of that value stands in their middle.
    positions: the tokens that are compared, T of the reading's; all of them for None.

    Raises UserError when the recording is of another network: other units, layers, states or vocabulary.
    """
    _check(reading, response)
    chosen = np.arange(len(reading.ids)) if positions is None else np.asarray(positions)
    own = reading.responses(response.state)[chosen, response.layer]
    words = response.quantiles.shape[1]
    row_of = {token_id: row for row, token_id in enumerate(response.token_ids[:words].tolist())}
    rows = np.array([row_of.get(token_id, -1) for token_id in reading.ids[chosen].tolist()])
    known = rows >= 0
    found = np.full(own.shape, np.nan)
    stored = response.quantiles[:, rows[known]].astype(np.float64)
    found[known] = fraction_below(own[known], stored, np.asarray(response.fractions))
    return Percentiles(
        found, known & ~np.isnan(found).all(1), float(response.fractions[0]), float(response.fractions[-1])
    )


def fraction_below(values: np.ndarray, quantiles: np.ndarray, fractions: np.ndarray) -> np.ndarray:
    """Fractions of the distributions with these quantiles (Q, …) that lie below `values` (…), within the outermost."""
    lower = _interpolated(values, quantiles, fractions, (quantiles < values).sum(0))
    upper = _interpolated(values, quantiles, fractions, (quantiles <= values).sum(0))
    found = (lower + upper) / 2
    found[np.isnan(quantiles).any(0)] = np.nan
    return found


def _interpolated(values: np.ndarray, quantiles: np.ndarray, fractions: np.ndarray, passed: np.ndarray) -> np.ndarray:
    """Between the last quantile passed and the next one; passed: (…), how many lie below."""
    above = np.clip(passed, 1, len(fractions) - 1)
    low, high = (np.take_along_axis(quantiles, place[None], 0)[0] for place in (above - 1, above))
    gap = high - low
    share = np.divide(values - low, gap, out=(passed == len(fractions)).astype(np.float64), where=gap > 0)
    return fractions[above - 1] + np.clip(share, 0, 1) * (fractions[above] - fractions[above - 1])


def _check(reading: Reading, response: ExpectedResponse) -> None:
    states = reading.states.get(response.state)
    here = f"{response.state} state, layer {response.layer + 1}, {response.mean.shape[1]} units"
    fits = states is not None and response.layer < states.shape[1] and response.mean.shape[1] == states.shape[2]
    if not fits or response.token_ids.max(initial=0) >= reading.vocabulary_size:
        raise UserError(
            f"The recording ({here}) is of another network, or in another vocabulary, than the one that read the text.",
            "Record the network that reads: rnnscope analyse RUN",
        )
