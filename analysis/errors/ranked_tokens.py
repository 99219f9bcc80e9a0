"""Tokens that one model predicts better than another, surest differences first."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

LEAST = 10  # occurrences, from which a standard error can be told
CONFIDENCE = 0.95  # that not one of the differences called sure is chance


@dataclass(frozen=True)
class RankedTokens:
    """R tokens by how surely the mean probability that the first model gives them differs from the second's.

    token_ids, counts: (R,). first, second: (R,) mean probability where the token stands. difference: first − second;
    standard_error: (R,) of the difference, from the pairs. sure: (R,) the part of the difference that chance does not
    explain, 0 where it explains all; the rank is by its size. bound: standard errors that chance may explain when R
    tokens are looked at together (Bonferroni). rare: tokens with fewer than `least` occurrences, which are left out.
    """

    token_ids: np.ndarray
    counts: np.ndarray
    first: np.ndarray
    second: np.ndarray
    difference: np.ndarray
    standard_error: np.ndarray
    sure: np.ndarray
    bound: float
    least: int
    rare: int


def rank_tokens(ids: np.ndarray, first: np.ndarray, second: np.ndarray, *, least: int = LEAST) -> RankedTokens:
    """Compare two models token by token; all (T,): ids, and the probability that each model gave to them.

    Notes: occurrences are taken as independent. They are not quite: a text has passages that are hard for both.
    """
    kept = ~(np.isnan(first) | np.isnan(second))
    ids, first, second = (np.asarray(part)[kept] for part in (ids, first, second))
    change = first.astype(np.float64) - second
    counts = np.bincount(ids)
    enough = np.flatnonzero(counts >= max(2, least))

    def mean(values: np.ndarray) -> np.ndarray:
        return np.bincount(ids, values, len(counts))[enough] / counts[enough]

    difference = mean(change)
    spread = np.maximum(0, mean(change**2) - difference**2) * counts[enough] / (counts[enough] - 1)
    error = np.sqrt(spread / counts[enough])
    bound = float(norm.ppf(1 - (1 - CONFIDENCE) / 2 / max(1, len(enough))))
    sure = np.sign(difference) * np.maximum(0, np.abs(difference) - bound * error)
    order = np.lexsort((-np.abs(difference), -np.abs(sure)))
    columns = (enough, counts[enough], mean(first), mean(second), difference, error, sure)
    rare = int(((counts > 0) & (counts < max(2, least))).sum())
    return RankedTokens(*(column[order] for column in columns), bound=bound, least=max(2, least), rare=rare)
