"""One text, word by word: what the memory gained, kept and lost, what the model expected, how surprised it was."""

from dataclasses import dataclass

import numpy as np
import torch

from analysis.coclustering import DROPPED
from analysis.states import unroll
from data_prep.errors import UserError
from data_prep.vocabulary import Vocabulary
from models.network import RecurrentLanguageModel

LONGEST = 2000  # tokens read from one text; the rest is left out and said so
LONGEST_CHARACTERS = 64 * LONGEST
GUESSES = 5


@dataclass(frozen=True)
class Reading:
    """A text as a network reads it, from a zero state, T tokens.

    tokens: as written; known: (T,), false for words outside the vocabulary, which the network reads as `<unk>`.
    states: state → (T, L, H). surprise_nats: (T,), −ln of the probability given to each token by those before
    it; NaN for the first. guess_ids, guess_probabilities: (T, `GUESSES`), likeliest tokens *after* each.
    left_out: tokens beyond the first `LONGEST`; skipped: symbols without an id (only of byte models).
    """

    tokens: tuple[str, ...]
    ids: np.ndarray
    known: np.ndarray
    states: dict[str, np.ndarray]
    surprise_nats: np.ndarray
    guess_ids: np.ndarray
    guess_probabilities: np.ndarray
    left_out: int
    skipped: int


@dataclass(frozen=True)
class ClusterFlow:
    """How a text moves the unit clusters, per step and cluster, in sums over the cluster's units: all (T, K).

    held_positive = Σ of the states above zero, held_negative = Σ of those below (≤ 0).
    gained_positive, lost_positive, gained_negative, lost_negative: the change of each since the step before, split
    by its direction, all ≥ 0: gained_positive − lost_positive = held_positive(t) − held_positive(t − 1), and
    the negative part likewise with its sign turned.
    kept_rate: part of |state(t − 1)| that is still there with the same sign, 0 where nothing was held before.
    sizes: (K,) units per cluster.

    Source: RNNVis's aggregate information, as in its released code.
    """

    held_positive: np.ndarray
    held_negative: np.ndarray
    gained_positive: np.ndarray
    lost_positive: np.ndarray
    gained_negative: np.ndarray
    lost_negative: np.ndarray
    kept_rate: np.ndarray
    sizes: np.ndarray


def read_text(network: RecurrentLanguageModel, vocabulary: Vocabulary, text: str) -> Reading:
    """Run the network over a text, one token at a time, and keep its states and predictions.

    Raises UserError when the text holds nothing to read.
    """
    if "\0" in text:
        raise UserError("The text holds NUL characters, as binary files do.", "Paste or upload plain text.")
    # Cutting the characters first, between two words, bounds the work on a huge paste.
    window = text[:LONGEST_CHARACTERS]
    if len(text) > len(window):
        window = window[: window.rfind(" ") + 1] or window
    tokens = vocabulary.tokenisation.split(window)
    ids, known = vocabulary.encode(tokens)
    has_id = ids >= 0
    tokens = [token for token, kept in zip(tokens, has_id, strict=True) if kept]
    ids, known = ids[has_id], known[has_id]
    if len(ids) == 0:
        unit = vocabulary.tokenisation.unit
        raise UserError(f"There is nothing to read: the text has no {unit} of the vocabulary.", "Type a sentence.")
    beyond = len(vocabulary.tokenisation.split(text[len(window) :])) if len(text) > len(window) else 0
    left_out = max(0, len(ids) - LONGEST) + beyond
    tokens, ids, known = tokens[:LONGEST], ids[:LONGEST], known[:LONGEST]
    layers, _ = unroll(network, torch.from_numpy(ids)[:, None].to(network.device))
    with torch.inference_mode():
        log_probabilities = network.decoder(layers[-1].hidden[:, 0]).log_softmax(-1).cpu()
    guesses = log_probabilities.topk(min(GUESSES, len(vocabulary)))
    surprise = np.full(len(ids), np.nan)
    surprise[1:] = -log_probabilities[torch.arange(len(ids) - 1), torch.from_numpy(ids[1:])].numpy()
    states = {"hidden": torch.cat([layer.hidden for layer in layers], 1).cpu().numpy()}
    if layers[0].cell is not None:
        states["cell"] = torch.cat([layer.cell for layer in layers], 1).cpu().numpy()
    return Reading(
        tokens=tuple(tokens),
        ids=ids,
        known=known,
        states=states,
        surprise_nats=surprise,
        guess_ids=guesses.indices.numpy(),
        guess_probabilities=guesses.values.exp().numpy(),
        left_out=left_out,
        skipped=int((~has_id).sum()),
    )


def cluster_flow(states: np.ndarray, unit_labels: np.ndarray, k: int) -> ClusterFlow:
    """Sum what `states` (T, H) of one layer hold, gain, lose and keep over each of k unit clusters.

    unit_labels: (H,), cluster of each unit; units with `DROPPED` are left out. The state before the
    first step is zero.
    """
    before = np.vstack((np.zeros_like(states[:1]), states[:-1]))
    belongs = ((unit_labels[:, None] == np.arange(k)) & (unit_labels[:, None] != DROPPED)).astype(states.dtype)
    held_positive, held_negative = np.maximum(states, 0) @ belongs, np.minimum(states, 0) @ belongs
    update_positive = np.diff(held_positive, axis=0, prepend=0)
    update_negative = np.diff(held_negative, axis=0, prepend=0)
    same_sign = np.sign(before) == np.sign(states)
    kept = (np.minimum(np.abs(before), np.abs(states)) * same_sign) @ belongs
    held_before = np.abs(before) @ belongs
    return ClusterFlow(
        held_positive=held_positive,
        held_negative=held_negative,
        gained_positive=np.maximum(update_positive, 0),
        lost_positive=np.maximum(-update_positive, 0),
        gained_negative=np.maximum(-update_negative, 0),
        lost_negative=np.maximum(update_negative, 0),
        kept_rate=np.divide(kept, held_before, out=np.zeros_like(kept), where=held_before > 0),
        sizes=belongs.sum(0).astype(int),
    )
