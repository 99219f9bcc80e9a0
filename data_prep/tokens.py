"""Text to tokens: words with sentence ends, characters, or bytes."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from data_prep.sentence_ends import END_ID, FIRST_TOKEN_ID, LINE_ID, SentenceEndPlacer
from data_prep.treebank import treebank_words

UNKNOWN = "<unk>"
SENTENCE_END = "<eos>"
NUMBER = "N"

_VISIBLE = {" ": "␣", "\n": "↵", "\r": "\\r", "\t": "⇥"}

Unit = Literal["words", "characters", "bytes"]
SentenceEnds = Literal["punctuation", "lines", "none"]
Style = Literal["plain", "treebank", "spaces"]

# Written without spaces between words, so that a rule cannot find them: each character is a token.
_UNSPACED = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)


def _marks() -> str:
    """Every combining mark as the inside of a character class: `re` knows no Unicode categories."""
    places = [p for p in range(0x300, 0x20000) if unicodedata.category(chr(p)) in ("Mn", "Mc", "Me")]
    starts = [p for p, before in zip(places, [-1, *places], strict=False) if p != before + 1]
    ends = [p for p, after in zip(places, [*places[1:], -1], strict=False) if p != after - 1]
    return "".join(f"{chr(start)}-{chr(end)}" for start, end in zip(starts, ends, strict=True))


_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_LETTER = rf"[^\W\d_{_UNSPACED}]"
_MARKS = _marks()
AN_END = re.compile(r"[.!?…]+[\"'”’)\]]*")  # of a sentence, with what closes a quotation there
_RUN = f"{_LETTER}(?:{_LETTER}|[{_MARKS}\u200c\u200d])*"  # the joiners stand inside Persian and Indic words
_TOKEN = re.compile(
    r"<unk>|<eos>"  # already marked
    r"|(?P<number>\d+(?:[.,]\d+)*)"
    rf"|[{_UNSPACED}][{_MARKS}]*"
    rf"|{_RUN}(?:['’]{_RUN})*"  # an apostrophe inside belongs to the word: don't, o'er
    rf"|(?P<end>{AN_END.pattern})"
    r"|(?P<line>\n)"
    r"|[^\w\s]|_"
)
_BETWEEN_SPACES = re.compile(rf"\n|(?P<end>{AN_END.pattern}(?!\S))|\S+")


@dataclass(frozen=True)
class Cut:
    """A text and its T tokens: `tokens[t]` stands at `text[start:end]`, (start, end) = `spans[t]`.

    text: the text as it was cut: composed (NFC), line ends as a line feed; for bytes, one character per byte.
    spans: (T, 2). A sentence end that stands for punctuation or a line end has an empty span or the line
        feed. In the plain style everything between two spans is white space, so that the text can be shown
        as it was written, with its capitals and numbers.
    """

    text: str
    tokens: tuple[str, ...]
    spans: np.ndarray


@dataclass(frozen=True)
class Tokenisation:
    """How text is cut.

    unit: `words` (lower-cased, numbers become N), `characters` (composed, NFC) or `bytes` (of the UTF-8 text).
    sentence_ends: for words, whether `<eos>` stands after . ! ? … and at blank lines (`punctuation`), at
        every line end (`lines`), or only where the text has it (`none`).
    style: for words, `plain` (punctuation marks are tokens, don't is one word), `treebank`: as in the
        Penn Treebank's word version (no punctuation, do n't is two words), or `spaces`: whatever stands
        between white space, as it is written, for texts that somebody else has cut.
    """

    unit: Unit = "words"
    sentence_ends: SentenceEnds = "punctuation"
    style: Style = "plain"

    def __post_init__(self) -> None:
        given = ((self.unit, Unit), (self.sentence_ends, SentenceEnds), (self.style, Style))
        for value, allowed in given:
            if value not in get_args(allowed):
                raise ValueError(f"{value!r} is none of {', '.join(get_args(allowed))}")

    @property
    def noun(self) -> str:
        """What a token is called: word or byte."""
        return self.unit.removesuffix("s")

    def split(self, text: str) -> list[str]:
        """The tokens of `text`; a byte b is the one-character string chr(b)."""
        return list(self.cut(text).tokens)

    def cut(self, text: str) -> Cut:
        """The tokens of `text` and where they stand."""
        normal = self.normalised(text)
        if self.unit != "words":
            places = np.arange(len(normal))
            return Cut(normal, tuple(normal), np.stack((places, places + 1), axis=1))
        pieces = list(self.pieces(normal))
        ids = np.arange(FIRST_TOKEN_ID, FIRST_TOKEN_ID + len(pieces))
        ids[[piece[0] == "\n" for piece in pieces]] = LINE_ID
        ids[[piece[0] == SENTENCE_END for piece in pieces]] = END_ID
        placer = SentenceEndPlacer(self.sentence_ends)
        placed, kept = placer.place(ids)
        tokens = [SENTENCE_END if i == END_ID else pieces[i - FIRST_TOKEN_ID][0] for i in placed.tolist()]
        spans = [pieces[place][1:] for place in kept.tolist()]
        if len(placer.finish()):
            tokens.append(SENTENCE_END)
            spans.append((len(normal), len(normal)))
        return Cut(normal, tuple(tokens), np.array(spans, np.int64).reshape(-1, 2))

    def finds_any(self, text: str) -> bool:
        """Whether there is a token in `text`, line and sentence ends aside; read up to the first one."""
        normal = self.normalised(text)
        if self.unit != "words":
            return bool(normal)
        return any(piece[0] not in ("\n", SENTENCE_END) for piece in self.pieces(normal))

    def normalised(self, text: str) -> str:
        """The text as it is cut; each piece between two spaces or line ends may be normalised alone."""
        if self.unit == "bytes":
            return text.encode("utf-8").decode("latin-1")
        return unicodedata.normalize("NFC", text.replace("\r\n", "\n"))

    def pieces(self, normal: str) -> Iterator[tuple[str, int, int]]:
        """(token, start, end) of the words in a normalised text, a line feed for each line end.

        No token reaches across a space or line end: pieces of a text are the pieces of its parts.
        """
        if self.style == "treebank":
            yield from treebank_words(normal)
            return
        if self.style == "spaces":
            yield from self._between_spaces(normal)
            return
        for match in _TOKEN.finditer(normal):
            kind, start, end = match.lastgroup, match.start(), match.end()
            if kind == "number":
                yield NUMBER, start, end
            elif kind == "end":
                for place in range(start, end):
                    yield normal[place], place, place + 1
                if self.sentence_ends == "punctuation":
                    yield SENTENCE_END, end, end
            else:
                yield match.group().lower(), start, end

    def _between_spaces(self, normal: str) -> Iterator[tuple[str, int, int]]:
        for match in _BETWEEN_SPACES.finditer(normal):
            yield match.group(), match.start(), match.end()
            if self.sentence_ends == "punctuation" and match.lastgroup == "end":
                yield SENTENCE_END, match.end(), match.end()


def is_unspaced(token: str) -> bool:
    """Whether the token is a character of a script without spaces (Chinese, Japanese)."""
    return bool(_IS_UNSPACED.match(token))


def display_token(token: str, tokenisation: Tokenisation) -> str:
    """The token as it can be seen: white space gets a sign, control characters and bytes above 127 an escape."""
    if token in _VISIBLE:
        return _VISIBLE[token]
    highest = 127 if tokenisation.unit == "bytes" else 0x10FFFF
    return "".join(char if char.isprintable() and ord(char) <= highest else f"\\x{ord(char):02x}" for char in token)
