"""How well a network predicts: each next token of a text, or the class of each text."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from data_prep.corpus import Corpus
from data_prep.errors import UserError
from models.network import RecurrentClassifier, RecurrentLanguageModel, RecurrentNetwork
from models.training.batches import gather_texts, text_lengths

TEXTS_AT_ONCE = 64
# Long enough that the cost of a call does not count, short enough for T × B states to fit.
STEPS = 128


def cross_entropy_nats(network: RecurrentLanguageModel, ids: np.ndarray, *, streams: int = 1) -> float:
    """Mean cross-entropy in nats per token of `ids` (T,), each predicted from all before it.

    The state starts at zero and is carried along; the first token is not predicted. With more than
    one stream the text is read at `streams` places at once, each from a zero state: faster, and a
    little too high.

    Raises UserError when the network's predictions are not numbers.
    """
    inputs, targets = (torch.from_numpy(part) for part in split_streams(ids, streams))
    total, state = 0.0, None
    with evaluating(network):
        for start in range(0, len(inputs), STEPS):
            target = targets[start : start + STEPS].to(network.device)
            loss, state = network.loss(inputs[start : start + STEPS].to(network.device), target, state)
            total += loss.item() * target.numel()
    return finite(total) / targets.numel()


def classification_figures(
    network: RecurrentClassifier, ids: np.ndarray, offsets: np.ndarray, labels: np.ndarray, *, longest: int
) -> dict[str, Any]:
    """How well the classes of N texts are told from their first `longest` tokens.

    ids: (T,), of all texts; offsets: (N + 1,); labels: (N,). cross_entropy_nats: per text. accuracy: the
    fraction of texts whose likeliest class is the true one. balanced_accuracy: the mean over the classes
    that occur of that fraction within the class, so that a frequent class counts no more than a rare one.
    """
    lengths = text_lengths(offsets, longest)
    total, predicted = 0.0, np.empty(len(labels), dtype=np.int64)
    order = np.argsort(lengths, kind="stable")
    with evaluating(network):
        for start in range(0, len(order), TEXTS_AT_ONCE):
            chosen = order[start : start + TEXTS_AT_ONCE]
            batch = gather_texts(ids, offsets, lengths, labels, chosen, network.device)
            assert batch.lengths is not None
            log_probabilities = network(batch.ids, batch.lengths).log_softmax(-1)
            total -= log_probabilities.gather(1, batch.targets[:, None]).sum().item()
            predicted[chosen] = log_probabilities.argmax(1).cpu().numpy()
    right = predicted == labels
    recalls = [right[labels == label].mean() for label in np.unique(labels)]
    return {
        "cross_entropy_nats": finite(total) / len(labels),
        "accuracy": float(right.mean()),
        "balanced_accuracy": float(np.mean(recalls)),
    }


def measure(network: RecurrentNetwork, corpus: Corpus, split: str, *, longest: int) -> dict[str, Any]:
    """The figures of a part of a corpus: of a language model in one stream, of a classifier text by text.

    longest: of each labelled text, how many tokens are read.
    """
    if isinstance(network, RecurrentClassifier):
        assert corpus.texts is not None
        texts = corpus.texts[split]
        return classification_figures(network, corpus.splits[split], texts.offsets, texts.labels, longest=longest)
    assert isinstance(network, RecurrentLanguageModel)
    return figures(cross_entropy_nats(network, corpus.splits[split]), corpus.vocabulary.tokenisation.unit)


def split_streams(ids: np.ndarray, streams: int) -> tuple[np.ndarray, np.ndarray]:
    """(inputs, targets), both (T, B) int64: `ids` cut into B = `streams` equal consecutive pieces.

    Up to B − 1 tokens at the end are left out where B does not divide the number of predictions.
    """
    length = (len(ids) - 1) // streams
    whole = np.asarray(ids[: length * streams + 1], dtype=np.int64)
    inputs = np.ascontiguousarray(whole[:-1].reshape(streams, length).T)
    targets = np.ascontiguousarray(whole[1:].reshape(streams, length).T)
    return inputs, targets


def figures(nats: float, unit: str) -> dict[str, Any]:
    """The cross-entropy with the field's own reading of it: perplexity of words, bits of bytes."""
    figure = {"cross_entropy_nats": nats}
    if unit == "words":
        return figure | {"perplexity": math.exp(nats) if nats < 700 else math.inf}
    return figure | {"bits_per_character": nats / math.log(2)}


@contextmanager
def evaluating(network: RecurrentNetwork) -> Iterator[None]:
    """Without gradients and dropout; afterwards the network is in the mode that it was in."""
    was_training = network.training
    network.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        network.train(was_training)


def finite(total: float) -> float:
    """The number itself; UserError when it is none, as the network's predictions then are none either."""
    if not math.isfinite(total):
        raise UserError(
            "The network's predictions are not numbers.",
            "Its weights are damaged or its training diverged: train it again, with a lower training.learning_rate.",
        )
    return total
