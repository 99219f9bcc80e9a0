"""How much each token of a text moves the state of a layer, and how that compares with what its word usually does."""

from dataclasses import dataclass

import numpy as np

from analysis.recording.result import ExpectedResponse
from analysis.texts.reading import Reading


@dataclass(frozen=True)
class TokenChanges:
    """What each of the T tokens of a text does to one layer's state, all units together.

    change: (T,), mean |Δ| per unit. raised, lowered: (T,), the parts of it by units that rise and that fall (≥ 0),
    which add up to it. kept_rate: (T,), part of |state(t − 1)| that is still there with the same sign, 0 for the
    first. rank: (T,), 1 for the token that moves the state most; the first token, which always starts from
    nothing, is ranked too. usual: (T,), root mean square of Δ here over that of all recorded occurrences of the same
    word: 1 is as strong as usual; NaN for words that were not recorded.
    """

    change: np.ndarray
    raised: np.ndarray
    lowered: np.ndarray
    kept_rate: np.ndarray
    rank: np.ndarray
    usual: np.ndarray


def token_changes(reading: Reading, response: ExpectedResponse) -> TokenChanges:
    """Measure the tokens of a text on the layer and state of `response`, the recorded responses to W words."""
    states = reading.states[response.state][:, response.layer].astype(np.float64)
    before = np.vstack((np.zeros_like(states[:1]), states[:-1]))
    moved = states - before
    raised, lowered = np.maximum(moved, 0).mean(1), np.maximum(-moved, 0).mean(1)
    held = np.abs(before).sum(1)
    kept = (np.minimum(np.abs(states), np.abs(before)) * (np.sign(states) == np.sign(before))).sum(1)
    change = raised + lowered
    row_of = {token_id: row for row, token_id in enumerate(response.token_ids.tolist())}
    rows = np.array([row_of.get(token_id, -1) for token_id in reading.ids.tolist()])
    occurs = (rows >= 0) & (response.counts[rows] > 0)
    recorded = (response.mean[rows].astype(np.float64) ** 2 + response.deviation[rows].astype(np.float64) ** 2).mean(1)
    recorded[~occurs | (recorded <= 0)] = np.nan
    return TokenChanges(
        change=change,
        raised=raised,
        lowered=lowered,
        kept_rate=np.divide(kept, held, out=np.zeros_like(kept), where=held > 0),
        rank=np.argsort(np.argsort(-change, kind="stable"), kind="stable") + 1,
        usual=np.sqrt((moved**2).mean(1) / recorded),
    )
