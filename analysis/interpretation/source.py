"""Which text units are tested on: a part of the corpus, from its beginning, or a text of the user's own."""

import hashlib
from dataclasses import dataclass

import numpy as np

from analysis.interpretation.text_states import longest_text
from data_prep.encoded_text import encode_running_text
from data_prep.errors import UserError
from models.run import Run

TOKENS = 100_000


@dataclass(frozen=True)
class Source:
    """T token ids with where they are from.

    offsets: (n + 1,), where separate texts begin; None for running text. name: of the text, in words. left_out: tokens
    beyond those that are read. unknown: tokens that are read as `<unk>`; skipped: symbols without an id.
    tokens: as written; empty for a part of the corpus.
    """

    ids: np.ndarray
    offsets: np.ndarray | None
    name: str
    left_out: int = 0
    unknown: int = 0
    skipped: int = 0
    tokens: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Names the ids and where texts begin."""
        digest = hashlib.sha256(np.ascontiguousarray(self.ids, np.int64).tobytes())
        if self.offsets is not None:
            digest.update(np.ascontiguousarray(self.offsets, np.int64).tobytes())
        return digest.hexdigest()


def corpus_source(run: Run, tokens: int = TOKENS, part: str = "test") -> Source:
    """The first `tokens` tokens of a part of the run's corpus, or of its separate texts as many as fit whole.

    Raises UserError when the corpus is not at hand, or has another vocabulary.
    """
    corpus = run.open_corpus()
    tokens = min(tokens, longest_text(run.recipe.model.units))
    whole, offsets = corpus.splits[part], None
    ids = np.asarray(whole[:tokens], np.int64)
    if corpus.texts is not None:
        all_offsets = np.asarray(corpus.texts[part].offsets, np.int64)
        texts = max(1, int(np.searchsorted(all_offsets, tokens, side="right")) - 1)
        offsets = all_offsets[: texts + 1]
        ids = np.asarray(whole[: offsets[-1]], np.int64)
    unknown = run.vocabulary.unknown_id
    missing = 0 if unknown is None else int((ids == unknown).sum())
    return Source(ids, offsets, f"the {part} part of {corpus.name}", len(whole) - len(ids), missing)


def own_source(run: Run, text: str, tokens: int = TOKENS, name: str = "your text") -> Source:
    """A text that somebody typed or uploaded, cut after `tokens` tokens.

    Raises UserError when it is empty, no text, or when not one token of it is in the vocabulary.
    """
    if not text.strip():
        raise UserError("The text is empty.", "Type or upload one.")
    encoded = encode_running_text(text, run.vocabulary)
    tokens = min(tokens, longest_text(run.recipe.model.units))
    ids = encoded.ids[:tokens]
    unknown = int((~encoded.known[:tokens]).sum())
    left_out = len(encoded.ids) - len(ids)
    return Source(ids, None, name, left_out, unknown, encoded.skipped, encoded.tokens[:tokens])
