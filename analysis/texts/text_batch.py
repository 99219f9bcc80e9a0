"""A batch of texts, side by side, as one line of numbers for each."""

import numpy as np
import torch
from torch import Tensor

from analysis.states import check_states, unroll
from analysis.texts.reading import class_probabilities, nats_of
from data_prep.encoded_text import EncodedTexts
from models.network import RecurrentClassifier, RecurrentNetwork


def summarise_batch(
    network: RecurrentNetwork, encoded: EncodedTexts, batch: np.ndarray, state: str, layer: int
) -> dict[str, np.ndarray]:
    """The numbers of the texts `batch` (B,), each of which has a token: name → (B, …), as in `TextSummaries`."""
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
        return found | {"class_probabilities": probabilities, "predicted": probabilities.argmax(1), "settled": settled}
    return found | {"nats": _mean_nats(network, top, ids, read, lengths)}


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
    """(B,) mean surprise per token after the first, in nats; NaN for a text of one token."""
    predicted = read[1:].to(ids.device)
    nats = torch.zeros(predicted.shape)
    nats[read[1:]] = nats_of(network, top[:-1][predicted], ids[1:][predicted]).cpu()
    return (nats.double().sum(0) / torch.where(lengths > 1, lengths - 1, torch.nan)).numpy()
