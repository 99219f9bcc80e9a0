"""What a single unit does where a property holds, and where in a text that can be seen best."""

from dataclasses import dataclass

import numpy as np

from analysis.interpretation.properties import TextProperty
from analysis.interpretation.unit_scores import held_out_positions

BINS = 40
LEVELS = 24  # of a number


@dataclass(frozen=True)
class Response:
    """States of a unit on the tested blocks, by a property.

    yes/no: edges (BINS + 1,), counts (2, BINS), where it does not hold and where it does. number: levels (K,), mean
    number of each of K groups of about equal size; low, middle, high (K,): quartiles of the state in each. What does
    not apply is empty.
    """

    edges: np.ndarray
    counts: np.ndarray
    levels: np.ndarray
    low: np.ndarray
    middle: np.ndarray
    high: np.ndarray


def unit_response(states: np.ndarray, tested: TextProperty) -> Response:
    """How the states (T,) of a unit lie by a property of the same T tokens, on the tested blocks."""
    part = held_out_positions(len(states))
    own, values = states[part], tested.values[part]
    nothing = np.empty(0)
    if tested.kind == "yes/no":
        edges = np.histogram_bin_edges(own, BINS)
        counts = np.array([np.histogram(own[values == holds], edges)[0] for holds in (False, True)])
        return Response(edges, counts, nothing, nothing, nothing, nothing)
    borders = np.unique(values)
    if len(borders) > LEVELS:
        borders = np.unique(np.quantile(values, np.linspace(0, 1, LEVELS + 1)[:-1]))
    group = np.searchsorted(borders, values, side="right")
    groups = [group == one for one in np.unique(group)]
    low, middle, high = np.array([np.quantile(own[some], (0.25, 0.5, 0.75)) for some in groups]).T
    return Response(nothing, nothing, np.array([values[some].mean() for some in groups]), low, middle, high)


def telling_start(tested: TextProperty | None, length: int) -> int:
    """Where an excerpt of `length` tokens shows most changes between yes and no; 0 for a number, or for none."""
    if tested is None or tested.kind == "number" or len(tested.values) <= length:
        return 0
    changes = np.concatenate(([0], np.cumsum(np.diff(tested.values.astype(np.int8)) != 0)))
    starts = np.arange(0, len(tested.values) - length + 1, max(1, length // 10))
    return int(starts[np.argmax(changes[starts + length - 1] - changes[starts])])
