"""Everything that is counted while a text is read, and the recording that it comes to."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from analysis.recording.plan import Plan
from analysis.recording.responses import ResponseTally
from analysis.recording.result import FRACTIONS, Contexts, Recording
from analysis.recording.surprise import SurpriseTally
from analysis.recording.units import UnitTally
from models.network import RecurrentLanguageModel, RecurrentNetwork


@dataclass
class Tally:
    """What was counted so far: of each layer the responses and the units, and the surprise.

    states: kinds of state, in the order of the columns of the responses. Tallies of the shards of a text add up to
    the tally of the whole.
    """

    plan: Plan
    states: tuple[str, ...]
    responses: list[ResponseTally]
    units: list[UnitTally]
    surprise: SurpriseTally | None
    tokens: int = 0
    distributed: int = 0

    def merge(self, other: "Tally") -> None:
        """Add what was counted on another shard."""
        for mine, theirs in zip(self.responses, other.responses, strict=True):
            if mine is not theirs:  # readers of one process count in the same place
                mine.merge(theirs)
        for mine, theirs in zip(self.units, other.units, strict=True):
            mine.merge(theirs)
        if self.surprise is not None and other.surprise is not None:
            self.surprise.merge(other.surprise)
        self.tokens += other.tokens
        self.distributed += other.distributed

    def to(self, device: torch.device) -> "Tally":
        """Move everything to a device."""
        for tally in (*self.responses, *self.units, *([self.surprise] if self.surprise else [])):
            tally.to(device)
        return self

    def recording(self) -> Recording:
        """The statistics of what was counted. Uses the tally up: afterwards it holds nothing."""
        plan, sampled = self.plan, self.responses[0].sample_sizes()
        mean_square = [tally.square.sum(0).div(self.tokens).float().cpu().numpy() for tally in self.responses]
        # One statistic after the other, and the sample first, so that they are not in memory side by side.
        quantiles = []
        for tally in self.responses:
            quantiles.append(tally.quantiles(FRACTIONS))
            tally.drop_sample()
        half_means = [tally.half_means() for tally in self.responses]
        half_counts = self.responses[0].half_count.cpu().numpy()
        deviation = [tally.deviation() for tally in self.responses]
        mean = [tally.mean() for tally in self.responses]
        self.responses = []
        return Recording(
            token_ids=plan.token_ids,
            counts=plan.counts,
            mean=self._by_state(mean),
            deviation=self._by_state(deviation),
            quantiles=self._by_state(quantiles),
            half_means=self._by_state(half_means),
            half_counts=half_counts,
            sampled=sampled,
            mean_square=self._by_state(mean_square),
            tokens=self.tokens,
            streams=plan.segments.at_once,
            contexts=self._contexts(),
            left_saturated=_by_name([tally.left for tally in self.units]),
            right_saturated=_by_name([tally.right for tally in self.units]),
            distributions=_by_name([tally.distributions for tally in self.units]),
            distributed=self.distributed,
            surprise_nats=None if self.surprise is None else self.surprise.mean(),
            surprise_counts=None if self.surprise is None else self.surprise.count.cpu().numpy(),
        )

    def _by_state(self, layers: list[np.ndarray]) -> dict[str, np.ndarray]:
        """Of each layer (…, S · H) → state → (…, L, H); empties the list."""
        units = layers[0].shape[-1] // len(self.states)
        result = {
            state: np.empty((*layers[0].shape[:-1], len(layers), units), layers[0].dtype) for state in self.states
        }
        for layer in reversed(range(len(layers))):
            values = layers.pop()
            for place, state in enumerate(self.states):
                result[state][..., layer, :] = values[..., place * units : (place + 1) * units]
        return result

    def _contexts(self) -> dict[str, Contexts]:
        found = {}
        for kind in self.units[0].strongest if self.units else ():
            ordered = [tally.strongest[kind].ordered() for tally in self.units]
            found[kind] = Contexts(*(np.stack(parts) for parts in zip(*ordered, strict=True)))
        return found


def empty_tally(network: RecurrentNetwork, plan: Plan, responses: list[ResponseTally] | None = None) -> Tally:
    """A tally that counts responses together with others, in theirs, or by itself."""
    settings = network.settings
    states = ("hidden", "cell") if settings.cell == "lstm" else ("hidden",)
    foretells = isinstance(network, RecurrentLanguageModel)
    return Tally(
        plan,
        states,
        responses
        or [ResponseTally(plan, len(states) * settings.units, network.device) for _ in range(settings.layers)],
        [UnitTally(settings.units, network.device) for _ in range(settings.layers)],
        SurpriseTally(plan.banded, network.device) if foretells else None,
    )


def _by_name(layers: list[dict[str, Tensor]]) -> dict[str, np.ndarray]:
    """Of each layer name → (H · bins,) → name → (L, H) or (L, H, bins)."""
    return {name: np.stack([layer[name].cpu().numpy() for layer in layers]) for name in (layers[0] if layers else ())}
