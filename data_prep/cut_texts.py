"""Many separate texts to provisional ids, each different stretch of them cut once."""

from collections.abc import Sequence

import numpy as np

from data_prep.sentence_ends import TEXT_END_ID
from data_prep.token_stream import TEXT_END, ByteStream, CharacterStream, WordStream
from data_prep.tokens import Tokenisation

BUNDLE = 10_000  # texts cut at a time


def cut_texts(
    texts: Sequence[str], stream: WordStream | CharacterStream | ByteStream, tokenisation: Tokenisation
) -> tuple[np.ndarray, np.ndarray]:
    """(ids, offsets): provisional (T,) ids of n texts without NUL, and the (n + 1,) places where they begin and end.

    The tokens of each text are those of `tokenisation.split`; `stream.types` names them.
    """
    if tokenisation.unit == "bytes":
        encoded = [text.encode("utf-8") for text in texts]
        return (
            np.frombuffer(b"".join(encoded), np.uint8),
            np.concatenate(([0], np.cumsum([len(text) for text in encoded]))).astype(np.int64),
        )
    bundles = (texts[place : place + BUNDLE] for place in range(0, len(texts), BUNDLE))
    blocks = (b"".join(text.encode("utf-8") + TEXT_END for text in bundle) for bundle in bundles)
    ids = np.concatenate([*stream.ids(blocks), stream.finish()])
    marker = TEXT_END_ID if tokenisation.unit == "words" else 0
    ends = np.flatnonzero(ids == marker)
    return ids[ids != marker], np.concatenate(([0], ends - np.arange(len(ends)))).astype(np.int64)
