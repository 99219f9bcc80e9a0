"""Many texts at once: one line of numbers for each, to find the one that is worth reading word by word."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch

from analysis.texts.reading import check_forward
from analysis.texts.text_batch import summarise_batch
from data_prep.encoded_text import encode_texts
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
    found = _unread(len(texts), network)
    faults: list[str] = []
    settled_tokens = [""] * len(texts)
    with _at_once(network) as map_batches:
        for first, some in _some_at_a_time(texts):
            encoded = encode_texts(some, vocabulary)
            faults += encoded.faults
            found["left_out"][first : first + len(some)] = encoded.left_out
            batches = list(_batches(np.diff(encoded.offsets), network))
            lines = map_batches(partial(summarise_batch, network, encoded, state=state, layer=layer), batches)
            for batch, values in zip(batches, lines, strict=True):
                for name, numbers in values.items():
                    found[name][first + batch] = numbers
                if "settled" in values:
                    for place, at in zip(batch.tolist(), values["settled"].tolist(), strict=True):
                        settled_tokens[first + place] = encoded.token(encoded.offsets[place] + at)
            on_progress((first + len(some)) / len(texts))
    true = [-1] * len(texts) if labels is None else [-1 if label is None else label for label in labels]
    return TextSummaries(
        faults=tuple(faults),
        state=state,
        layer=layer,
        settled_tokens=tuple(settled_tokens),
        labels=np.array(true, np.int64),
        **found,
    )


def _unread(texts: int, network: RecurrentNetwork) -> dict[str, np.ndarray]:
    """The numbers of N texts, as long as none is read."""
    classes = network.decoder.out_features if isinstance(network, RecurrentClassifier) else 0
    found = {name: np.full(texts, np.nan) for name in ("unknown", "change", "kept_rate", "nats")}
    found |= {name: np.zeros(texts, np.int64) for name in ("tokens", "left_out")}
    found |= {name: np.full(texts, -1) for name in ("predicted", "settled")}
    return found | {"class_probabilities": np.full((texts, classes), np.nan, np.float32)}


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
