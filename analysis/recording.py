"""Recording: one streaming pass over a text that keeps statistics of a network's responses, not its states.

The response of unit i to the token read at t is Δh_t = h_t − h_{t−1} (RNNVis, section 4); the expected
response to a word is its mean over every occurrence of the word. For an LSTM the same is kept for the
cell state.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from analysis.quantile_sketch import QuantileSketch
from analysis.states import CarriedState, LayerStates, unroll
from data_prep.errors import UserError
from models.network import RecurrentNetwork

BANDS = (0.09, 0.25, 0.75, 0.91)
WINDOW = 50  # positions unrolled at a time; bounds memory, changes nothing else
PADDING = -1


@dataclass(frozen=True)
class ExpectedResponse:
    """The responses of one layer's units to W words.

    state: `hidden` or `cell`; layer: 0-based. token_ids, counts: (W,), most frequent first.
    mean: (W, H), the expected response. bands: (4, W, H), the quantiles `BANDS` of the response.
    """

    state: str
    layer: int
    token_ids: np.ndarray
    counts: np.ndarray
    mean: np.ndarray
    bands: np.ndarray

    def most_frequent(self, words: int) -> "ExpectedResponse":
        """The same for the `words` most frequent words only."""
        return ExpectedResponse(
            self.state,
            self.layer,
            self.token_ids[:words],
            self.counts[:words],
            self.mean[:words],
            self.bands[:, :words],
        )


@dataclass(frozen=True)
class Recording:
    """Statistics of the responses to the W most frequent words of a text.

    token_ids, counts: (W,). mean: state → (W, L, H). bands: state → (4, W, L, H), see `BANDS`; exact up
    to the error of `QuantileSketch`. mean_square: state → (L, H), over every token of the text.
    tokens: recorded in all; streams: places at which the text was read at once, each from a zero state
    (separate texts start from it anyway); left_out: tokens at the end that did not fill the streams.
    """

    token_ids: np.ndarray
    counts: np.ndarray
    mean: dict[str, np.ndarray]
    bands: dict[str, np.ndarray]
    mean_square: dict[str, np.ndarray]
    tokens: int
    streams: int
    left_out: int

    @property
    def states(self) -> tuple[str, ...]:
        """The kinds of state recorded: hidden, and cell for an LSTM."""
        return tuple(self.mean)

    @property
    def layers(self) -> int:
        """Number of layers."""
        return self.mean["hidden"].shape[1]

    def response(self, state: str, layer: int) -> ExpectedResponse:
        """The expected responses of one layer (0-based)."""
        if state not in self.mean or not 0 <= layer < self.layers:
            raise UserError(
                f"There is no {state} state of layer {layer + 1}.",
                f"This recording has {' and '.join(self.states)} for layers 1 to {self.layers}.",
            )
        return ExpectedResponse(
            state, layer, self.token_ids, self.counts, self.mean[state][:, layer], self.bands[state][:, :, layer]
        )


@dataclass
class ResponseStatistics:
    """Running statistics of responses: add windows of states, merge with others, and read the result.

    row_of: (V,) the row of each token id, W for the words that are counted together as `other`.
    count: (W + 1,). total: state → (W + 1, L · H) sums. square: state → (L · H,) sums of squares.
    """

    row_of: Tensor
    rows: int
    shape: tuple[int, int]
    count: Tensor = field(init=False)
    total: dict[str, Tensor] = field(init=False, default_factory=dict)
    square: dict[str, Tensor] = field(init=False, default_factory=dict)
    sketch: dict[str, QuantileSketch] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.count = torch.zeros(self.rows + 1, dtype=torch.int64)

    def add(self, ids: Tensor, responses: dict[str, Tensor]) -> None:
        """Count token ids (N,) with the responses to them, state → (N, L · H)."""
        rows = self.row_of[ids]
        self.count += torch.bincount(rows, minlength=self.rows + 1)
        frequent = rows < self.rows
        for state, response in responses.items():
            columns = response.shape[1]
            if state not in self.total:
                self.total[state] = torch.zeros(self.rows + 1, columns, dtype=torch.float64)
                self.square[state] = torch.zeros(columns, dtype=torch.float64)
                self.sketch[state] = QuantileSketch(self.rows, columns)
            self.total[state].index_add_(0, rows, response.double())
            self.square[state] += response.double().square().sum(0)
            self.sketch[state].add(rows[frequent], response[frequent])

    def merge(self, other: "ResponseStatistics") -> None:
        """Add what was counted on another part of the text, with the same words."""
        self.count += other.count
        for state in self.total:
            self.total[state] += other.total[state]
            self.square[state] += other.square[state]
            self.sketch[state].merge(other.sketch[state])

    def mean(self, state: str) -> np.ndarray:
        """(W, L, H) mean response; NaN for words that did not occur."""
        with np.errstate(invalid="ignore"):
            mean = self.total[state][: self.rows].numpy() / self.count[: self.rows, None].numpy()
        return mean.reshape(self.rows, *self.shape).astype(np.float32)

    def recording(
        self, token_ids: np.ndarray, counts: np.ndarray, tokens: int, streams: int, left_out: int
    ) -> Recording:
        """What was counted, over `tokens` tokens."""
        return Recording(
            token_ids=token_ids,
            counts=counts,
            mean={state: self.mean(state) for state in self.total},
            bands={
                state: sketch.quantiles(BANDS).reshape(len(BANDS), self.rows, *self.shape)
                for state, sketch in self.sketch.items()
            },
            mean_square={
                state: (square / tokens).reshape(self.shape).float().numpy() for state, square in self.square.items()
            },
            tokens=tokens,
            streams=streams,
            left_out=left_out,
        )


def record(
    network: RecurrentNetwork,
    ids: np.ndarray,
    *,
    offsets: np.ndarray | None = None,
    words: int = 600,
    streams: int = 64,
    on_progress: Callable[[float], None] = lambda _: None,
) -> Recording:
    """Read `ids` (T,) and keep the statistics of the responses to its `words` most frequent words.

    Running text is cut into `streams` consecutive pieces that are read side by side, each from a zero
    state. Separate texts, which begin at `offsets` (N + 1,), are read `streams` at a time, each from a
    zero state. `on_progress` gets the finished fraction, and may raise to cancel.

    Raises UserError when the text has no token, when the network's states are not numbers, or when it
    also reads backwards.
    """
    if len(ids) == 0:
        raise UserError("There is nothing to record: the text has no token.", "Give a longer text.")
    if network.settings.bidirectional:
        raise UserError(
            "A bidirectional network has no response to one token: its state depends on what follows.",
            "Record a network that reads forward only.",
        )
    if offsets is None:
        streams = min(streams, len(ids))
        recorded = len(ids) // streams * streams
        windows = _windows_of_running_text(ids[:recorded], streams)
    else:
        recorded = len(ids)
        windows = _separate_texts(ids, offsets, streams)
    token_ids, counts = most_frequent(ids[:recorded], words)
    row_of = torch.full((network.vocabulary_size,), len(token_ids))
    row_of[token_ids] = torch.arange(len(token_ids))
    statistics = ResponseStatistics(row_of, len(token_ids), (network.settings.layers, network.settings.units))

    state, done = None, 0
    for window, continues in windows:
        before = state if continues and state is not None else CarriedState.zero(network, window.shape[1])
        read = window != PADDING
        layers, state = unroll(network, window.clamp(min=0).to(network.device), before)
        if not torch.isfinite(state.hidden).all():  # what is not a number stays so to the window's end
            raise UserError("The network's states are not numbers.", "Its weights are damaged; train it again.")
        changes = responses(layers, before)
        if not read.all():
            changes = {kind: change[read.flatten()] for kind, change in changes.items()}
        statistics.add(window[read], changes)
        done += int(read.sum())
        on_progress(done / recorded)
    return statistics.recording(token_ids.numpy(), counts.numpy(), recorded, streams, len(ids) - recorded)


def responses(layers: list[LayerStates], before: CarriedState) -> dict[str, Tensor]:
    """Δh (and Δc for an LSTM) of each position: state → (T · B, L · H), on the CPU.

    before: the state that the first position started from.
    """
    changes = {"hidden": [_change(layer.hidden, before.hidden[place]) for place, layer in enumerate(layers)]}
    if layers[0].cell is not None:
        changes["cell"] = [_change(layer.cell, before.cell[place]) for place, layer in enumerate(layers)]
    return {state: torch.stack(parts, 2).flatten(2).flatten(0, 1).cpu() for state, parts in changes.items()}


def _change(states: Tensor, before: Tensor) -> Tensor:
    return torch.diff(states, dim=0, prepend=before[None])


def _windows_of_running_text(ids: np.ndarray, streams: int) -> Iterator[tuple[Tensor, bool]]:
    """(ids (T, B), whether they go on from the window before) of B streams."""
    pieces = ids.reshape(streams, -1)
    for start in range(0, pieces.shape[1], WINDOW):
        yield torch.from_numpy(pieces[:, start : start + WINDOW].T.astype(np.int64, order="C")), start > 0


def _separate_texts(ids: np.ndarray, offsets: np.ndarray, at_once: int) -> Iterator[tuple[Tensor, bool]]:
    """(ids (T, B), whether they go on from the window before) of B texts of similar length, padded at the end."""
    lengths = np.diff(offsets)
    order = np.argsort(lengths, kind="stable")
    order = order[np.searchsorted(lengths[order], 1) :]  # empty texts have nothing to record
    for first in range(0, len(order), at_once):
        chosen = order[first : first + at_once]
        longest = int(lengths[chosen].max())
        padded = np.full((longest, len(chosen)), PADDING, dtype=np.int64)
        for column, text in enumerate(chosen):
            padded[: lengths[text], column] = ids[offsets[text] : offsets[text + 1]]
        for start in range(0, longest, WINDOW):
            yield torch.from_numpy(padded[start : start + WINDOW]), start > 0


def most_frequent(ids: np.ndarray, words: int) -> tuple[Tensor, Tensor]:
    """(token ids, counts), both (W,): the `words` most frequent of `ids` (T,), most frequent first."""
    counts = torch.from_numpy(np.bincount(ids))
    order = torch.argsort(counts, descending=True, stable=True)
    order = order[: min(words, int((counts > 0).sum()))]
    return order, counts[order]
