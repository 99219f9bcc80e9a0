"""Many texts at once: one line of numbers for each, to find the one that is worth reading word by word."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor

from analysis.states import check_states, unroll
from analysis.texts.reading import check_forward, class_probabilities, nats_of
from data_prep.encoded_text import EncodedTexts, encode_texts
from data_prep.errors import UserError
from data_prep.vocabulary import Vocabulary
from models.cores import one_core_each
from models.network import RecurrentClassifier, RecurrentNetwork

CUT_AT_ONCE = 8192  # texts, or
CHARACTERS_AT_ONCE = 1 << 24
TEXTS_AT_ONCE = 128  # more gain nothing, and need memory
NUMBERS_AT_ONCE = 1 << 24  # states and gates of one batch


@dataclass(frozen=True)
class TextSummaries:
    """What N texts did to a network, each read alone from a zero state. Not read: NaN, −1, or 0 tokens.

    faults: per text "" or why it was not read. tokens: (N,), read; unknown: (N,), fraction of them outside the
    vocabulary; left_out: (N,), tokens beyond the first `LONGEST`.
    state, layer (0-based): of which the next two speak. change: (N,), mean |Δ| per token and unit.
    kept_rate: (N,), mean over the tokens after the first of the part of |state| that each kept (see `ClusterFlow`,
    all units as one cluster); NaN for a text of one token.
    Of a language model: nats (N,), mean surprise per token after the first; NaN for a text of one token, and for
    classifiers. Of a classifier: class_probabilities (N, C) at the end; predicted (N,), the likeliest class;
    settled (N,), position of the token after which the prediction last changed, settled_tokens: that token;
    labels (N,), true classes, −1 where not known.
    """

    faults: tuple[str, ...]
    tokens: np.ndarray
    unknown: np.ndarray
    left_out: np.ndarray
    state: str
    layer: int
    change: np.ndarray
    kept_rate: np.ndarray
    nats: np.ndarray
    class_probabilities: np.ndarray
    predicted: np.ndarray
    settled: np.ndarray
    settled_tokens: tuple[str, ...]
    labels: np.ndarray

    @property
    def label_probability(self) -> np.ndarray:
        """(N,): what the classifier gave to the true class at the end; NaN where that is not known."""
        known = (self.labels >= 0) & (self.predicted >= 0)
        found = np.full(len(self.labels), np.nan)
        found[known] = self.class_probabilities[known, self.labels[known]]
        return found


def read_many(
    network: RecurrentNetwork,
    vocabulary: Vocabulary,
    texts: Sequence[str],
    *,
    labels: Sequence[int | None] | None = None,
    state: str = "hidden",
    layer: int | None = None,
    on_progress: Callable[[float], None] = lambda _: None,
) -> TextSummaries:
    """Read every text as `read_text` does, those of similar length side by side, and keep its summary only.

    labels: classes of the texts, for a classifier. layer: 0-based, the highest for None. `on_progress` gets the
    finished fraction, and may raise to cancel. A text with nothing to read keeps its line, with the reason.

    *Notes*: a mean surprise depends on the length of a text, as its first words are the hardest to foresee, and
    words that are read as `<unk>` may surprise little: compare texts of similar length and few unknown words.

    Raises UserError when there is no text, no such state or layer, or when the network also reads backwards.
    """
    check_forward(network)
    layer = network.settings.layers - 1 if layer is None else layer
    _check(network, texts, labels, state, layer)
    summary = _Summary.empty(len(texts), network)
    with _at_once(network) as map_batches:
        for first, some in _some_at_a_time(texts):
            encoded = encode_texts(some, vocabulary)
            summary.faults += encoded.faults
            summary.arrays["left_out"][first : first + len(some)] = encoded.left_out
            read_one = partial(_read_batch, network, encoded, first, state, layer, summary)  # each its own lines
            for _ in map_batches(read_one, _batches(np.diff(encoded.offsets), network)):
                pass  # an error of a reader is raised here
            on_progress((first + len(some)) / len(texts))
    true = [-1] * len(texts) if labels is None else [-1 if label is None else label for label in labels]
    return TextSummaries(
        faults=tuple(summary.faults),
        state=state,
        layer=layer,
        settled_tokens=tuple(summary.settled_tokens),
        labels=np.array(true, np.int64),
        **summary.arrays,
    )


@dataclass
class _Summary:
    faults: list[str]
    settled_tokens: list[str]
    arrays: dict[str, np.ndarray]

    @classmethod
    def empty(cls, texts: int, network: RecurrentNetwork) -> "_Summary":
        classes = network.decoder.out_features if isinstance(network, RecurrentClassifier) else 0
        arrays = {name: np.full(texts, np.nan) for name in ("unknown", "change", "kept_rate", "nats")}
        arrays |= {name: np.zeros(texts, np.int64) for name in ("tokens", "left_out")}
        arrays |= {name: np.full(texts, -1) for name in ("predicted", "settled")}
        arrays["class_probabilities"] = np.full((texts, classes), np.nan, np.float32)
        return cls([], [""] * texts, arrays)


@contextmanager
def _at_once(network: RecurrentNetwork) -> Iterator[Callable[..., Iterable[None]]]:
    """A `map` that works on a CPU on all cores, a batch on each.

    A core each, or where something else wants one they wait at every step (measured: 14 s instead of 0.8).
    """
    if network.device.type != "cpu":
        yield map
        return
    with one_core_each(torch.get_num_threads()) as pool:
        yield pool.map


def _some_at_a_time(texts: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """(place of the first, texts): consecutive texts, as many as are cut at once."""
    some: list[str] = []
    characters = 0
    for place, text in enumerate(texts):
        some.append(text)
        characters += len(text)
        if len(some) == CUT_AT_ONCE or characters > CHARACTERS_AT_ONCE or place == len(texts) - 1:
            yield place + 1 - len(some), some
            some, characters = [], 0


def _batches(lengths: np.ndarray, network: RecurrentNetwork) -> Iterator[np.ndarray]:
    """Places of texts of similar length, as many as fit; lengths: (N,), those without a token are left out."""
    tokens_at_once = NUMBERS_AT_ONCE // (8 * network.settings.layers * network.settings.units)
    order = np.argsort(lengths, kind="stable")[::-1]
    order = order[: np.count_nonzero(lengths)]
    start = 0
    while start < len(order):
        size = min(TEXTS_AT_ONCE, max(1, tokens_at_once // lengths[order[start]]))
        yield order[start : start + size]
        start += size


def _read_batch(
    network: RecurrentNetwork,
    encoded: EncodedTexts,
    first: int,
    state: str,
    layer: int,
    summary: _Summary,
    batch: np.ndarray,
) -> None:
    starts = encoded.offsets[batch]
    lengths = torch.from_numpy(encoded.offsets[batch + 1] - starts)
    read = torch.arange(int(lengths.max()))[:, None] < lengths  # (T, B)
    places = np.where(read, starts + np.arange(len(read))[:, None], 0)
    padded, known = encoded.ids[places], np.where(read, encoded.known[places], 0)
    ids = torch.from_numpy(padded).to(network.device)
    layers, end = unroll(network, ids)
    check_states(end)
    states = layers[layer].hidden if state == "hidden" else layers[layer].cell
    change, kept_rate = _memory(states, read, lengths)
    found = {
        "tokens": lengths.numpy(),
        "unknown": 1 - known.sum(0) / lengths.numpy(),
        "change": change,
        "kept_rate": kept_rate,
    }
    top = layers[-1].hidden
    if isinstance(network, RecurrentClassifier):
        probabilities, settled = _decisions(network, top, read, lengths)
        found |= {"class_probabilities": probabilities, "predicted": probabilities.argmax(1), "settled": settled}
        for place, start, position in zip(batch.tolist(), starts.tolist(), settled.tolist(), strict=True):
            summary.settled_tokens[first + place] = encoded.token(start + position)
    else:
        found["nats"] = _mean_nats(network, top, ids, read, lengths)
    for name, values in found.items():
        summary.arrays[name][first + batch] = values


@torch.inference_mode()
def _memory(states: Tensor, read: Tensor, lengths: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """(mean |Δ| per token and unit, mean kept rate after the first token), both (B,), of states (T, B, H)."""
    before = torch.cat((torch.zeros_like(states[:1]), states[:-1]))
    change = (states - before).abs_().mean(2).cpu()
    held = before.abs()
    # What is kept of a unit is the smaller of the two where the signs agree, and nothing where they do not.
    kept = torch.minimum(states * before.sign(), held).clamp_(min=0).sum(2).cpu()
    held = held.sum(2).cpu()
    rate = torch.where(held > 0, kept / held, 0.0)
    after_first = torch.where(lengths > 1, lengths - 1, torch.nan)
    return ((change * read).sum(0) / lengths).numpy(), ((rate * read)[1:].sum(0) / after_first).numpy()


@torch.inference_mode()
def _decisions(
    network: RecurrentClassifier, top: Tensor, read: Tensor, lengths: Tensor
) -> tuple[np.ndarray, np.ndarray]:
    """(class probabilities (B, C) at the end, position (B,) of the last change of the likeliest class)."""
    probabilities = class_probabilities(network, top).cpu()
    likeliest = probabilities.argmax(2)
    changed = (torch.diff(likeliest, dim=0) != 0) & read[1:]
    positions = torch.arange(1, len(likeliest))[:, None]
    last_change = (changed * positions).amax(0) if len(positions) else torch.zeros(len(lengths), dtype=torch.int64)
    return probabilities[lengths - 1, torch.arange(len(lengths))].numpy(), last_change.numpy()


@torch.inference_mode()
def _mean_nats(network: RecurrentNetwork, top: Tensor, ids: Tensor, read: Tensor, lengths: Tensor) -> np.ndarray:
    predicted = read[1:].to(ids.device)
    nats = torch.zeros(predicted.shape)
    nats[read[1:]] = nats_of(network, top[:-1][predicted], ids[1:][predicted]).cpu()
    return (nats.double().sum(0) / torch.where(lengths > 1, lengths - 1, torch.nan)).numpy()


def _check(
    network: RecurrentNetwork, texts: Sequence[str], labels: Sequence[int | None] | None, state: str, layer: int
) -> None:
    settings = network.settings
    states = ("hidden", "cell") if settings.cell == "lstm" else ("hidden",)
    if not len(texts):
        raise UserError("There is no text to read.", "Give at least one.")
    if state not in states or not 0 <= layer < settings.layers:
        raise UserError(
            f"There is no {state} state of layer {layer + 1}.",
            f"This network has {' and '.join(states)} for layers 1 to {settings.layers}.",
        )
    if labels is None:
        return
    if not isinstance(network, RecurrentClassifier):
        raise UserError("A language model knows no classes, so labels mean nothing to it.", "Leave them out.")
    classes = network.decoder.out_features
    if len(labels) != len(texts) or any(label is not None and not 0 <= label < classes for label in labels):
        raise UserError(
            f"{len(labels)} labels do not fit {len(texts)} texts and {classes} classes.",
            f"Give one per text, 0 to {classes - 1}, or None.",
        )
