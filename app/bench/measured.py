"""One measured figure."""

from dataclasses import dataclass


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
