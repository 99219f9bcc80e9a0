"""The text behind token ids of characters or bytes, and where each of its characters stands among the tokens."""

from dataclasses import dataclass

import numpy as np

from data_prep.errors import UserError
from data_prep.joining import REPLACEMENT
from data_prep.tokens import UNKNOWN
from data_prep.vocabulary import Vocabulary


@dataclass(frozen=True)
class DecodedText:
    """A text of C characters made of T tokens. starts: (C + 1,) the first token of each character, and T."""

    text: str
    starts: np.ndarray

    @property
    def characters(self) -> np.ndarray:
        """(T,) the character that each token belongs to: that of a byte may have several."""
        return np.repeat(np.arange(len(self.text)), np.diff(self.starts))


def decode_text(ids: np.ndarray, vocabulary: Vocabulary) -> DecodedText:
    """The text of `ids` (T,). A byte that is no UTF-8 is a character of its own, which no word contains.

    Raises UserError for a model of words: where its words stood, no characters are known.
    """
    unit = vocabulary.tokenisation.unit
    if unit == "words":
        raise UserError(
            "This is an analysis of characters, and this model reads words.", "Choose a model of characters or bytes."
        )
    tokens = [REPLACEMENT if token == UNKNOWN else token for token in vocabulary.tokens]
    code_points = np.array([ord(token) for token in tokens], np.uint32)[np.asarray(ids)]
    if unit == "characters":
        text = code_points.astype("<u4").tobytes().decode("utf-32-le", errors="surrogatepass")
        return DecodedText(text, np.arange(len(ids) + 1))
    text = code_points.astype(np.uint8).tobytes().decode("utf-8", errors="surrogateescape")
    points = np.frombuffer(text.encode("utf-32-le", errors="surrogatepass"), "<u4")
    sizes = 1 + (points >= 0x80).astype(np.int64) + (points >= 0x800) + (points >= 0x10000)
    sizes[(points >= 0xDC80) & (points <= 0xDCFF)] = 1  # a byte that is no UTF-8
    return DecodedText(text, np.concatenate(([0], np.cumsum(sizes))))
