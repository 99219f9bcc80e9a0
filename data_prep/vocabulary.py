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
    A vocabulary of words has `<unk>` for every word outside it, one of characters where there are any; one
    of bytes has none.
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

    @cached_property
    def by_display(self) -> dict[str, str]:
        """Token by the form in which it is seen on screen."""
        return {display_token(token, self.tokenisation): token for token in self.tokens}

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready dictionary that `from_json` reads back."""
        return {
            "unit": self.tokenisation.unit,
            "sentence_ends": self.tokenisation.sentence_ends,
            "style": self.tokenisation.style,
            "tokens": list(self.tokens),
            "counts": list(self.counts),
        }

    @classmethod
    def from_json(cls, raw: Any, name: str) -> "Vocabulary":
        """Check and read what `to_json` wrote; UserError names `name` when it is something else."""
        try:
            tokens, counts = tuple(map(str, raw["tokens"])), tuple(map(int, raw["counts"]))
            tokenisation = Tokenisation(raw["unit"], raw["sentence_ends"], raw.get("style", "plain"))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
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
    """The vocabulary of the tokens of a training part; `rest` are those of the other parts."""
    counted = Counter(training)
    types = list(dict.fromkeys((*counted, *rest)))
    counts = np.array([counted[token] for token in types], np.int64)
    later = set(rest)
    return vocabulary_from_counts(tokenisation, types, counts, np.array([t in later for t in types], bool), cap)[0]


def vocabulary_from_counts(
    tokenisation: Tokenisation, types: Sequence[str], training: np.ndarray, later: np.ndarray, cap: int
) -> tuple[Vocabulary, np.ndarray]:
    """(vocabulary, ids): most frequent first, ties in alphabetical order, and the id of each of U types.

    types: U tokens. training: (U,) how often each stands in the training part. later: (U,) whether it
    stands in another part. ids: (U,), those outside the vocabulary have the id of `<unk>`.

    Words: the `cap` most frequent, `<unk>` and (unless there are none) `<eos>` included. Characters: the
    `cap` most frequent, with `<unk>` only where one is left over. Bytes: every value seen in any part,
    whatever the cap, so that each byte has an id. Those left over count as `<unk>`.
    """
    index = {token: place for place, token in enumerate(types) if token in (UNKNOWN, SENTENCE_END)}
    counts = np.array(training, np.int64)
    marks: dict[str, int] = {}
    candidates = counts > 0
    if tokenisation.unit == "words":
        wanted = (UNKNOWN, SENTENCE_END) if tokenisation.sentence_ends != "none" else (UNKNOWN,)
        marks = {mark: int(counts[index[mark]]) if mark in index else 0 for mark in wanted}
        candidates[[index[mark] for mark in wanted if mark in index]] = False
    elif tokenisation.unit == "bytes":
        candidates |= later
        cap = 256
    elif (later & ~candidates).any() or candidates.sum() > cap:
        marks = {UNKNOWN: 0}
    ranked = _ranked(types, counts, np.flatnonzero(candidates), cap - len(marks))
    if marks:
        marks[UNKNOWN] += int(counts[candidates].sum() - counts[ranked].sum())
    ids = np.zeros(len(types), np.int64)  # <unk>, where there is one, is the first
    ids[ranked] = np.arange(len(marks), len(marks) + len(ranked))
    for place, mark in enumerate(marks):
        if mark in index:
            ids[index[mark]] = place
    tokens = (*marks, *(types[place] for place in ranked))
    return Vocabulary(tokenisation, tokens, (*marks.values(), *counts[ranked].tolist())), ids


def vocabulary_as_given(
    given: Vocabulary, types: Sequence[str], training: np.ndarray, later: np.ndarray
) -> tuple[Vocabulary, np.ndarray]:
    """(vocabulary, ids): the tokens of `given` in their order, with the counts of this training part.

    types, training, later: (U,), as in `vocabulary_from_counts`. Raises UserError for a type that has no id where
    there is no `<unk>` either.
    """
    ids, _ = given.encode(types)
    occurring = (training > 0) | later
    if (lost := np.flatnonzero(occurring & (ids < 0))).size:
        shown = ", ".join(display_token(types[place], given.tokenisation) for place in lost[:8].tolist())
        raise UserError(
            f"The text has {len(lost):,} {given.tokenisation.unit} that the vocabulary has no id for: {shown}.",
            "Take them out of the text, or give a text of the kind that the vocabulary was made from.",
        )
    ids[~occurring] = 0  # never looked up
    counts = np.bincount(ids, weights=training, minlength=len(given)).astype(np.int64)
    return Vocabulary(given.tokenisation, given.tokens, tuple(counts.tolist())), ids


def _ranked(types: Sequence[str], counts: np.ndarray, places: np.ndarray, size: int) -> list[int]:
    """The `size` places with the highest counts, ties in alphabetical order."""
    if size <= 0:
        return []
    if len(places) > size:  # sorting millions of rare words, to throw them away, would take seconds
        threshold = np.partition(counts[places], len(places) - size)[len(places) - size]
        places = places[counts[places] >= threshold]
    return sorted(places.tolist(), key=lambda place: (-counts[place], types[place]))[:size]
