"""One measured figure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Measured:
    """One figure beside its peer; value and peer_value in `unit`."""

    what: str
    value: float
    unit: str
    peer: str
    peer_value: float
    met: bool
    goal: str


def slow_end(what: str, milliseconds: Sequence[float], *, goal: float) -> Measured:
    """The 95th percentile of what was waited, beside what it may be at most."""
    slow = float(np.quantile(milliseconds, 0.95))
    title = f"{what}, 95th percentile of {len(milliseconds)}"
    return Measured(title, slow, "ms", "goal", goal, slow <= goal, f"≤ {goal:g} ms")
