"""Opening and closing marks of a text: which belongs to which."""

import re
from dataclasses import dataclass

import numpy as np

from analysis.errors.decoded_text import decode_text
from analysis.errors.occurrences import Occurrences, find_sequence, token_sequence
from data_prep.vocabulary import Vocabulary

LONGEST = 2000  # tokens from an opening mark to its closing one
PARAGRAPHS = ("\n\n", "\n\r\n")  # after which a quotation that was not closed is forgotten
TAG = re.compile(r"<(/?)([A-Za-z][\w:.-]*)(?:\s[^<>]*)?>")


@dataclass(frozen=True)
class Pair:
    """Two marks. nested: an opening one inside another pair waits for a closing one of its own."""

    opening: str
    closing: str
    nested: bool = True


KNOWN_PAIRS = {
    "( )": Pair("(", ")"),
    "[ ]": Pair("[", "]"),
    "{ }": Pair("{", "}"),
    '" "': Pair('"', '"', nested=False),
    "/* */": Pair("/*", "*/", nested=False),
}


def find_pairs(ids: np.ndarray, vocabulary: Vocabulary, pair: Pair, *, longest: int = LONGEST) -> Occurrences:
    """Every closing mark of `ids` (T,) that has an opening one at most `longest` tokens before it.

    Its probability is that of its first token; the distance runs from the last token of the opening mark to it.

    Raises UserError when a mark is not in the vocabulary.
    """
    opening, closing = (token_sequence(mark, vocabulary) for mark in (pair.opening, pair.closing))
    same = np.array_equal(opening, closing)
    opened, closed = find_sequence(ids, opening), np.empty(0, np.int64) if same else find_sequence(ids, closing)
    breaks = np.empty(0, np.int64)
    if same:
        breaks = np.concatenate([find_sequence(ids, found) for found in _paragraphs(vocabulary)] or [breaks])
    matched, unmatched = match_marks(
        opened + len(opening) - 1,
        closed,
        alternate=same,
        nested=pair.nested and not same,
        breaks=breaks,
        longest=longest,
    )
    starts = matched[:, 1] if not same else matched[:, 1] - len(opening) + 1
    return _occurrences(pair.closing, vocabulary, starts, starts - matched[:, 0], unmatched)


def find_tags(ids: np.ndarray, vocabulary: Vocabulary, *, longest: int = LONGEST) -> Occurrences:
    """Every closing tag, as </b>, with the opening tag <b> of the same name; the name of the closing tag counts.

    Its probability is that of the name and of the > behind it: that a tag closes is not foreseen but given.

    Raises UserError for a model of words.
    """
    text = decode_text(ids, vocabulary)
    waiting: dict[str, list[int]] = {}
    found, unmatched = [], 0
    for tag in TAG.finditer(text.text):
        ends, name = tag.group(1), tag.group(2)
        if tag.group().endswith("/>"):
            continue
        if not ends:
            waiting.setdefault(name, []).append(tag.end() - 1)
            continue
        start, end = text.starts[tag.start(2)], text.starts[tag.end()]
        opened = text.starts[waiting[name].pop()] if waiting.get(name) else None
        if opened is None or start - opened > longest:
            unmatched += 1
        else:
            found.append((start, end, start - opened))
    unmatched += sum(map(len, waiting.values()))
    rows = np.array(found, np.int64).reshape(-1, 3)
    noun = vocabulary.tokenisation.noun
    said = f"{unmatched:,} tags have no partner" if unmatched else ""
    return Occurrences("the name of a closing tag", f"{noun}s since the opening tag", *rows.T, said)


def match_marks(
    opened: np.ndarray,
    closed: np.ndarray,
    *,
    alternate: bool,
    nested: bool,
    breaks: np.ndarray,
    longest: int,
) -> tuple[np.ndarray, int]:
    """((N, 2) places of opening and closing marks that belong together, how many marks have no partner).

    opened, closed: places of the marks in order. alternate: every other of `opened` closes. nested: brackets in
    brackets; else an opening mark while one is open means nothing. breaks: places at which all is forgotten.
    """
    kinds = np.repeat((0, 1, 2), (len(opened), len(closed), len(breaks)))
    places = np.concatenate((opened, closed, breaks)).astype(np.int64)
    waiting: list[int] = []
    found: list[tuple[int, int]] = []
    unmatched = 0
    for which in np.lexsort((kinds, places)).tolist():
        kind, place = int(kinds[which]), int(places[which])
        if kind == 2:
            unmatched += len(waiting)
            waiting.clear()
            continue
        if waiting and not nested and place - waiting[-1] > longest:  # given up: the next mark opens
            unmatched += 1
            waiting.clear()
        closes = kind == 1 or (alternate and bool(waiting))
        if not closes:
            if nested or not waiting:
                waiting.append(place)
        elif waiting and place - waiting[-1] <= longest:
            found.append((waiting.pop(), place))
        else:
            unmatched += 1 + len(waiting)
            waiting.clear()
    return np.array(found, np.int64).reshape(-1, 2), unmatched + len(waiting)


def _paragraphs(vocabulary: Vocabulary) -> list[np.ndarray]:
    if vocabulary.tokenisation.unit == "words":
        return []
    encoded = (vocabulary.encode(tuple(mark)) for mark in PARAGRAPHS)
    return [ids for ids, known in encoded if known.all()]


def _occurrences(
    closing: str, vocabulary: Vocabulary, starts: np.ndarray, distances: np.ndarray, unmatched: int
) -> Occurrences:
    noun = vocabulary.tokenisation.noun
    said = f"{unmatched:,} marks have no partner" if unmatched else ""
    found = Occurrences(
        f"the closing {closing}", f"{noun}s since the opening mark", starts, starts + 1, distances, said
    )
    return found.after_first()
