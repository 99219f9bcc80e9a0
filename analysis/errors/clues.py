"""What the oracles know about every token of a text."""

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np

from analysis.errors.decoded_text import decode_text
from analysis.errors.oracle_settings import OracleSettings
from data_prep.tokens import SENTENCE_END, UNKNOWN
from data_prep.vocabulary import Vocabulary

WORD = re.compile(r"\w+(?:['’]\w+)*")  # letters, digits and _; an apostrophe inside belongs to it
AT_ONCE = 4 << 20  # tokens of the training part
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Clues:
    """Of each of T tokens; `NEVER` stands for what does not apply.

    ngram: (C, T) probability of the true token after c = 0 … C − 1 tokens, or None. repeated: (T,) int64 how many
    tokens before it the same word began last; of characters, from the second one of the word on. training_count: (T,)
    int64 how often its word stands in the training part. begins_word: (T,) bool the first character of a word, or
    None. punctuation: (T,) bool. left_out: sentences about oracles that know nothing here.
    """

    ngram: np.ndarray | None
    repeated: np.ndarray
    training_count: np.ndarray
    begins_word: np.ndarray | None
    punctuation: np.ndarray
    left_out: tuple[str, ...] = ()


def find_clues(
    ids: np.ndarray,
    vocabulary: Vocabulary,
    training: np.ndarray,
    settings: OracleSettings,
    *,
    ngram: np.ndarray | None = None,
    no_ngram: str = "",
) -> Clues:
    """The clues about `ids` (T,); training: the ids of the training part.

    ngram: (C, T); without it, `no_ngram` says why. A word is a run of letters, digits and underscores, as it is
    written; a model of words has its tokens as words, without <unk> and <eos>.
    """
    left_out = () if ngram is not None else (no_ngram or "The n-gram oracle is left out: there is no n-gram model.",)
    if vocabulary.tokenisation.unit == "words":
        return _of_words(np.asarray(ids), vocabulary, ngram, left_out)
    decoded = decode_text(ids, vocabulary)
    words = list(WORD.finditer(decoded.text))
    names = [word.group() for word in words]
    starts = decoded.starts[[word.start() for word in words]] if words else np.empty(0, np.int64)
    ends = decoded.starts[[word.end() for word in words]] if words else np.empty(0, np.int64)
    counted = count_words(training, vocabulary)
    of_word = np.full(len(ids), -1)
    for place, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        of_word[start:end] = place
    inside = np.flatnonzero(of_word >= 0)
    last = _last_starts(names, starts)
    repeated, training_count = np.full((2, len(ids)), NEVER)
    behind = inside[(inside != starts[of_word[inside]]) & (last[of_word[inside]] >= 0)]
    repeated[behind] = behind - last[of_word[behind]]
    training_count[inside] = np.array([counted[name] for name in names], np.int64)[of_word[inside]]
    begins = np.zeros(len(ids), bool)
    before = [decoded.text[word.start() - 1 : word.start()] for word in words]  # empty at the start of the text
    begins[starts[[bool(mark) and mark in settings.before_words for mark in before]]] = True
    marks = np.array([_is_punctuation(character) for character in decoded.text], bool)
    return Clues(ngram, repeated, training_count, begins, marks[decoded.characters], left_out)


def count_words(training: np.ndarray, vocabulary: Vocabulary) -> Counter[str]:
    """How often each word stands in the training part, which is decoded a few million tokens at a time."""
    counted: Counter[str] = Counter()
    gaps = [vocabulary.ids[mark] for mark in " \n" if mark in vocabulary.ids]
    start = 0
    while start < len(training):
        block = np.asarray(training[start : start + AT_ONCE])
        if start + len(block) < len(training) and (spaces := np.flatnonzero(np.isin(block, gaps))).size:
            block = block[: spaces[-1] + 1]  # no word is cut in two
        counted.update(WORD.findall(decode_text(block, vocabulary).text))
        start += len(block)
    return counted


def _of_words(ids: np.ndarray, vocabulary: Vocabulary, ngram: np.ndarray | None, left_out: tuple[str, ...]) -> Clues:
    counts = np.array(vocabulary.counts, np.int64)
    is_mark = np.array([token in (UNKNOWN, SENTENCE_END) for token in vocabulary.tokens])
    is_punctuation = np.array([not any(map(str.isalnum, token)) for token in vocabulary.tokens]) & ~is_mark
    order = np.argsort(ids, kind="stable")  # equal tokens side by side, in the order of the text
    again = np.flatnonzero(np.diff(ids[order]) == 0)
    repeated = np.full(len(ids), NEVER)
    repeated[order[again + 1]] = order[again + 1] - order[again]
    is_word = ~(is_mark | is_punctuation)[ids]
    sentence = "The oracle of first characters of words is left out: this model reads whole words."
    return Clues(
        ngram,
        np.where(is_word, repeated, NEVER),
        np.where(is_word, counts[ids], NEVER),
        None,
        is_punctuation[ids],
        (*left_out, sentence),
    )


def _last_starts(names: list[str], starts: np.ndarray) -> np.ndarray:
    """(W,) where the same word began the time before; −1 for the first time."""
    seen: dict[str, int] = {}
    last = np.full(len(names), -1)
    for place, (name, start) in enumerate(zip(names, starts.tolist(), strict=True)):
        last[place] = seen.get(name, -1)
        seen[name] = start
    return last


def _is_punctuation(character: str) -> bool:
    return not (character.isalnum() or character.isspace() or character == "_") and character.isprintable()
