"""Texts that somebody typed or uploaded, as token ids: checked, cut and bounded."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data_prep.cut_texts import cut_texts
from data_prep.errors import UserError
from data_prep.token_stream import open_stream
from data_prep.tokens import SENTENCE_END
from data_prep.vocabulary import Vocabulary

LONGEST = 2000  # tokens read from one text; the rest is left out and said so
LONGEST_CHARACTERS = 64 * LONGEST

_HALF = re.compile("[\ud800-\udfff]")  # of a character


@dataclass(frozen=True)
class EncodedText:
    """The T ≥ 1 tokens that a network can read of a text.

    tokens: as written; ids: (T,); known: (T,), false for tokens outside the vocabulary, whose id is that of `<unk>`.
    left_out: tokens beyond the first `LONGEST`; skipped: symbols without an id (only where there is no `<unk>`).
    """

    tokens: tuple[str, ...]
    ids: np.ndarray
    known: np.ndarray
    left_out: int
    skipped: int


@dataclass(frozen=True)
class EncodedTexts:
    """What a network can read of N texts; those that it cannot read have no token.

    faults: per text "" or why it cannot be read. ids, known: (T,), of all texts; text n begins at offsets[n],
    (N + 1,). left_out: (N,), tokens beyond the first `LONGEST`.
    """

    faults: tuple[str, ...]
    ids: np.ndarray
    known: np.ndarray
    offsets: np.ndarray
    left_out: np.ndarray
    _types: Sequence[str]
    _written: np.ndarray

    def token(self, place: int) -> str:
        """The token at a place of `ids`, as written."""
        return self._types[self._written[place]]


def encode_text(text: str, vocabulary: Vocabulary) -> EncodedText:
    """Cut a text and look its tokens up. A text of unknown words only is one: all of it is `<unk>`.

    Raises UserError when it holds nothing to read, or is no text.
    """
    if fault := _fault(text):
        raise UserError(fault, "Paste or upload plain text in UTF-8.")
    # Cutting the characters first, between two words, bounds the work on a huge paste.
    window = text[:LONGEST_CHARACTERS]
    if len(text) > len(window):
        window = window[: window.rfind(" ") + 1] or window
    tokens = vocabulary.tokenisation.split(window)
    ids, known = vocabulary.encode(tokens)
    skipped = 0
    if vocabulary.unknown_id is None:
        has_id = ids >= 0
        tokens = [token for token, kept in zip(tokens, has_id, strict=True) if kept]
        ids, known, skipped = ids[has_id], known[has_id], int((~has_id).sum())
    if len(ids) == 0:
        raise UserError(_nothing_to_read(vocabulary), "Type a sentence.")
    beyond = len(vocabulary.tokenisation.split(text[len(window) :])) if len(text) > len(window) else 0
    left_out = max(0, len(ids) - LONGEST) + beyond
    return EncodedText(tuple(tokens[:LONGEST]), ids[:LONGEST], known[:LONGEST], left_out, skipped)


def encode_running_text(text: str, vocabulary: Vocabulary) -> EncodedText:
    """As `encode_text`, of any length, for a recording.

    Raises UserError too when no token of it is in the vocabulary: nothing could be learnt from that.
    """
    if fault := _fault(text):
        raise UserError(fault, "Give plain text in UTF-8.")
    tokens = vocabulary.tokenisation.split(text)
    ids, known = vocabulary.encode(tokens)
    if not (known & (ids != vocabulary.ids.get(SENTENCE_END))).any():  # an end is known everywhere
        noun = vocabulary.tokenisation.noun
        raise UserError(
            f"None of the {len(tokens):,} {noun}s of the text is in the vocabulary.",
            "Give a text in the language that the network was trained on.",
        )
    has_id = ids >= 0
    kept = tokens if has_id.all() else [token for token, has in zip(tokens, has_id, strict=True) if has]
    return EncodedText(tuple(kept), ids[has_id], known[has_id], 0, int((~has_id).sum()))


def encode_texts(texts: Sequence[str], vocabulary: Vocabulary) -> EncodedTexts:
    """Cut N texts and look their tokens up, as `encode_text` does for each, but much faster.

    What cannot be read is no error here: its fault says why.
    """
    faults = [_fault(text) for text in texts]
    stream = open_stream(vocabulary.tokenisation)
    sound = ["" if fault else text for text, fault in zip(texts, faults, strict=True)]
    written, offsets = cut_texts(sound, stream, vocabulary.tokenisation)
    types, type_of = np.unique(written, return_inverse=True)
    all_types = stream.types
    names = [all_types[place] for place in types.tolist()]
    ids, known = (values[type_of] for values in vocabulary.encode(names))
    text_of = np.repeat(np.arange(len(texts)), np.diff(offsets))
    has_id = ids >= 0
    text_of, ids, known, type_of = text_of[has_id], ids[has_id], known[has_id], type_of[has_id]
    lengths = np.bincount(text_of, minlength=len(texts))
    kept = np.arange(len(ids)) - (np.cumsum(lengths) - lengths)[text_of] < LONGEST
    read = np.minimum(lengths, LONGEST)
    for place in np.flatnonzero(read == 0).tolist():
        faults[place] = faults[place] or _nothing_to_read(vocabulary)
    return EncodedTexts(
        faults=tuple(faults),
        ids=ids[kept],
        known=known[kept],
        offsets=np.concatenate(([0], np.cumsum(read))),
        left_out=lengths - read,
        _types=names,
        _written=type_of[kept],
    )


def _fault(text: str) -> str:
    if "\0" in text:
        return "The text holds NUL characters, as binary files do."
    return "The text holds halves of characters." if _HALF.search(text) else ""


def _nothing_to_read(vocabulary: Vocabulary) -> str:
    return f"There is nothing to read: the text has no {vocabulary.tokenisation.unit} of the vocabulary."
