"""One text, token by token: the states it leads to, what the network expected, and what it decides."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from analysis.states import CarriedState, check_states, unroll
from data_prep.encoded_text import EncodedText, encode_text
from data_prep.errors import UserError
from data_prep.vocabulary import Vocabulary
from models.network import RecurrentClassifier, RecurrentNetwork

GUESSES = 5
LOGITS_AT_ONCE = 1 << 24  # so that a vocabulary of any size is decoded in bounded memory


@dataclass(frozen=True)
class Reading:
    """A text as a network reads it, from a zero state, T tokens.

    tokens: as written; ids: (T,); known: (T,), false for words outside the vocabulary, which the network reads as
    `<unk>`: a text of nothing else is read too, as `<unk>` throughout. states: state → (T, L, H).
    left_out: tokens beyond the first `LONGEST`; skipped: symbols without an id (only of byte models).
    vocabulary_size: of the network.

    Of a language model: surprise_nats (T,), −ln of the probability given to each token by those before it, NaN
    for the first; guess_ids, guess_probabilities (T, `GUESSES`), likeliest tokens *after* each. Of a classifier:
    class_probabilities (T, C), what it would say of the text if it ended after each token; its surprise is NaN,
    its guesses are none, (T, 0), as are the class probabilities of a language model.
    """

    tokens: tuple[str, ...]
    ids: np.ndarray
    known: np.ndarray
    states: dict[str, np.ndarray]
    surprise_nats: np.ndarray
    guess_ids: np.ndarray
    guess_probabilities: np.ndarray
    class_probabilities: np.ndarray
    left_out: int
    skipped: int
    vocabulary_size: int

    def responses(self, state: str) -> np.ndarray:
        """Δh or Δc, (T, L, H): how each token changed the state; the first one changed it from zero."""
        return np.diff(self.states[state], axis=0, prepend=0)

    def first(self, tokens: int) -> "Reading":
        """The reading of the first `tokens` tokens alone, which is part of this one; it may be none."""
        return replace(
            self,
            tokens=self.tokens[:tokens],
            ids=self.ids[:tokens],
            known=self.known[:tokens],
            states={state: values[:tokens] for state, values in self.states.items()},
            surprise_nats=self.surprise_nats[:tokens],
            guess_ids=self.guess_ids[:tokens],
            guess_probabilities=self.guess_probabilities[:tokens],
            class_probabilities=self.class_probabilities[:tokens],
        )


def read_text(network: RecurrentNetwork, vocabulary: Vocabulary, text: str) -> Reading:
    """Run a network over a text, one token at a time, and keep its states and predictions.

    *Notes*: a classifier was trained on whole texts; what it says of a beginning shows where it decides, not how
    well it would classify beginnings.

    Raises UserError when the text holds nothing to read, or when the network also reads backwards.
    """
    return read_on(network, encode_text(text, vocabulary))


def read_on(network: RecurrentNetwork, encoded: EncodedText, before: Reading | None = None) -> Reading:
    """Read tokens after those of another reading of the same network, which the result begins with, unchanged.

    `before` may have no token; without it the text begins here. Raises UserError as `read_text`.
    """
    check_forward(network)
    ids, length = torch.from_numpy(encoded.ids), len(encoded.ids)
    layers, end = unroll(network, ids[:, None].to(network.device), _end_of(network, before))
    check_states(end)
    states = {"hidden": torch.cat([layer.hidden for layer in layers], 1).cpu().numpy()}
    if layers[0].cell is not None:
        states["cell"] = torch.cat([layer.cell for layer in layers], 1).cpu().numpy()
    top, nothing = layers[-1].hidden[:, 0], np.empty((length, 0), np.float32)
    if isinstance(network, RecurrentClassifier):
        surprise, guess_ids, guess_probabilities = np.full(length, np.nan), nothing.astype(np.int64), nothing
        classes = class_probabilities(network, top).cpu().numpy()
    else:
        surprise, guess_ids, guess_probabilities = _next_tokens(network, top, ids)
        classes = nothing
    read = Reading(
        tokens=encoded.tokens,
        ids=encoded.ids,
        known=encoded.known,
        states=states,
        surprise_nats=surprise,
        guess_ids=guess_ids,
        guess_probabilities=guess_probabilities,
        class_probabilities=classes,
        left_out=encoded.left_out,
        skipped=encoded.skipped,
        vocabulary_size=network.vocabulary_size,
    )
    return read if before is None or not before.tokens else _joined(network, before, read)


def _end_of(network: RecurrentNetwork, before: Reading | None) -> CarriedState | None:
    if before is None or not before.tokens:
        return None
    last = {state: torch.tensor(values[-1:], device=network.device) for state, values in before.states.items()}
    hidden = last["hidden"].transpose(0, 1)
    return CarriedState(hidden, last["cell"].transpose(0, 1) if "cell" in last else torch.zeros_like(hidden))


def _joined(network: RecurrentNetwork, before: Reading, read: Reading) -> Reading:
    """One reading of both; what follows was foretold by the last state before it."""
    surprise = read.surprise_nats.copy()
    if not isinstance(network, RecurrentClassifier):
        top = torch.tensor(before.states["hidden"][-1:, -1], device=network.device)
        surprise[:1] = nats_of(network, top, torch.from_numpy(read.ids[:1]).to(network.device)).cpu().numpy()
    arrays = ("ids", "known", "guess_ids", "guess_probabilities", "class_probabilities")
    joined = {name: np.concatenate((getattr(before, name), getattr(read, name))) for name in arrays}
    return replace(
        read,
        tokens=before.tokens + read.tokens,
        states={name: np.concatenate((before.states[name], values)) for name, values in read.states.items()},
        surprise_nats=np.concatenate((before.surprise_nats, surprise)),
        **joined,
    )


def check_forward(network: RecurrentNetwork) -> None:
    """UserError when a network also reads backwards."""
    if network.settings.bidirectional:
        raise UserError(
            "A bidirectional network cannot be followed word by word: each of its states depends on what comes later.",
            "Choose a network that reads forward only.",
        )


@torch.inference_mode()
def class_probabilities(network: RecurrentClassifier, top: Tensor) -> Tensor:
    """(…, C): what a classifier says after each of the top layer's hidden states (…, H)."""
    return network.decoder(top).softmax(-1)


@torch.inference_mode()
def nats_of(network: RecurrentNetwork, top: Tensor, targets: Tensor) -> Tensor:
    """(N,): −ln of the probability of tokens `targets` (N,) after the top layer's hidden states (N, H)."""
    nats = [
        torch.nn.functional.cross_entropy(network.decoder(top[rows]), targets[rows], reduction="none")
        for rows in _row_slices(network, len(top))
    ]
    return torch.cat(nats) if nats else torch.empty(0)


@torch.inference_mode()
def _next_tokens(network: RecurrentNetwork, top: Tensor, ids: Tensor) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    surprise = torch.full((len(ids),), torch.nan)
    guess_ids, guess_probabilities = [], []
    for rows in _row_slices(network, len(ids)):
        log_probabilities = network.decoder(top[rows]).log_softmax(-1).cpu()
        guesses = log_probabilities.topk(min(GUESSES, log_probabilities.shape[1]))
        guess_ids.append(guesses.indices)
        guess_probabilities.append(guesses.values.exp())
        following = ids[rows.start + 1 : rows.stop + 1]
        found = log_probabilities[: len(following)].gather(1, following[:, None])[:, 0]
        surprise[rows.start + 1 : rows.start + 1 + len(following)] = -found
    return surprise.numpy(), torch.cat(guess_ids).numpy(), torch.cat(guess_probabilities).numpy()


def _row_slices(network: RecurrentNetwork, rows: int) -> list[slice]:
    step = max(1, LOGITS_AT_ONCE // network.decoder.out_features)
    return [slice(start, min(start + step, rows)) for start in range(0, rows, step)]
