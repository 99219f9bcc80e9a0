"""Token ids as the text that they stand for, and where in it each token stands."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from data_prep.joining import REPLACEMENT
from data_prep.tokens import SENTENCE_END, UNKNOWN, Unit
from data_prep.vocabulary import Vocabulary

_BETWEEN_TEXTS = "\n\n"  # a paragraph's end, at which everything that was open is closed


@dataclass(frozen=True)
class TokenText:
    """T tokens as a text of N characters.

    text: bytes are read as UTF-8, so that several tokens may be one character; words stand between spaces, with a line
    feed for `<eos>`. ids: (T,). first, last: (T,), places in the text of each token's first and last character.
    offsets: (n + 1,), the tokens at which separate texts begin, or None; two line feeds stand between them in the text.
    """

    text: str
    ids: np.ndarray
    first: np.ndarray
    last: np.ndarray
    vocabulary: Vocabulary
    offsets: np.ndarray | None = None

    @property
    def unit(self) -> Unit:
        """words, characters or bytes."""
        return self.vocabulary.tokenisation.unit

    @cached_property
    def codes(self) -> np.ndarray:
        """(N,) code points."""
        return np.frombuffer(self.text.encode("utf-32-le"), np.dtype("<u4"))

    def at_tokens(self, of_characters: np.ndarray) -> np.ndarray:
        """(T,): what holds at the last character of each token, of what holds at each character (N,)."""
        return of_characters[self.last]


def token_text(ids: np.ndarray, vocabulary: Vocabulary, offsets: np.ndarray | None = None) -> TokenText:
    """The text of token ids (T,), of which separate texts begin at `offsets` (n + 1,)."""
    ids = np.asarray(ids, np.int64)
    bounds = [0, len(ids)] if offsets is None else np.unique(offsets).tolist()
    write = _bytes_writer(vocabulary) if vocabulary.tokenisation.unit == "bytes" else _tokens_writer(vocabulary)
    texts, first, last, length = [], [], [], 0
    for start, end in itertools.pairwise(bounds):
        if texts:
            texts.append(_BETWEEN_TEXTS)
            length += len(_BETWEEN_TEXTS)
        written, begins, ends = write(ids[start:end])
        texts.append(written)
        first.append(begins + length)
        last.append(ends + length)
        length += len(written)
    whole = [np.concatenate(parts) if parts else np.empty(0, np.int64) for parts in (first, last)]
    return TokenText("".join(texts), ids, *whole, vocabulary, offsets)


Writer = Callable[[np.ndarray], tuple[str, np.ndarray, np.ndarray]]  # ids → text, first and last characters


def _tokens_writer(vocabulary: Vocabulary) -> Writer:
    words = vocabulary.tokenisation.unit == "words"
    shown = {SENTENCE_END: "\n"} if words else {UNKNOWN: REPLACEMENT}
    names = [shown.get(token, token) for token in vocabulary.tokens]
    spaces = np.array([words and name != "\n" for name in names])
    lengths = np.array([len(name) for name in names])
    written = [name + " " * space for name, space in zip(names, spaces.tolist(), strict=True)]

    def write(ids: np.ndarray) -> tuple[str, np.ndarray, np.ndarray]:
        last = np.cumsum(lengths[ids] + spaces[ids]) - spaces[ids] - 1
        return "".join([written[token_id] for token_id in ids.tolist()]), last - lengths[ids] + 1, last

    return write


def _bytes_writer(vocabulary: Vocabulary) -> Writer:
    values = np.array([ord(token) for token in vocabulary.tokens], np.uint8)

    def write(ids: np.ndarray) -> tuple[str, np.ndarray, np.ndarray]:
        # Each byte that is no part of a character becomes one half of a pair, which no UTF-8 text has.
        text = values[ids].tobytes().decode("utf-8", errors="surrogateescape")
        codes = np.frombuffer(text.encode("utf-32-le", errors="surrogatepass"), np.dtype("<u4"))
        alone = (codes >= 0xDC80) & (codes <= 0xDCFF)
        bytes_of = np.where(alone, 1, 1 + (codes >= 0x80) + (codes >= 0x800) + (codes >= 0x10000))
        character = np.repeat(np.arange(len(text)), bytes_of)
        sound = "".join(REPLACEMENT if half else char for char, half in zip(text, alone.tolist(), strict=True))
        return (sound if alone.any() else text), character, character

    return write
