"""Properties of texts of characters or bytes, along which a network reads symbol by symbol."""

import re
from collections.abc import Callable, Iterator
from functools import cached_property

import numpy as np

from analysis.interpretation.listed import Listed
from analysis.interpretation.structure import (
    brackets,
    c_spans,
    conditions,
    depth,
    paragraph_starts,
    quotations,
    single_quotations,
)
from analysis.interpretation.token_text import TokenText
from data_prep.parts_of_speech import tag_types

TAB = 8  # columns
SOON = 5  # symbols
TAGS = {
    "NOUN": "noun", "VERB": "verb", "ADJ": "adjective", "ADV": "adverb", "PRON": "pronoun", "DET": "determiner",
    "ADP": "preposition",
}  # fmt: skip

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"']+")
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,300}>")
_NUMBER = re.compile(r"(?<![\w.])(?:0[xX][0-9a-fA-F]+|\d+(?:[.,]\d+)*)\w{0,3}(?!\w)")
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s)|\n[ \t\r]*\n")
_DIRECTIVE = re.compile(r"^[ \t]*#[^\n]*$", re.MULTILINE)


class _Symbols:
    """What several properties need to know of N characters."""

    def __init__(self, text: TokenText) -> None:
        self.text, self.codes, self.length = text.text, text.codes, len(text.text)
        self.places = np.arange(self.length)
        self.newline = self.codes == ord("\n")
        returns = (self.codes == ord("\r")) & self.next(self.newline)  # \r\n ends a line with its first symbol
        self.line_end = returns | (self.newline & ~np.append(False, returns[:-1]))
        self.letter, self.upper, self.digit = (self.all(test) for test in (str.isalpha, str.isupper, str.isdigit))
        self.space = self.all(str.isspace)
        self.mark = ~(self.letter | self.digit | self.space | (self.codes == ord("_")))

    def all(self, test: Callable[[str], bool]) -> np.ndarray:
        """(N,) whether each character passes, which is asked once of each different one."""
        different, which = self._different
        return np.array([test(chr(code)) for code in different.tolist()], bool)[which]

    @cached_property
    def _different(self) -> tuple[np.ndarray, np.ndarray]:
        return np.unique(self.codes, return_inverse=True)

    def since(self, starts: np.ndarray) -> np.ndarray:
        """(N,) how many characters ago the last of the `starts` (sorted places) was, 0 there; else the text's start."""
        last = np.zeros(self.length, np.int64)
        last[starts[starts < self.length]] = starts[starts < self.length]
        return (self.places - np.maximum.accumulate(last)).astype(np.float32)

    def until(self, ends: np.ndarray) -> np.ndarray:
        """(N,) how many characters on the next of the `ends` (sorted places) is; else the text's end."""
        following = np.append(ends, self.length)
        return (following[np.searchsorted(ends, self.places)] - self.places).astype(np.float32)

    def inside(self, spans: np.ndarray, *, opening: int = 1, closing: int = 1) -> np.ndarray:
        return depth(self.length, spans, opening=opening, closing=closing) > 0

    def matched(self, pattern: re.Pattern) -> np.ndarray:
        """(N,) whether each character is part of a match."""
        spans = np.array([match.span() for match in pattern.finditer(self.text)], np.int64).reshape(-1, 2)
        return self.inside(spans, closing=0)

    def next(self, holds: np.ndarray) -> np.ndarray:
        """(N,) whether it holds of the character after each."""
        return np.append(holds[1:], False)


def symbol_properties(text: TokenText) -> list[Listed]:
    """Name, sentence and values (T,) of every property; yes/no as bool."""
    symbols = _Symbols(text)
    parts = (_enclosures, _lines, _words, _neighbours)
    return [listed._replace(values=text.at_tokens(listed.values)) for part in parts for listed in part(symbols)]


def _enclosures(symbols: _Symbols) -> Iterator[Listed]:
    text, inside = symbols.text, symbols.inside
    yield Listed(
        "inside double quotes", "Between “ and ”, or between two straight double quotes.", inside(quotations(text))
    )
    single = inside(single_quotations(text))
    yield Listed("inside single quotes", "Between ‘ and ’, straight single quotes, or backticks.", single)
    for pair in ("()", "[]", "{}"):
        spans, shown = brackets(text, pair), f"{pair[0]} {pair[1]}"
        yield Listed(f"inside {shown}", f"Between {pair[0]} and the {pair[1]} that closes it.", inside(spans))
        if pair != "[]":
            deep = depth(symbols.length, spans).astype(np.float32)
            yield Listed(f"depth of {shown}", f"How many {pair[0]} are open.", deep)
    yield Listed("inside if (…)", "In the condition of an if.", inside(conditions(text)))
    found = c_spans(text)
    comment = inside(found["block"], opening=2) | inside(found["line"], opening=2, closing=0)
    string = inside(found["string"])
    yield Listed("inside /* */", "In a comment of C.", inside(found["block"], opening=2))
    yield Listed(
        "inside // comment", "In a comment that the line's end ends.", inside(found["line"], opening=2, closing=0)
    )
    yield Listed("inside a string of C", "Between double quotes, within one line.", string)
    yield Listed("comment or string", "In a comment or a string of C.", comment | string)
    yield Listed("inside < >", "In a tag of HTML or XML.", symbols.matched(_TAG))
    yield Listed("inside a URL", "In an address of the web.", symbols.matched(_URL))
    yield Listed("# line", "In a line that begins with #, as for the preprocessor.", symbols.matched(_DIRECTIVE))


def _lines(symbols: _Symbols) -> Iterator[Listed]:
    newlines = np.flatnonzero(symbols.newline)
    position, ahead = symbols.since(newlines), symbols.until(np.flatnonzero(symbols.line_end))
    yield Listed("position in the line", "How many symbols stand in the line so far.", position)
    yield Listed("symbols to the line's end", "How many symbols on the line ends.", ahead, "next")
    yield Listed("line ends soon", f"The line ends within {SOON} symbols.", (ahead > 0) & (ahead <= SOON), "next")
    indented, columns = _indentation(symbols)
    yield Listed("in the indentation", "Nothing but blanks stands in the line so far.", indented, "now")
    yield Listed("indentation", f"How many columns of blanks the line begins with; a tab is {TAB}.", columns)
    paragraphs = np.array(paragraph_starts(symbols.text), np.int64)
    yield Listed("position in the paragraph", "How many symbols ago the paragraph began.", symbols.since(paragraphs))


def _indentation(symbols: _Symbols) -> tuple[np.ndarray, np.ndarray]:
    """(whether only blanks stand in the line up to here, columns that the line begins with), both (N,)."""
    blank = (symbols.codes == ord(" ")) | (symbols.codes == ord("\t"))
    line = np.cumsum(symbols.newline) - symbols.newline  # a line feed belongs to the line that it ends
    others = np.cumsum(~blank & ~symbols.newline)
    starts = np.flatnonzero(np.diff(line, prepend=-1))
    before = np.append(0, others)[starts][line]
    indented = blank & (others == before)
    width = np.where(symbols.codes == ord("\t"), TAB, 1) * indented
    return indented, np.bincount(line, weights=width)[line].astype(np.float32)


def _words(symbols: _Symbols) -> Iterator[Listed]:
    matches = list(_WORD.finditer(symbols.text))
    spans = np.array([match.span() for match in matches], np.int64).reshape(-1, 2)
    inside, written = symbols.inside(spans, closing=0), [match.group() for match in matches]

    def words(test: Callable[[str], bool]) -> np.ndarray:
        return symbols.inside(spans[np.array([test(word) for word in written], bool)], closing=0)

    position = np.where(inside, symbols.since(spans[:, 0]) + 1, 0).astype(np.float32)
    ahead = np.where(inside, symbols.until(np.maximum(spans[:, 1] - 1, 0)), 0).astype(np.float32)
    yield Listed("inside a word", "A letter, digit or underscore, or an apostrophe between letters.", inside, "now")
    yield Listed("position in the word", "How many symbols of the word were read; 0 outside.", position)
    yield Listed(
        "symbols to the word's end", "How many symbols of the word are still to come; 0 outside.", ahead, "next"
    )
    capitalised = words(lambda word: word[0].isupper() and not word.isupper())
    capitals = words(lambda word: len(word) > 1 and word.isupper())
    yield Listed("capitalised word", "In a word that begins with a capital and goes on in small letters.", capitalised)
    yield Listed("word in capitals", "In a word of two or more capitals and no small letter.", capitals, "now")
    yield Listed("inside a number", "In a number of digits.", symbols.matched(_NUMBER), "now")
    ends = np.array([match.end() for match in _SENTENCE_END.finditer(symbols.text)], np.int64)
    yield Listed("position in the sentence", "How many symbols ago a sentence ended.", symbols.since(ends))
    different = sorted({word.lower() for word in written})
    tags = dict(zip(different, tag_types(different).tags, strict=True))
    for tag, name in TAGS.items():
        tagged = words(lambda word, tag=tag: tags[word.lower()] == tag)
        yield Listed(f"in a{'n' * (name[0] == 'a')} {name}", f"In a word that the lexicon tags as {name}.", tagged)


def _neighbours(symbols: _Symbols) -> Iterator[Listed]:
    vowel = np.isin(symbols.codes, [ord(char) for char in "aeiouyAEIOUY"])
    kinds = {
        "letter": symbols.letter, "capital": symbols.upper, "digit": symbols.digit,
        "space": symbols.space & ~np.isin(symbols.codes, (ord("\n"), ord("\r"))), "line end": symbols.line_end,
        "mark": symbols.mark,
    }  # fmt: skip
    for kind, holds in kinds.items():
        yield Listed(f"next: {kind}", f"The next symbol is a {kind}.", symbols.next(holds), "next")
    for kind, holds in (kinds | {"vowel": vowel}).items():
        yield Listed(f"now: {kind}", f"The symbol itself is a {kind}.", holds, "now")
