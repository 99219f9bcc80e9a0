"""Histograms of every gate over every token of a text: the light relative of a recording.

A text is read as a recording reads it; of each window only the gates are counted, in `BINS` bins each, which gives
saturation exactly at any threshold that is a multiple of 1 / `BINS`. A value moves three times through the
processor's caches: to its bin, to its unit's row of bins, into the count.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import torch
from torch import Tensor

from analysis.recording.engine import STREAMS, reader_count, worth_projecting
from analysis.recording.result import BIN_WIDTH, Recording
from analysis.recording.windows import PADDING, Segments, cut_running_text, separate_texts, windows_of
from analysis.states import CarriedState, LayerStates, check_states, project_vocabulary, unroll
from data_prep.errors import UserError
from models.cores import read_side_by_side
from models.memory import keep_freed_memory
from models.network import RecurrentNetwork

BINS = 100  # over 0 … 1
GATES = ("input_gate", "forget_gate", "output_gate", "reset_gate", "update_gate")
MAGNITUDE = "hidden_magnitude"  # |h| of a network without gates


@dataclass(frozen=True)
class GateCounts:
    """At how many tokens a gate of each unit was how far open.

    histograms: gate → (L, H, bins) over 0 … 1; of an RNN, which has none, `hidden_magnitude`, |h|. A value on an edge
    counts above it. counted: tokens in the histograms. tokens: of the text. Where only a sample was counted, left and
    right: gate → (L, H) tell at how many of all tokens a gate was below .1 and above .9.
    """

    histograms: dict[str, np.ndarray]
    counted: int
    tokens: int
    left: dict[str, np.ndarray] = field(default_factory=dict)
    right: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def bins(self) -> int:
        """Of every histogram."""
        return next(iter(self.histograms.values())).shape[2]

    @property
    def papers_convention(self) -> "GateCounts":
        """With 1 − z for a GRU's update gate z, as Cho et al. and Karpathy et al. have it; torch keeps where z is 1."""
        name = "update_gate"
        if name not in self.histograms:
            return self
        turned = {name: self.histograms[name][..., ::-1]}
        sides = ({name: other[name]} if name in other else {} for other in (self.right, self.left))
        left, right = (own | side for own, side in zip((self.left, self.right), sides, strict=True))
        return GateCounts(self.histograms | turned, self.counted, self.tokens, left, right)


def recorded_gates(recording: Recording) -> GateCounts | None:
    """What a recording tells of its gates, in bins of .05 of a sample; None for states from elsewhere without them."""
    histograms = {name: recording.distributions[name] for name in GATES if name in recording.distributions}
    if not histograms and "hidden" in recording.distributions:
        both = recording.distributions["hidden"]
        half = both.shape[2] // 2
        assert half == round(1 / BIN_WIDTH)
        histograms = {MAGNITUDE: both[..., half:] + both[..., half - 1 :: -1]}
    if not histograms:
        return None
    left, right = recording.left_saturated, recording.right_saturated
    return GateCounts(histograms, recording.distributed, recording.tokens, left, right)


def count_gates(
    network: RecurrentNetwork,
    ids: np.ndarray,
    *,
    offsets: np.ndarray | None = None,
    streams: int = STREAMS,
    on_progress: Callable[[float], None] = lambda _: None,
) -> GateCounts:
    """Read `ids` (T,) and count how far every gate is open at every token.

    Running text is cut into at most `streams` pieces that are read side by side, each from a zero state; separate
    texts, which begin at `offsets` (N + 1,), each from a zero state. `on_progress` gets the finished fraction, and may
    raise to cancel.

    Raises UserError when there is no token, when the states are not numbers, or when the network reads backwards, too.
    """
    if network.settings.bidirectional:
        raise UserError(
            "The gates of a network that also reads backwards depend on what follows.",
            "Choose a network that reads forward only.",
        )
    if len(ids) == 0:
        raise UserError("There is no token to read.", "Give a longer text.")
    segments = cut_running_text(len(ids), streams) if offsets is None else separate_texts(offsets, streams)
    keep_freed_memory(huge=False)
    readers = reader_count(network, segments)
    projected = project_vocabulary(network) if worth_projecting(network, segments) else None
    tallies = [_Tally(network) for _ in range(readers)]
    read_side_by_side(
        [
            partial(_read, network, ids, projected, segments.shard(place, readers), tally)
            for place, tally in enumerate(tallies)
        ],
        lambda: sum(tally.tokens for tally in tallies) / segments.tokens,
        on_progress,
    )
    histograms = {name: sum(tally.counts(name) for tally in tallies) for name in tallies[0].names}
    return GateCounts(histograms, segments.tokens, segments.tokens)


class _Tally:
    """What one reader has counted; names: of the gates, or of what stands for them."""

    def __init__(self, network: RecurrentNetwork) -> None:
        settings, device = network.settings, network.device
        gates = {"lstm": GATES[:3], "gru": GATES[3:], "rnn": (MAGNITUDE,)}
        self.names, self.units, self.tokens = gates[settings.cell], settings.units, 0
        # One bin more for what is exactly 1.
        self._rows = torch.arange(settings.units, dtype=torch.int32, device=device) * (BINS + 1)
        size = settings.units * (BINS + 1)
        self._counts = {
            name: [torch.zeros(size, dtype=torch.int64, device=device) for _ in range(settings.layers)]
            for name in self.names
        }

    def add(self, place: int, layer: LayerStates, read: Tensor | None) -> None:
        """Count a window of the layer at this place; read: which of its T · B places hold tokens, None for all."""
        for name in self.names:
            values = layer.gates[name] if name in layer.gates else layer.hidden.abs()
            if read is not None:
                values = values.flatten(0, 1)[read]
            places = (values * BINS).int().add_(self._rows)
            counts = self._counts[name][place]
            counts += torch.bincount(places.view(-1), minlength=len(counts))

    def counts(self, name: str) -> np.ndarray:
        """(L, H, bins)."""
        found = torch.stack(self._counts[name]).view(-1, self.units, BINS + 1).cpu().numpy()
        found[..., -2] += found[..., -1]
        return np.ascontiguousarray(found[..., :-1])


@torch.inference_mode()
def _read(
    network: RecurrentNetwork,
    ids: np.ndarray,
    projected: Tensor | None,
    segments: Segments,
    tally: _Tally,
    stop: threading.Event,
) -> None:
    state = CarriedState.zero(network, 0)
    for window in windows_of(segments):
        if stop.is_set():
            return
        positions = window.positions
        tokens = torch.from_numpy(ids[np.maximum(positions, 0)].astype(np.int64)).to(network.device)
        before = CarriedState.zero(network, tokens.shape[1]) if window.first else state
        layers, state = unroll(network, tokens, before, projected=projected)
        check_states(state)
        filled = np.flatnonzero(positions.reshape(-1) != PADDING)
        read = None if len(filled) == positions.size else torch.from_numpy(filled).to(network.device)
        for place, layer in enumerate(layers):
            tally.add(place, layer, read)
        tally.tokens += len(filled)
