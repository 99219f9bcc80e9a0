"""Tokens and their ids."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from data_prep.errors import UserError
from data_prep.tokens import SENTENCE_END, UNKNOWN, Tokenisation, display_token


@dataclass(frozen=True)
class Vocabulary:
    """The V token types of a corpus, most frequent first, and how text is cut into them.

    counts: (V,) occurrences in the training part. Token id = place in `tokens`.
    A vocabulary of words has `<unk>` for every word outside it; one of bytes has none.
    """

    tokenisation: Tokenisation
    tokens: tuple[str, ...]
    counts: tuple[int, ...] = field(repr=False)

    @cached_property
    def ids(self) -> dict[str, int]:
        """Token → token id."""
        return {token: token_id for token_id, token in enumerate(self.tokens)}

    @cached_property
    def unknown_id(self) -> int | None:
        """The id of `<unk>`, or None where there is none (bytes)."""
        return self.ids.get(UNKNOWN)

    def __len__(self) -> int:
        return len(self.tokens)

    def encode(self, tokens: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """(ids, known), both (T,): an unknown token has the id of `<unk>`, or −1 where there is none."""
        missing = -1 if self.unknown_id is None else self.unknown_id
        ids = np.fromiter((self.ids.get(token, missing) for token in tokens), np.int64, len(tokens))
        known = np.fromiter((token in self.ids for token in tokens), bool, len(tokens))
        return ids, known

    def display(self, token_id: int) -> str:
        """The token in a form that can be seen on screen."""
        return display_token(self.tokens[token_id], self.tokenisation)

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready dictionary that `from_json` reads back."""
        return {
            "unit": self.tokenisation.unit,
            "sentence_ends": self.tokenisation.sentence_ends,
            "tokens": list(self.tokens),
            "counts": list(self.counts),
        }

    @classmethod
    def from_json(cls, raw: Any, name: str) -> "Vocabulary":
        """Check and read what `to_json` wrote; UserError names `name` when it is something else."""
        try:
            tokens, counts = tuple(map(str, raw["tokens"])), tuple(map(int, raw["counts"]))
            tokenisation = Tokenisation(raw["unit"], raw["sentence_ends"])
        except (KeyError, TypeError, ValueError) as error:
            raise UserError(f"{name} is not a vocabulary: {error!r}.", "Make the folder again.") from error
        if not tokens or len(tokens) != len(counts) or len(set(tokens)) != len(tokens):
            raise UserError(
                f"{name} is not a vocabulary: {len(tokens)} tokens, {len(set(tokens))} of them different, "
                f"and {len(counts)} counts.",
                "Make the folder again.",
            )
        return cls(tokenisation, tokens, counts)


def build_vocabulary(
    tokenisation: Tokenisation, training: Sequence[str], cap: int, rest: Sequence[str] = ()
) -> Vocabulary:
    """The vocabulary of a training part, most frequent first, ties in alphabetical order.

    Words: the `cap` most frequent, `<unk>` and `<eos>` included; the others count as `<unk>`.
    Bytes: every value seen in `training` or `rest`, whatever the cap, so that each byte has an id.
    """
    counted = Counter(training)
    marks: dict[str, int] = {}
    if tokenisation.unit == "words":
        marks = {UNKNOWN: counted.pop(UNKNOWN, 0), SENTENCE_END: counted.pop(SENTENCE_END, 0)}
    else:
        counted.update(dict.fromkeys(rest, 0))
    ranked = sorted(counted, key=lambda token: (-counted[token], token))
    if tokenisation.unit == "words":
        kept = ranked[: cap - len(marks)]
        marks[UNKNOWN] += sum(counted[token] for token in ranked[len(kept) :])
        ranked = kept
    counts = (*marks.values(), *(counted[token] for token in ranked))
    return Vocabulary(tokenisation, (*marks, *ranked), counts)
