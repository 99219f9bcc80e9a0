"""Which errors several models share, and which are each one's own."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data_prep.errors import UserError

MOST_MODELS = 3
THRESHOLD = 0.5


@dataclass(frozen=True)
class ErrorSets:
    """Errors of M models on the same T tokens: a model errs where the true token got less than `threshold`.

    regions: (T,) which models err, as the sum of 2^m over them: 0 where none does, −1 where one predicted nothing.
    counts: (2^M,) tokens in each region; nats: (2^M, M) each model's loss on them. The regions part the tokens.
    """

    names: tuple[str, ...]
    threshold: float
    regions: np.ndarray
    counts: np.ndarray
    nats: np.ndarray

    @property
    def predicted(self) -> int:
        """Tokens that every model predicted."""
        return int(self.counts.sum())

    @property
    def errors(self) -> np.ndarray:
        """(M,) errors of each model."""
        return np.array([self.counts[self._of(place)].sum() for place in range(len(self.names))])

    @property
    def by_chance(self) -> np.ndarray:
        """(2^M,) how many tokens each region would have if the models erred independently."""
        rates = self.errors / max(1, self.predicted)
        errs = np.stack([self._of(place) for place in range(len(self.names))])
        return self.predicted * np.where(errs, rates[:, None], 1 - rates[:, None]).prod(0)

    def members(self, region: int) -> tuple[str, ...]:
        """The models that err in a region."""
        return tuple(name for place, name in enumerate(self.names) if region >> place & 1)

    def _of(self, place: int) -> np.ndarray:
        return (np.arange(len(self.counts)) >> place & 1).astype(bool)


def error_sets(names: Sequence[str], probabilities: Sequence[np.ndarray], threshold: float = THRESHOLD) -> ErrorSets:
    """Sort T tokens by which of the models err on them; probabilities: of the true tokens, (T,) each, NaN for none.

    Raises UserError for fewer than one or more than three models, unequal texts, or a threshold outside (0, 1].
    """
    check_threshold(threshold)
    if not 1 <= len(probabilities) <= MOST_MODELS:
        raise UserError(
            f"Errors of {len(probabilities)} models cannot be compared.", f"Choose one to {MOST_MODELS} models."
        )
    lengths = {len(own) for own in probabilities}
    if len(lengths) > 1:
        raise UserError(
            f"The models predicted texts of different lengths: {', '.join(f'{n:,}' for n in sorted(lengths))} tokens.",
            "Compare models of the same corpus.",
        )
    stacked = np.stack(probabilities)
    predicted = ~np.isnan(stacked).any(0)
    bits = 1 << np.arange(len(stacked))
    regions = np.where(predicted, bits @ (stacked < threshold), -1).astype(np.int8)
    size, kept = 2 ** len(stacked), regions[predicted].astype(np.int64)
    with np.errstate(divide="ignore"):
        loss = -np.log(stacked[:, predicted].astype(np.float64))
    nats = np.stack([np.bincount(kept, own, size) for own in loss], axis=1)
    return ErrorSets(tuple(names), threshold, regions, np.bincount(kept, minlength=size), nats)


def check_threshold(threshold: float) -> None:
    """UserError unless it can part errors from the rest."""
    if not 0 < threshold <= 1:
        raise UserError(
            f"{threshold:g} is no threshold: a true token with less probability than it is an error.",
            "Choose more than 0 and at most 1, such as 0.5.",
        )
