"""Recording: one streaming pass over a text that keeps statistics of a network's responses, not its states.

The response of unit i to the token read at t is Δh_t = h_t − h_{t−1} (RNNVis, section 4); the expected
response to a word is its mean over every occurrence of the word. For an LSTM the same is kept for the
cell state. With the responses come what the gates do, where each unit is strongest, and the surprise at each word.
"""

import threading
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from torch import Tensor

from analysis.recording.plan import Plan, make_plan
from analysis.recording.result import Recording
from analysis.recording.tally import Tally, empty_tally
from analysis.recording.window_tokens import WindowTokens
from analysis.recording.windows import Segments, cut_running_text, separate_texts, windows_of
from analysis.states import CarriedState, LayerStates, check_states, default_method, project_vocabulary, unroll
from data_prep.errors import UserError
from models.cores import read_side_by_side
from models.memory import keep_freed_memory
from models.network import RecurrentNetwork

WORDS = 1000  # with quantiles
STREAMS = 256  # read side by side; with more, products get no faster (measured: LSTM 2×600)
FEWEST_STREAMS = 32  # worth a reader of their own
CHEAP = 0.1  # a prediction, as a part of the recurrence: then all are made
PROJECTED_BYTES = 256 << 20


def record(
    network: RecurrentNetwork,
    ids: np.ndarray,
    *,
    offsets: np.ndarray | None = None,
    words: int = WORDS,
    streams: int = STREAMS,
    on_progress: Callable[[float], None] = lambda _: None,
) -> Recording:
    """Read `ids` (T,) and keep the statistics of the responses to its words, with quantiles of the `words` first.

    Running text is cut into at most `streams` consecutive pieces that are read side by side, each from a zero
    state. Separate texts, which begin at `offsets` (N + 1,), are read `streams` at a time, each from a zero state.
    `on_progress` gets the finished fraction, and may raise to cancel. Memory does not grow with T.

    Raises UserError when the text has no token, when the network's states are not numbers, or when it
    also reads backwards.
    """
    plan = plan_recording(network, ids, offsets=offsets, words=words, streams=streams)
    return record_segments(network, ids, plan, plan.segments, on_progress=on_progress).recording()


def plan_recording(
    network: RecurrentNetwork, ids: np.ndarray, *, offsets: np.ndarray | None, words: int, streams: int
) -> Plan:
    """What `record` counts; refuses what it refuses, but for states that are not numbers."""
    if network.settings.bidirectional:
        raise UserError(
            "A bidirectional network has no response to one token: its state depends on what follows.",
            "Record a network that reads forward only.",
        )
    segments = cut_running_text(len(ids), streams) if offsets is None else separate_texts(offsets, streams)
    kinds = 2 if network.settings.cell == "lstm" else 1
    settings = network.settings
    # What a prediction costs, compared with a step of the recurrence.
    cheap = CHEAP * settings.layers * len(network.recurrent.weight_hh_l0) >= network.vocabulary_size
    return make_plan(
        ids,
        segments,
        network.vocabulary_size,
        words=words,
        columns=settings.layers * settings.units * kinds,
        all_surprises=cheap,
    )


def record_segments(
    network: RecurrentNetwork,
    ids: np.ndarray,
    plan: Plan,
    segments: Segments,
    *,
    on_progress: Callable[[float], None] = lambda _: None,
) -> Tally:
    """Count some of a plan's segments of `ids`: all of them, or a shard. On a CPU, each core reads its own."""
    keep_freed_memory(huge=False)
    readers = reader_count(network, segments)
    projected = None
    if worth_projecting(network, segments):
        projected = project_vocabulary(network, torch.from_numpy(plan.occurring))
    shared = empty_tally(network, plan)
    tallies = [shared] + [empty_tally(network, plan, shared.responses) for _ in range(readers - 1)]
    read_side_by_side(
        [
            partial(_read, network, ids, plan, projected, segments.shard(reader, readers), tally)
            for reader, tally in enumerate(tallies)
        ],
        lambda: sum(tally.tokens for tally in tallies) / segments.tokens,
        on_progress,
    )
    for tally in tallies[1:]:
        shared.merge(tally)
    return shared


@torch.no_grad()
def _read(
    network: RecurrentNetwork,
    ids: np.ndarray,
    plan: Plan,
    projected: Tensor | None,
    segments: Segments,
    tally: Tally,
    stop: threading.Event,
) -> None:
    state = CarriedState.zero(network, 0)
    for window in windows_of(segments):
        if stop.is_set():
            return
        tokens = WindowTokens.of(window, ids, plan, tally.tokens, network.device)
        before = CarriedState.zero(network, tokens.ids.shape[1]) if window.first else state
        layers, state = unroll(network, tokens.ids, before, projected=projected)
        check_states(state)
        for place, layer in enumerate(layers):
            changes = responses(layer, before, place).flatten(0, 1)
            tally.responses[place].add(changes if tokens.read is None else changes[tokens.read], tokens.occurrences)
            tally.units[place].add(layer, tokens.positions, tokens.distributed, padded=tokens.read is not None)
        if tally.surprise is not None and len(tokens.surprising):
            above = torch.cat((before.hidden[-1][None], layers[-1].hidden[:-1])).flatten(0, 1)
            at = tokens.surprising
            tally.surprise.add(network, above[at], tokens.ids.flatten()[at], tokens.surprising_rows)
        tally.tokens += len(tokens.occurrences.order)
        tally.distributed += len(tokens.distributed)


def responses(layer: LayerStates, before: CarriedState, place: int) -> Tensor:
    """Δh, and beside it Δc for an LSTM: (T, B, S · H), of the layer at this place, after the states `before`."""
    pairs = [(layer.hidden, before.hidden[place])]
    if layer.cell is not None:
        pairs.append((layer.cell, before.cell[place]))
    steps, streams, units = layer.hidden.shape
    changes = layer.hidden.new_empty(steps, streams, len(pairs) * units)
    for states, previous, part in zip(*zip(*pairs, strict=True), changes.split(units, dim=2), strict=True):
        torch.sub(states[0], previous, out=part[0])
        torch.sub(states[1:], states[:-1], out=part[1:])
    return changes


def reader_count(network: RecurrentNetwork, segments: Segments) -> int:
    """How many readers share the segments: on a CPU one per core, as long as each has enough streams."""
    if network.device.type != "cpu":
        return 1
    return min(torch.get_num_threads(), max(1, segments.at_once // FEWEST_STREAMS))


def worth_projecting(network: RecurrentNetwork, segments: Segments) -> bool:
    """Whether a text is long enough to compute each word's way into the first layer once, and memory suffices."""
    numbers = network.vocabulary_size * len(network.recurrent.weight_hh_l0)
    return (
        default_method(network) == "steps"
        and segments.tokens > 2 * network.vocabulary_size
        and 4 * numbers <= PROJECTED_BYTES
    )
