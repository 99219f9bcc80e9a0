"""What a language model gave to every token of a long text before it read it."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor

from data_prep.errors import UserError
from models.cores import read_side_by_side
from models.evaluation import evaluating
from models.network import RecurrentLanguageModel, RecurrentNetwork

WARM_UP = 500  # tokens that a stream reads before its first prediction counts
STREAM_TOKENS = 10 * WARM_UP  # at least, that the warm-up costs a tenth at most
STREAMS = 64  # more gain nothing
STEPS = 64
NUMBERS_AT_ONCE = 1 << 22  # logits in memory, per core
DISTRIBUTION_NUMBERS = 1 << 21  # of all sampled distributions together
SAMPLED = 4000  # positions


@dataclass(frozen=True)
class Predictions:
    """T tokens, each predicted from all before it; the first is not predicted.

    ids: (T,) the text. log_probabilities: (T,) ln p of each token, nats; NaN at the first. guesses: (T,) the
    likeliest token in each place, −1 at the first; guess_probabilities: (T,).
    sampled: (S,) places, evenly spread, whose whole distribution is kept: distributions (S, V).
    warm_up: tokens that each of `streams` readers read before its first prediction counted.
    """

    ids: np.ndarray
    log_probabilities: np.ndarray
    guesses: np.ndarray
    guess_probabilities: np.ndarray
    sampled: np.ndarray
    distributions: np.ndarray
    streams: int
    warm_up: int

    @property
    def cross_entropy_nats(self) -> float:
        """Mean over the predicted tokens."""
        return -float(self.log_probabilities[1:].mean(dtype=np.float64))

    @property
    def probabilities(self) -> np.ndarray:
        """(T,) of each token; NaN at the first."""
        return np.exp(self.log_probabilities)


def predict(
    network: RecurrentNetwork,
    ids: np.ndarray,
    *,
    on_progress: Callable[[float], None] = lambda _: None,
) -> Predictions:
    """Read `ids` (T,) and keep ln p of every token, the likeliest one, and `SAMPLED` whole distributions.

    A long text is read at several places at once, each from `WARM_UP` tokens before its own: what a token is given
    may depend on what stands further back than that by a little. `on_progress` gets the finished fraction and may
    raise to cancel. Fewer distributions are kept where the vocabulary is large.

    Raises UserError when the network predicts no next token, when there are fewer than two tokens, or when its
    predictions are not numbers.
    """
    if not isinstance(network, RecurrentLanguageModel):
        raise UserError(
            "This network tells classes of texts apart: it does not predict a next token.", "Choose a language model."
        )
    if len(ids) < 2:
        raise UserError("There is nothing to predict in a text of less than two tokens.", "Give a longer text.")
    kept = _Kept.empty(len(ids), sampled_places(len(ids), network.vocabulary_size), network.vocabulary_size)
    streams = int(np.clip(len(ids) // STREAM_TOKENS, 1, STREAMS))
    length = -(-(len(ids) - 1) // streams)
    own = np.arange(streams) * length  # each predicts what follows the `length` tokens from here on
    readers = min(streams, torch.get_num_threads()) if network.device.type == "cpu" else 1
    done = [0] * readers

    def read(reader: int, stop: threading.Event) -> None:
        for read_tokens in _read(network, ids, own[reader::readers], length, kept):
            done[reader] = read_tokens
            if stop.is_set():
                return

    with evaluating(network):
        read_side_by_side(
            [partial(read, reader) for reader in range(readers)],
            lambda: sum(done) / (readers * (length + WARM_UP)),
            on_progress,
        )
    if not np.isfinite(kept.log_probabilities[1:]).all():
        raise UserError(
            "The network's predictions are not numbers.",
            "Its weights are damaged or its training diverged: train it again, with a lower training.learning_rate.",
        )
    return Predictions(np.asarray(ids), **vars(kept), streams=streams, warm_up=WARM_UP)


def sampled_places(tokens: int, vocabulary_size: int, most: int = SAMPLED) -> np.ndarray:
    """(S,) places of a text of so many tokens whose whole distributions are kept: the same for every model."""
    count = max(1, min(most, DISTRIBUTION_NUMBERS // vocabulary_size, tokens - 1))
    return np.unique(np.linspace(1, tokens - 1, count).round().astype(np.int64))


@dataclass
class _Kept:
    log_probabilities: np.ndarray
    guesses: np.ndarray
    guess_probabilities: np.ndarray
    sampled: np.ndarray
    distributions: np.ndarray

    @classmethod
    def empty(cls, tokens: int, sampled: np.ndarray, vocabulary_size: int) -> "_Kept":
        nothing = np.full(tokens, np.nan, np.float32)
        distributions = np.zeros((len(sampled), vocabulary_size), np.float32)
        return cls(nothing, np.full(tokens, -1, np.int32), nothing.copy(), sampled, distributions)

    def add(self, network: RecurrentLanguageModel, hidden: Tensor, places: np.ndarray, ids: np.ndarray) -> None:
        """hidden: (N, H), from which the tokens at `places` (N,) are predicted."""
        at_once = max(1, NUMBERS_AT_ONCE // network.vocabulary_size)
        for start in range(0, len(places), at_once):
            some = places[start : start + at_once]
            log_p = network.decoder(hidden[start : start + at_once]).log_softmax(-1)
            true = torch.from_numpy(ids[some].astype(np.int64)).to(log_p.device)
            self.log_probabilities[some] = log_p.gather(1, true[:, None])[:, 0].cpu().numpy()
            highest, guess = log_p.max(1)
            self.guesses[some], self.guess_probabilities[some] = guess.cpu().numpy(), highest.exp().cpu().numpy()
            _, rows, columns = np.intersect1d(some, self.sampled, assume_unique=True, return_indices=True)
            if len(rows):
                self.distributions[columns] = log_p[torch.from_numpy(rows).to(log_p.device)].exp().cpu().numpy()


def _read(network: RecurrentLanguageModel, ids: np.ndarray, own: np.ndarray, length: int, kept: _Kept) -> Iterator[int]:
    """Read the streams whose own stretches of `length` tokens begin at `own` (B,); yields how far each has come."""
    starts, state, last = np.maximum(0, own - WARM_UP), None, len(ids) - 2
    for first in range(0, length + WARM_UP, STEPS):
        with torch.inference_mode():  # a matter of each thread
            places = starts + np.arange(first, min(first + STEPS, length + WARM_UP))[:, None]  # (T, B)
            read = torch.from_numpy(ids[np.minimum(places, last)].astype(np.int64)).to(network.device)
            hidden, state = network.read(read, state)
            counted = (places >= own) & (places < own + length) & (places <= last)
            if counted.any():
                kept.add(network, hidden[torch.from_numpy(counted).to(network.device)], places[counted] + 1, ids)
        yield first + len(places)
