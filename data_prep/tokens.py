"""Text to tokens: words with sentence ends, or bytes."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

UNKNOWN = "<unk>"
SENTENCE_END = "<eos>"
NUMBER = "N"

_VISIBLE = {" ": "␣", "\n": "↵", "\r": "␍", "\t": "⇥"}

_TOKEN = re.compile(
    r"<unk>|<eos>"  # already marked, as in the Penn Treebank
    r"|(?P<number>\d+(?:[.,]\d+)*)"
    r"|[^\W\d_]+(?:['’][^\W\d_]+)*"  # words; an apostrophe inside belongs to them: don't, o'er
    r"|(?P<end>[.!?…]+[\"'”’)\]]*)"
    r"|(?P<paragraph>\n\s*\n)"
    r"|(?P<line>\n)"
    r"|[^\w\s]|_"
)


Unit = Literal["words", "bytes"]
SentenceEnds = Literal["punctuation", "lines"]


@dataclass(frozen=True)
class Tokenisation:
    """How text is cut.

    unit: `words` (lower-cased, numbers become N) or `bytes` (each byte of the UTF-8 text).
    sentence_ends: for words, whether `<eos>` stands after . ! ? … and at blank lines
        (`punctuation`), or at every line end (`lines`).
    """

    unit: Unit = "words"
    sentence_ends: SentenceEnds = "punctuation"

    def __post_init__(self) -> None:
        for value, allowed in ((self.unit, get_args(Unit)), (self.sentence_ends, get_args(SentenceEnds))):
            if value not in allowed:
                raise ValueError(f"{value!r} is none of {', '.join(allowed)}")

    @property
    def noun(self) -> str:
        """What a token is called: word or byte."""
        return self.unit.removesuffix("s")

    def split(self, text: str) -> list[str]:
        """The tokens of `text`; a byte b is the one-character string chr(b)."""
        if self.unit == "bytes":
            return list(text.encode("utf-8").decode("latin-1"))
        normal = unicodedata.normalize("NFC", text)
        return list(_words(normal.replace("\r\n", "\n"), self.sentence_ends == "lines"))


def _words(text: str, ends_are_lines: bool) -> Iterator[str]:
    ended = True  # a sentence end is never doubled, and none stands at the very start
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind in ("paragraph", "line"):
            if (ends_are_lines or kind == "paragraph") and not ended:
                yield SENTENCE_END
                ended = True
            continue
        if kind == "number":
            yield NUMBER
        elif kind == "end":
            yield from match.group()
        else:
            yield match.group().lower()
        ended = match.group() == SENTENCE_END
        if kind == "end" and not ends_are_lines:
            yield SENTENCE_END
            ended = True
    if ends_are_lines and not ended:
        yield SENTENCE_END


def display_token(token: str, tokenisation: Tokenisation) -> str:
    """The token as it can be seen: white space gets a sign, control characters and bytes above 127 an escape."""
    if token in _VISIBLE:
        return _VISIBLE[token]
    highest = 127 if tokenisation.unit == "bytes" else 0x10FFFF
    return "".join(char if char.isprintable() and ord(char) <= highest else f"\\x{ord(char):02x}" for char in token)
