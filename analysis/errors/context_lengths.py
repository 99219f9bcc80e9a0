"""The loss of a model that is given only so many tokens of context, whatever the model is."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch

from analysis.errors.bands import BLOCKS, HIGH, LOW, SAMPLES
from data_prep.errors import UserError
from models.cores import read_side_by_side
from models.evaluation import evaluating
from models.network import RecurrentLanguageModel

LENGTHS = (0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 25, 32, 40, 50, 63, 79, 100, 158, 250, 500)
TARGETS = 1000
AT_ONCE = 500  # windows
NUMBERS_AT_ONCE = 1 << 22
ENOUGH_NATS = 0.01


@dataclass(frozen=True)
class ContextLosses:
    """Loss on N sampled tokens, each predicted from exactly n tokens before it, for several n.

    lengths: (K,) n. targets: (N,) places in the text, in order, the same for every n. nats: (K, N).
    full: (N,) from all the text before. seed: of the sample.
    """

    lengths: np.ndarray
    targets: np.ndarray
    nats: np.ndarray
    full: np.ndarray
    seed: int


@dataclass(frozen=True)
class ContextCurve:
    """Mean loss and what is lost against the full context, for K lengths, in nats per token.

    nats, excess: (K,) mean, and mean less `full`, that with the full context. low, high: (K,) 95 % band of the loss;
    excess_low, excess_high: (K,) of the excess, whose pairs cancel what is hard about the places.
    enough: the smallest length whose excess is below `ENOUGH_NATS`, or None.
    """

    lengths: np.ndarray
    nats: np.ndarray
    low: np.ndarray
    high: np.ndarray
    excess: np.ndarray
    excess_low: np.ndarray
    excess_high: np.ndarray
    full: float
    enough: int | None


def sample_targets(tokens: int, longest: int, targets: int = TARGETS, seed: int = 0) -> np.ndarray:
    """(N,) places with at least `longest` tokens before them, in order; UserError where there are none."""
    if tokens <= longest:
        raise UserError(
            f"A context of {longest:,} tokens is longer than the text, which has {tokens:,}.", "Choose a shorter one."
        )
    choice = np.random.default_rng(seed).choice(tokens - longest, min(targets, tokens - longest), replace=False)
    return np.sort(choice) + longest


def losses_by_context(
    network: RecurrentLanguageModel,
    ids: np.ndarray,
    full: np.ndarray,
    *,
    lengths: Sequence[int] = LENGTHS,
    targets: int = TARGETS,
    seed: int = 0,
    on_progress: Callable[[float], None] = lambda _: None,
) -> ContextLosses:
    """Read windows of `ids` (T,) from the zero state; full: (T,) ln p of every token from all before it.

    `on_progress` gets the finished fraction, and may raise to cancel.

    Raises UserError when a length is negative or longer than the text.
    """
    lengths = sorted(set(lengths))
    if not lengths or lengths[0] < 0:
        raise UserError("A context cannot have less than no tokens.", "Choose lengths from 0 on.")
    chosen = sample_targets(len(ids), max(1, lengths[-1]), targets, seed)
    nats, work = np.empty((len(lengths), len(chosen)), np.float32), sum(lengths) + len(lengths)
    at_once = max(1, min(AT_ONCE, NUMBERS_AT_ONCE // network.vocabulary_size))
    readers = torch.get_num_threads() if network.device.type == "cpu" else 1
    done = [0] * readers

    def read(reader: int, stop: threading.Event) -> None:
        own = np.arange(reader, len(chosen), readers)
        for row, length in enumerate(lengths):
            for start in range(0, len(own), at_once):
                if stop.is_set():
                    return
                places = own[start : start + at_once]
                with torch.inference_mode():  # a matter of each thread
                    nats[row, places] = _losses(network, ids, chosen[places], length)
            done[reader] += length + 1

    with evaluating(network):
        read_side_by_side(
            [partial(read, reader) for reader in range(readers)], lambda: sum(done) / (readers * work), on_progress
        )
    return ContextLosses(np.array(lengths), chosen, nats, -np.asarray(full)[chosen], seed)


def context_curve(found: ContextLosses, *, samples: int = SAMPLES) -> ContextCurve:
    """Means with bands from resampled stretches of the text, drawn with the seed of the sample."""
    stretches = min(BLOCKS, len(found.targets))
    block = np.arange(len(found.targets)) * stretches // len(found.targets)
    draws = np.random.default_rng(found.seed).multinomial(stretches, np.full(stretches, 1 / stretches), samples)
    sizes = np.bincount(block).astype(np.float64)

    def band(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        sums = np.stack([np.bincount(block, own) for own in values])
        low, high = np.percentile((draws @ sums.T) / (draws @ sizes)[:, None], (LOW, HIGH), axis=0)
        return values.mean(1, dtype=np.float64), low, high

    nats, low, high = band(found.nats)
    excess, excess_low, excess_high = band(found.nats - found.full)
    enough = np.flatnonzero(excess < ENOUGH_NATS)
    return ContextCurve(
        found.lengths, nats, low, high, excess, excess_low, excess_high,
        float(found.full.mean(dtype=np.float64)), int(found.lengths[enough[0]]) if len(enough) else None,
    )  # fmt: skip


def ngram_losses(found: ContextLosses, probabilities: np.ndarray) -> ContextLosses:
    """The same for n-gram models on the same places; probabilities: (C, T), row c from c tokens.

    Their full context is their longest.
    """
    with np.errstate(divide="ignore"):
        nats = -np.log(probabilities[:, found.targets].astype(np.float64))
    return ContextLosses(np.arange(len(nats)), found.targets, nats, nats[-1], found.seed)


def _losses(network: RecurrentLanguageModel, ids: np.ndarray, targets: np.ndarray, length: int) -> np.ndarray:
    true = torch.from_numpy(ids[targets].astype(np.int64)).to(network.device)
    if length:
        window = targets + np.arange(-length, 0)[:, None]  # (T, B)
        hidden = network.read(torch.from_numpy(ids[window].astype(np.int64)).to(network.device))[0][-1]
    else:
        hidden = torch.zeros(len(targets), network.decoder.in_features, device=network.device)
    return -network.decoder(hidden).log_softmax(-1).gather(1, true[:, None])[:, 0].cpu().numpy()
