"""What if another word stood there: the same text read with one token replaced, and how far the difference reaches.

The changed text is read on from the state before the token, so that what stands before it is the same by construction
and only what follows can differ; tokens that the network cannot tell apart, as two unknown words, make no difference at
all. The difference of two readings of one network is

    d_t = |s'_t − s_t|₂            relative: d_t / mean of |s_t|₂ over the text

with s_t the state of one layer after token t of the original and s'_t after the same token of the changed text. The
mean is over all tokens, because the size of the state right after the beginning would make any difference large.
Source: own.
"""

from dataclasses import dataclass, replace

import numpy as np

from analysis.clusters.coclustering import DROPPED
from analysis.texts.reading import Reading, read_on
from data_prep.encoded_text import EncodedText
from data_prep.errors import UserError
from data_prep.vocabulary import Vocabulary
from models.network import RecurrentNetwork

MOST_INSERTED = 50  # tokens in the place of one


@dataclass(frozen=True)
class Replacement:
    """A text of T tokens read as it is, and with the token at `position` replaced by `inserted` others (or none).

    original, changed: readings of T and T − 1 + `inserted` tokens; what stands before `position` are the same numbers
    in both.
    """

    original: Reading
    changed: Reading
    position: int
    inserted: int

    @property
    def places(self) -> np.ndarray:
        """(T,): of each token of the original the place in the changed text that stands against it.

        Against the replaced one stands the last of those put in its place; if none were, the token before it (−1
        where there is none: the zero state).
        """
        original = np.arange(len(self.original.tokens))
        return original + np.where(original >= self.position, self.inserted - 1, 0)


@dataclass(frozen=True)
class Downstream:
    """How far a replacement reaches, over the T tokens of the original; zero before `position`.

    state, layer (0-based): of which it speaks. difference: (T,), |s' − s|₂. relative: (T,), the same over the mean size
    of the state in the original: 1 is as far as from no state at all, √2 as far as two states of that size are that
    have nothing to do with each other.
    clusters: (T, K), mean |s' − s| over the units of each cluster. surprise: (T,), nats by which each later token
    surprises more in the changed text; NaN for the replaced one, for the first of a text, and for a classifier.
    classes: (T, C), change of the probability of each class.
    largest: the position where the difference is largest. halved_after, faded_after: how many tokens after the
    replaced one it has fallen to a half, to a tenth, of that and stays below it to the end of the text; None where
    it does not.
    """

    state: str
    layer: int
    difference: np.ndarray
    relative: np.ndarray
    clusters: np.ndarray
    surprise: np.ndarray
    classes: np.ndarray
    largest: int
    halved_after: int | None
    faded_after: int | None


def replace_token(
    network: RecurrentNetwork, vocabulary: Vocabulary, reading: Reading, position: int, tokens: tuple[str, ...]
) -> Replacement:
    """Read on the text of `reading` with `tokens` in the place of the one at `position`; () leaves it out.

    Raises UserError when there is no such position, when the tokens are too many or, where the vocabulary has no
    `<unk>`, not in it, and when nothing would be left to read.
    """
    _check(reading, position, tokens)
    ids, known = vocabulary.encode(tokens)
    if (ids < 0).any():
        missing = tokens[int(np.flatnonzero(ids < 0)[0])]
        raise UserError(f"The network cannot read {missing!r}: it is not in its vocabulary.", "Take another.")
    before, rest = reading.first(position), slice(position + 1, None)
    following = tokens + reading.tokens[rest]
    if ids.tolist() == [reading.ids[position]]:
        changed = replace(
            reading, tokens=before.tokens + following, known=np.concatenate((before.known, known, reading.known[rest]))
        )
    else:
        changed = _read_on(
            network,
            before,
            following,
            np.concatenate((ids, reading.ids[rest])),
            np.concatenate((known, reading.known[rest])),
        )
    return Replacement(reading, changed, position, len(tokens))


def downstream(replacement: Replacement, state: str, layer: int, unit_labels: np.ndarray, k: int) -> Downstream:
    """Measure a replacement on one layer (0-based), for each of k clusters of its units (labels (H,)).

    *Notes*: a difference that fades means that the state forgets which of the two it read, not that it did not
    matter: what the network said on the way may differ. A short text ends before anything can fade.
    """
    places, position = replacement.places, replacement.position
    original = replacement.original.states[state][:, layer]
    zero = np.zeros_like(original[:1])
    changed = np.concatenate((replacement.changed.states[state][:, layer], zero))[places]  # −1 is the zero state
    moved = changed - original
    difference, size = np.linalg.norm(moved, axis=1), float(np.linalg.norm(original, axis=1).mean())
    belongs = (unit_labels[:, None] == np.arange(k)) & (unit_labels[:, None] != DROPPED)
    surprise = replacement.changed.surprise_nats[places] - replacement.original.surprise_nats
    surprise[position] = np.nan
    largest = position + int(difference[position:].argmax())
    said = replacement.changed.class_probabilities
    nothing_said = np.full_like(said[:1], np.nan)
    return Downstream(
        state=state,
        layer=layer,
        difference=difference,
        relative=difference / size if size else np.zeros_like(difference),
        clusters=np.abs(moved) @ belongs / np.maximum(belongs.sum(0), 1),
        surprise=surprise,
        classes=np.concatenate((said, nothing_said))[places] - replacement.original.class_probabilities,
        largest=largest,
        halved_after=faded_after(difference, position, 0.5),
        faded_after=faded_after(difference, position, 0.1),
    )


def faded_after(difference: np.ndarray, position: int, share: float) -> int | None:
    """Tokens after `position` until `difference` (T,) is at most `share` of its largest and stays so to the end.

    0 where there is no difference at all, None where it does not fade within the text.
    """
    after = difference[position:]
    if not after.any():
        return 0
    above = np.flatnonzero(after > share * after.max())
    return int(above[-1]) + 1 if above[-1] + 1 < len(after) else None


def _read_on(
    network: RecurrentNetwork, before: Reading, tokens: tuple[str, ...], ids: np.ndarray, known: np.ndarray
) -> Reading:
    if not tokens:  # the last token is left out
        return before
    return read_on(network, EncodedText(tokens, ids, known, 0, 0), before)


def _check(reading: Reading, position: int, tokens: tuple[str, ...]) -> None:
    length = len(reading.tokens)
    if not 0 <= position < length:
        raise UserError(f"There is no token {position + 1} in this text.", f"It has {length:,}.")
    if len(tokens) > MOST_INSERTED:
        raise UserError(
            f"{len(tokens):,} tokens are too many to put in the place of one.", f"Give at most {MOST_INSERTED}."
        )
    if length == 1 and not tokens:
        raise UserError("Without its only token there is nothing left to read.", "Replace it by another.")
