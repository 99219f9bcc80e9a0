"""A text that somebody typed or uploaded, as token ids: checked, cut and bounded."""

import re
from dataclasses import dataclass

import numpy as np

from data_prep.errors import UserError
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


def encode_text(text: str, vocabulary: Vocabulary) -> EncodedText:
    """Cut a text and look its tokens up. A text of unknown words only is one: all of it is `<unk>`.

    Raises UserError when it holds nothing to read, or is no text.
    """
    if "\0" in text:
        raise UserError("The text holds NUL characters, as binary files do.", "Paste or upload plain text.")
    if _HALF.search(text):
        raise UserError("The text holds halves of characters.", "Paste or upload plain text in UTF-8.")
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
        unit = vocabulary.tokenisation.unit
        raise UserError(f"There is nothing to read: the text has no {unit} of the vocabulary.", "Type a sentence.")
    beyond = len(vocabulary.tokenisation.split(text[len(window) :])) if len(text) > len(window) else 0
    left_out = max(0, len(ids) - LONGEST) + beyond
    return EncodedText(tuple(tokens[:LONGEST]), ids[:LONGEST], known[:LONGEST], left_out, skipped)
