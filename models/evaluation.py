"""How well a language model predicts a text."""

import math
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from data_prep.errors import UserError
from models.network import RecurrentLanguageModel

# Long enough that the cost of a call does not count, short enough for T × V logits to fit.
STEPS = 128


def cross_entropy_nats(network: RecurrentLanguageModel, ids: np.ndarray, *, streams: int = 1) -> float:
    """Mean cross-entropy in nats per token of `ids` (T,), each predicted from all before it.

    The state starts at zero and is carried along; the first token is not predicted. With more than
    one stream the text is read at `streams` places at once, each from a zero state: faster, and a
    little too high.

    Raises UserError when the network's predictions are not numbers.
    """
    device = next(network.parameters()).device
    inputs, targets = (torch.from_numpy(part) for part in split_streams(ids, streams))
    was_training = network.training
    network.eval()
    total, state = 0.0, None
    with torch.inference_mode():
        for start in range(0, len(inputs), STEPS):
            logits, state = network(inputs[start : start + STEPS].to(device), state)
            target = targets[start : start + STEPS].to(device)
            total += functional.cross_entropy(logits.flatten(0, 1), target.flatten(), reduction="sum").item()
    network.train(was_training)
    if not math.isfinite(total):
        raise UserError(
            "The network's predictions are not numbers.",
            "Its weights are damaged or its training diverged: train it again, with a lower training.learning_rate.",
        )
    return total / targets.numel()


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
