"""What a recording holds."""

from dataclasses import dataclass, field, replace

import numpy as np

from data_prep.errors import UserError

FRACTIONS = (0.02, 0.09, 0.25, 0.5, 0.75, 0.91, 0.98)  # of the occurrences; the bands of RNNVis are .09–.91, .25–.75
GATES = ("input_gate", "forget_gate", "candidate", "output_gate", "reset_gate", "update_gate")
LEFT_SATURATED, RIGHT_SATURATED = 0.1, 0.9  # Karpathy et al. 2015, section 4.2
BIN_WIDTH = 0.05  # of the distributions; saturation begins at an edge
CONTEXTS = 10  # strongest contexts kept for each unit and direction


@dataclass(frozen=True)
class ExpectedResponse:
    """The responses of one layer's units to W words, the most frequent first.

    state: `hidden` or `cell`; layer: 0-based. token_ids, counts: (W,).
    mean, deviation: (W, H), the expected response to a word (its mean over every occurrence) and its standard
    deviation. quantiles: (Q, F, H), below which a fraction `FRACTIONS` of the responses lies, for the F most frequent.
    half_means: (2, F, H), the mean over either half of the text, NaN where a word does not occur in it.
    """

    state: str
    layer: int
    token_ids: np.ndarray
    counts: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray
    quantiles: np.ndarray
    half_means: np.ndarray
    fractions: tuple[float, ...] = FRACTIONS

    @property
    def banded(self) -> int:
        """F: how many of the words have quantiles."""
        return self.quantiles.shape[1]

    def quantile(self, fraction: float) -> np.ndarray:
        """(F, H): below which this fraction of the responses lies; one of `FRACTIONS`."""
        return self.quantiles[self.fractions.index(fraction)]

    def most_frequent(self, words: int) -> "ExpectedResponse":
        """The same for the `words` most frequent words only."""
        if words < 0:
            raise UserError(f"There are no {words} words.", "Ask for 0 or more.")
        return replace(
            self,
            token_ids=self.token_ids[:words],
            counts=self.counts[:words],
            mean=self.mean[:words],
            deviation=self.deviation[:words],
            quantiles=self.quantiles[:, :words],
            half_means=self.half_means[:, :words],
        )


@dataclass(frozen=True)
class Contexts:
    """Where each unit's state was strongest: places in the recorded text, of which no two stand close together.

    positions, values: (L, H, 2, `CONTEXTS`): the highest states, falling, then the lowest, rising; position −1
    where there are fewer. A position counts the tokens of the recorded part or text from 0.
    """

    positions: np.ndarray
    values: np.ndarray


@dataclass(frozen=True)
class Recording:
    """Statistics of the responses to the W words of a text, of which F have bands.

    token_ids, counts: (W,), the most frequent first. By kind of state (`hidden`, and `cell` for an LSTM):
    mean, deviation: (W, L, H); quantiles: (Q, F, L, H), see `FRACTIONS`; half_means: (2, F, L, H), over either half of
    the text; mean_square: (L, H), of the response over every token; contexts: of the state.
    half_counts: (F,), occurrences in the first half, which is made of stretches drawn at random.
    sampled: (F,), how many occurrences the quantiles are from: all, or a random sample, which puts a quantile's
    rank off by √(p(1 − p) / sampled), one standard deviation.
    left_saturated, right_saturated: gate → (L, H), at how many tokens it was below .1, above .9 (not of the candidate).
    distributions: gate or state → (L, H, bins) counts over `distributed` tokens spread evenly over the text: bins of
    width `BIN_WIDTH` over 0 … 1 for gates, −1 … 1 for candidate, hidden state and tanh of the cell state.
    surprise_nats: (F,), the mean of −ln p of a word over surprise_counts (F,) of its occurrences, NaN for none; None
    where the network does not foretell words.
    tokens: recorded in all; streams: places at which running text was read at once, each from a zero state
    (separate texts start from it anyway). split: the part of the corpus that it is of, `text` for a text of the user's
    own; None where it was never stored.
    """

    token_ids: np.ndarray
    counts: np.ndarray
    mean: dict[str, np.ndarray]
    deviation: dict[str, np.ndarray]
    quantiles: dict[str, np.ndarray]
    half_means: dict[str, np.ndarray]
    half_counts: np.ndarray
    sampled: np.ndarray
    mean_square: dict[str, np.ndarray]
    tokens: int
    streams: int
    contexts: dict[str, Contexts] = field(default_factory=dict)
    left_saturated: dict[str, np.ndarray] = field(default_factory=dict)
    right_saturated: dict[str, np.ndarray] = field(default_factory=dict)
    distributions: dict[str, np.ndarray] = field(default_factory=dict)
    distributed: int = 0
    surprise_nats: np.ndarray | None = None
    surprise_counts: np.ndarray | None = None
    split: str | None = None

    @property
    def states(self) -> tuple[str, ...]:
        """The kinds of state recorded: hidden, and cell for an LSTM."""
        return tuple(self.mean)

    @property
    def layers(self) -> int:
        """Number of layers."""
        return self.mean["hidden"].shape[1]

    @property
    def banded(self) -> int:
        """F: how many of the words have quantiles."""
        return len(self.sampled)

    @property
    def other_tokens(self) -> int:
        """Tokens of words that are not among the W."""
        return self.tokens - int(self.counts.sum())

    def response(self, state: str, layer: int) -> ExpectedResponse:
        """The expected responses of one layer (0-based)."""
        if state not in self.mean or not 0 <= layer < self.layers:
            raise UserError(
                f"There is no {state} state of layer {layer + 1}.",
                f"This recording has {' and '.join(self.states)} for layers 1 to {self.layers}.",
            )
        return ExpectedResponse(
            state,
            layer,
            self.token_ids,
            self.counts,
            self.mean[state][:, layer],
            self.deviation[state][:, layer],
            self.quantiles[state][:, :, layer],
            self.half_means[state][:, :, layer],
        )

    def most_frequent(self, words: int) -> "Recording":
        """The same with the `words` most frequent words only; what is about units stays."""

        def cut(by_state: dict[str, np.ndarray], axis: int = 0) -> dict[str, np.ndarray]:
            place = (slice(None),) * axis + (slice(words),)
            return {state: values[place] for state, values in by_state.items()}

        return replace(
            self,
            token_ids=self.token_ids[:words],
            counts=self.counts[:words],
            mean=cut(self.mean),
            deviation=cut(self.deviation),
            quantiles=cut(self.quantiles, 1),
            half_means=cut(self.half_means, 1),
            half_counts=self.half_counts[:words],
            sampled=self.sampled[:words],
            surprise_nats=None if self.surprise_nats is None else self.surprise_nats[:words],
            surprise_counts=None if self.surprise_counts is None else self.surprise_counts[:words],
        )
