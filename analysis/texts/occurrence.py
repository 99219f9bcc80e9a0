"""One occurrence of a word against all recorded ones: what each unit did, and where it usually ends up."""

from dataclasses import dataclass

import numpy as np

from analysis.recording.result import ExpectedResponse
from analysis.texts.percentiles import percentiles
from analysis.texts.reading import Reading
from data_prep.errors import UserError

BAND = (0.09, 0.91)  # of the occurrences; beyond it a response is called unusual


@dataclass(frozen=True)
class Occurrence:
    """The responses of a layer's H units to one token beside those to every recorded occurrence of its word.

    state, layer (0-based). count: recorded occurrences. own, mean: (H,), the response here and the expected one.
    quantiles: (Q, H) at `fractions` of all occurrences. percentile: (H,), the fraction of them that lies below `own`,
    within the outermost fractions. beyond: (H,), how far `own` lies above (> 0) or below (< 0) `BAND`, 0 within it, as
    it is by chance for all but a fraction `expected_unusual` of the units.
    """

    state: str
    layer: int
    count: int
    own: np.ndarray
    mean: np.ndarray
    quantiles: np.ndarray
    fractions: tuple[float, ...]
    percentile: np.ndarray
    beyond: np.ndarray

    @property
    def unusual(self) -> np.ndarray:
        """(H,): whether a unit's response lies outside the band."""
        return self.beyond != 0

    @property
    def expected_unusual(self) -> float:
        """The fraction of units outside `BAND` in an occurrence like any other."""
        return 1 - (BAND[1] - BAND[0])

    def quantile(self, fraction: float) -> np.ndarray:
        """(H,): below which this fraction of the recorded responses lies."""
        return self.quantiles[self.fractions.index(fraction)]


def compare_occurrence(reading: Reading, position: int, response: ExpectedResponse) -> Occurrence:
    """Compare what the token at `position` does to the layer of `response` with the recorded responses to its word.

    *Notes*: units of a layer move together, so that many unusual ones at once are one event, not many.

    Raises UserError when the word was not recorded, or only its mean (it is too rare for bands).
    """
    row = np.flatnonzero(response.token_ids == reading.ids[position])
    if not len(row) or response.counts[row[0]] == 0:
        raise UserError(
            "The recorded text does not have this token among its most frequent ones, so there is nothing to "
            "compare it with.",
            "Choose a more frequent one.",
        )
    if row[0] >= response.banded or np.isnan(response.quantiles[:, row[0]]).any():
        raise UserError(
            f"This token stands {response.counts[row[0]]:,} times in the recorded text, too rarely for a distribution: "
            "only its mean response was kept.",
            "Choose a more frequent one.",
        )
    fractions = percentiles(reading, response, [position]).fractions[0]
    own = reading.responses(response.state)[position, response.layer]
    quantiles = response.quantiles[:, row[0]]
    low, high = (quantiles[response.fractions.index(fraction)] for fraction in BAND)
    return Occurrence(
        state=response.state,
        layer=response.layer,
        count=int(response.counts[row[0]]),
        own=own,
        mean=response.mean[row[0]],
        quantiles=quantiles,
        fractions=response.fractions,
        percentile=fractions,
        beyond=np.maximum(own - high, 0) + np.minimum(own - low, 0),
    )
