"""The probability of what closes, ends or indents, by how far back is what announced it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis.errors.bands import SAMPLES, BinnedMeans, binned_means, distance_edges
from analysis.errors.occurrences import Occurrences
from data_prep.errors import UserError


@dataclass(frozen=True)
class ByDistance:
    """Mean probability of N occurrences under M models, by distance.

    names: of the models, the rows of `means`. what, unit, unmatched: see `Occurrences`. overall: (M,) mean probability
    of all that are counted. left_out: occurrences farther than the last edge.
    """

    names: tuple[str, ...]
    what: str
    unit: str
    means: BinnedMeans
    overall: np.ndarray
    left_out: int
    unmatched: str


def by_distance(
    found: Occurrences,
    probabilities: Mapping[str, np.ndarray],
    *,
    farthest: int,
    width: int | None = None,
    samples: int = SAMPLES,
    seed: int = 0,
) -> ByDistance:
    """Bin the occurrences by distance; probabilities: model → (T,) of the true tokens.

    farthest: the last distance that is counted; width: of the bins, by default ever wider ones.

    Notes: what stands at other distances is also other text. A falling curve is the model's forgetting only as far
    as a model without that memory, on the same occurrences, falls otherwise.

    Raises UserError when there is no occurrence within `farthest`.
    """
    near = found.distances <= farthest
    if not near.any():
        left = f"; {found.unmatched}" if found.unmatched else ""
        raise UserError(
            f"This text has not one place for {found.what} within {farthest:,} {found.unit}{left}.",
            "Choose marks that the corpus has in pairs, or look farther.",
        )
    values = np.stack([found.probabilities(own) for own in probabilities.values()])[:, near]
    edges = distance_edges(min(farthest, int(found.distances.max())), width)
    means = binned_means(values, found.distances[near], edges, found.starts[near], samples=samples, seed=seed)
    return ByDistance(
        tuple(probabilities), found.what, found.unit, means, values.mean(1), int((~near).sum()), found.unmatched
    )
