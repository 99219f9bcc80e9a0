"""Running statistics of the units of one layer: how far open their gates are, and where their states are strongest."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from analysis.recording.result import BIN_WIDTH, CONTEXTS, LEFT_SATURATED, RIGHT_SATURATED
from analysis.recording.windows import PADDING
from analysis.states import LayerStates

_SIGNED = ("candidate", "hidden", "cell")  # distributions over −1 … 1; those of gates over 0 … 1


class UnitTally:
    """Counts over the tokens of a text for each of the H units of a layer.

    left, right: gate → (H,). distributions: gate or state → (H, bins). strongest: state → (values (H, 2, K),
    positions (H, 2, K)); the lowest states are kept with their sign turned, so that both rows fall.
    """

    def __init__(self, units: int, device: torch.device) -> None:
        self._units, self._device = units, device
        self.left: dict[str, Tensor] = {}
        self.right: dict[str, Tensor] = {}
        self.distributions: dict[str, Tensor] = {}
        self.strongest: dict[str, Strongest] = {}

    def add(self, layer: LayerStates, positions: Tensor, distributed: Tensor, *, padded: bool) -> None:
        """Count a window: the states of a layer at positions (T, B).

        distributed: places among the T · B that are entered into distributions. padded: whether some of the
        positions are `PADDING`.
        """
        read = (positions != PADDING)[..., None] if padded else None
        for name, gate in layer.gates.items():
            self._distribute(name, gate.flatten(0, 1)[distributed])
            if name != "candidate":
                _sum(self.left, name, _count(np.less, gate, LEFT_SATURATED, read))
                _sum(self.right, name, _count(np.greater, gate, RIGHT_SATURATED, read))
        for kind, state in layer.states.items():
            values = state.flatten(0, 1)[distributed]
            self._distribute(kind, values.tanh() if kind == "cell" else values)
            self.strongest.setdefault(kind, Strongest.empty(self._units, self._device)).add(state, positions, read)

    def merge(self, other: "UnitTally") -> None:
        """Add what was counted on another part of the text."""
        for mine, theirs in ((self.left, other.left), (self.right, other.right)):
            for name, count in theirs.items():
                _sum(mine, name, count)
        for name, count in other.distributions.items():
            _sum(self.distributions, name, count)
        for kind, strongest in other.strongest.items():
            self.strongest.setdefault(kind, Strongest.empty(self._units, self._device)).merge(strongest)

    def to(self, device: torch.device) -> "UnitTally":
        """Move the counts to a device."""
        self._device = device
        for counts in (self.left, self.right, self.distributions):
            counts.update({name: count.to(device) for name, count in counts.items()})
        self.strongest = {
            kind: Strongest(found.values.to(device), found.positions.to(device))
            for kind, found in self.strongest.items()
        }
        return self

    def _distribute(self, name: str, values: Tensor) -> None:
        lowest = -1.0 if name in _SIGNED else 0.0
        bins = round((1 - lowest) / BIN_WIDTH)
        places = ((values - lowest) / BIN_WIDTH).long().clamp_(0, bins - 1)
        places += torch.arange(self._units, device=self._device) * bins
        counts = torch.bincount(places.flatten(), minlength=self._units * bins)
        _sum(self.distributions, name, counts.view(self._units, bins))


@dataclass
class Strongest:
    """The K highest values of each unit and the K highest of its negative: values, positions (H, 2, K), falling."""

    values: Tensor
    positions: Tensor

    @classmethod
    def empty(cls, units: int, device: torch.device) -> "Strongest":
        """Nothing yet: positions −1."""
        values = torch.full((units, 2, CONTEXTS), -torch.inf, device=device)
        return cls(values, torch.full((units, 2, CONTEXTS), PADDING, device=device))

    def add(self, state: Tensor, positions: Tensor, read: Tensor | None) -> None:
        """Look through a window of states (T, B, H) at positions (T, B); of each segment only the strongest counts.

        So the contexts of a unit that changes slowly are not ten neighbours. read: (T, B, 1), None for all.
        """
        for side, sign in ((0, 1), (1, -1)):
            if read is None:
                peaks = state.amax(0) if sign > 0 else -state.amin(0)
            else:
                peaks = (sign * state).masked_fill(~read, -torch.inf).amax(0)
            # Few windows hold anything stronger than what is known: only those places are looked at again.
            known = self.values[:, side, -1]
            units = (peaks.amax(0) > known).nonzero().flatten()
            if len(units) == 0:
                continue
            values, columns = peaks[:, units].T.contiguous().topk(min(CONTEXTS, len(peaks)))
            stronger = values > known[units, None]
            row, _ = stronger.nonzero(as_tuple=True)
            column = columns[stronger]
            found = state[:, column, units[row]] == sign * values[stronger]
            where = torch.full_like(columns, PADDING)
            where[stronger] = torch.where(found, positions[:, column], PADDING).amax(0)
            self._take(side, units, values.masked_fill(~stronger, -torch.inf), where)

    def merge(self, other: "Strongest") -> None:
        """Look through what was kept of another part of the text."""
        units = torch.arange(len(self.values), device=self.values.device)
        for side in (0, 1):
            self._take(side, units, other.values[:, side], other.positions[:, side])

    def ordered(self) -> tuple[np.ndarray, np.ndarray]:
        """(positions, values), both (H, 2, K), the values with their own sign."""
        sign = torch.tensor([1.0, -1.0], device=self.values.device)[:, None]
        values = torch.where(self.positions == PADDING, torch.nan, self.values * sign)
        return self.positions.cpu().numpy(), values.cpu().numpy()

    def _take(self, side: int, units: Tensor, values: Tensor, positions: Tensor) -> None:
        values = torch.cat((self.values[units, side], values), dim=1)
        positions = torch.cat((self.positions[units, side], positions), dim=1)
        best = values.topk(CONTEXTS, dim=1)
        self.values[units, side] = best.values
        self.positions[units, side] = positions.gather(1, best.indices)


def _sum(counts: dict[str, Tensor], name: str, count: Tensor) -> None:
    counts[name] = counts[name] + count if name in counts else count


def _count(compare: np.ufunc, gate: Tensor, bound: float, read: Tensor | None) -> Tensor:
    """(H,): at how many of the places read (T, B, 1) a gate (T, B, H) compares so with a bound; T at most 255."""
    if gate.device.type == "cpu":  # numpy compares twice as fast as torch
        holds = torch.from_numpy(compare(gate.numpy(), np.float32(bound)))
    else:
        holds = (torch.lt if compare is np.less else torch.gt)(gate, bound)
    if read is not None:
        holds &= read
    return holds.view(torch.uint8).sum(0, dtype=torch.uint8).sum(0)
