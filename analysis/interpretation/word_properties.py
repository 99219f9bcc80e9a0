"""Properties of texts of words, along which a network reads word by word."""

import re
from collections.abc import Iterator

import numpy as np

from analysis.interpretation.listed import Listed
from analysis.interpretation.structure import brackets, depth, quotations, single_quotations
from analysis.interpretation.token_text import TokenText
from data_prep.parts_of_speech import tag_types
from data_prep.tokens import SENTENCE_END

RECENT = 50  # words
TAGS = {
    "NOUN": "noun", "VERB": "verb", "AUX": "auxiliary", "ADJ": "adjective", "ADV": "adverb", "PRON": "pronoun",
    "DET": "determiner", "ADP": "preposition", "CCONJ": "conjunction", "NUM": "number", "PROPN": "name",
    "PUNCT": "mark",
}  # fmt: skip
NEGATIONS = re.compile(r"not|n't|no|never|nor|none|nothing|nobody|cannot|without|\w+n['’]t")
TURNS = frozenset(("but", "though", "although", "however", "yet", "while", "because", "if", "when"))
_ENDS = frozenset((".", "!", "?", "…", SENTENCE_END))


def word_properties(text: TokenText) -> list[Listed]:
    """Name, sentence and values (T,) of every property; yes/no as bool."""
    return [listed for part in (_enclosures, _sentences, _kinds) for listed in part(text)]


def _enclosures(text: TokenText) -> Iterator[Listed]:
    def inside(spans: np.ndarray) -> np.ndarray:
        return text.at_tokens(depth(len(text.text), spans) > 0)

    yield Listed(
        "inside double quotes", "Between “ and ”, or between two double quotes.", inside(quotations(text.text))
    )
    yield Listed("inside single quotes", "Between ‘ and ’, or single quotes.", inside(single_quotations(text.text)))
    for pair in ("()", "[]"):
        yield Listed(
            f"inside {pair[0]} {pair[1]}", f"Between {pair[0]} and {pair[1]}.", inside(brackets(text.text, pair))
        )


def _sentences(text: TokenText) -> Iterator[Listed]:
    names, length = text.vocabulary.tokens, len(text.ids)
    begins = np.zeros(length, bool)  # a sentence begins behind a sentence end, and with a text
    ends = _are(text, [name in _ENDS for name in names])
    begins[1:] = ends[:-1] & ~ends[1:]
    begins[0] = True
    starts = np.zeros(length, bool)
    starts[0 if text.offsets is None else text.offsets[:-1][np.diff(text.offsets) > 0]] = True
    begins |= starts
    sentence = np.cumsum(begins)
    position = _since(begins)
    yield Listed("position in the sentence", "How many words of the sentence were read.", position)
    last = np.append(np.flatnonzero(begins)[1:], length)[sentence - 1] - 1
    ahead = (last - np.arange(length)).astype(np.float32)
    yield Listed("words to the sentence's end", "How many words of the sentence are still to come.", ahead, "next")
    if text.offsets is not None:
        yield Listed("position in the text", "How many words of the text were read.", _since(starts))
    negations = [bool(NEGATIONS.fullmatch(name)) for name in names]
    for name, says, which in (
        ("a negation before", "not, n't, no, never … stood in the sentence.", negations),
        ("a turn before", "but, though, because, if … stood in the sentence.", [name in TURNS for name in names]),
        ("a comma before", "A comma stood in the sentence.", [name == "," for name in names]),
    ):
        seen = np.cumsum(_are(text, which))
        before = np.append(0, seen)[np.flatnonzero(begins)][sentence - 1]
        yield Listed(name, says, seen > before)


def _kinds(text: TokenText) -> Iterator[Listed]:
    vocabulary = text.vocabulary
    tags = tag_types(vocabulary.tokens).tags
    ends = _are(text, [name == SENTENCE_END for name in vocabulary.tokens])
    own = {"sentence end": ends}
    for tag, name in TAGS.items():
        own[name] = _are(text, [one == tag for one in tags]) & ~ends
    own["comma"] = _are(text, [name == "," for name in vocabulary.tokens])
    if vocabulary.unknown_id is not None:
        own["unknown word"] = text.ids == vocabulary.unknown_id
    plural = [len(name) > 3 and name.endswith("s") and name[-2] not in "su'" for name in vocabulary.tokens]
    own["plural noun"] = own["noun"] & _are(text, plural)
    for name, holds in own.items():
        article = "an" if name[0] in "aeiou" else "a"
        yield Listed(f"now: {name}", f"The word itself is {article} {name}.", holds, "now")
        yield Listed(f"next: {name}", f"The next word is {article} {name}.", np.append(holds[1:], False), "next")
    counts = np.log1p(np.array(vocabulary.counts, np.float32))
    yield Listed(
        "frequency of the word", "How often the word stands in the training part (logarithm).", counts[text.ids], "now"
    )
    lengths = np.array([len(name) for name in vocabulary.tokens], np.float32)
    yield Listed("length of the word", "How many letters the word has.", lengths[text.ids], "now")
    yield Listed("word repeated", f"The word stood among the {RECENT} words before, too.", _repeated(text.ids))


def _are(text: TokenText, of_types: list[bool]) -> np.ndarray:
    return np.array(of_types, bool)[text.ids]


def _since(begins: np.ndarray) -> np.ndarray:
    places = np.arange(len(begins))
    return (places - np.maximum.accumulate(np.where(begins, places, 0)) + 1).astype(np.float32)


def _repeated(ids: np.ndarray) -> np.ndarray:
    order = np.argsort(ids, kind="stable")
    same = ids[order][1:] == ids[order][:-1]
    found = np.zeros(len(ids), bool)
    found[order[1:]] = same & (np.diff(order) <= RECENT)
    return found
