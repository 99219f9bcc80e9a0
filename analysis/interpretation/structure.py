"""Where in a text something is open: quotations, brackets, comments, strings.

Every span is (start, end): its opening mark begins at `start`, its closing mark ends before `end`. All of it is looked
for within bounds, so that one mark without its partner never spoils the rest of a text:

- a straight double quote opens and closes in turn, anew in every paragraph; one left open holds to the paragraph's end,
  as in a speech of several paragraphs. One behind a backslash does not count. “ and ” open and close.
- brackets count in pairs. ( and [ are paired within a paragraph, { within what ends at a line that begins with };
  one without a partner there does not count.
- comments, strings and literals are those of C, where the text is code: where one line in twenty or more ends with a
  semicolon or a brace. A string ends at its line's end, a comment has its bound, too.
"""

import re
from bisect import bisect_right

import numpy as np

LONGEST_COMMENT, LONGEST_STRING = 20_000, 2_000  # characters

_PARAGRAPH_END = re.compile(r"\n[ \t\r]*\n")
_BLOCK_END = re.compile(r"^\}", re.MULTILINE)
_QUOTE = re.compile(r"\\.|[\"“”]", re.DOTALL)
_SINGLE = re.compile(
    r"‘[^‘\n]{1,300}?’(?!\w)|`[^`'\n]{1,300}?[`']|(?<![\w'])'(?=[^\s'])(?:[^'\n]|(?<=\w)'(?=\w)){1,300}?(?<=\S)'(?!\w)"
)
_C = re.compile(
    r"(?P<block>/\*)|(?P<line>(?<!:)//[^\n]*)"
    rf"|(?P<string>\"(?:\\[^\n]|[^\"\\\n]){{0,{LONGEST_STRING}}}\")|(?P<literal>'(?:\\[^\n]{{1,4}}?|[^'\\\n])')"
)
_IF = re.compile(r"\bif\s*\(")

_CODE_LINE = re.compile(r"[;{}][ \t\r]*$", re.MULTILINE)
_CODE_SHARE = 0.05  # of the lines

Spans = np.ndarray  # (n, 2)


def paragraph_starts(text: str) -> list[int]:
    """Places where paragraphs begin: the first character, and what follows an empty line."""
    return [0, *(match.end() for match in _PARAGRAPH_END.finditer(text))]


def block_starts(text: str) -> list[int]:
    """Places behind each closing brace that begins a line, where a function or a type ends."""
    return [0, *(match.end() for match in _BLOCK_END.finditer(text))]


def quotations(text: str) -> Spans:
    """Between double quotes, straight or curly."""
    starts = paragraph_starts(text)
    spans, opened, here = [], None, -1
    for match in _QUOTE.finditer(text):
        mark, place = match.group(), match.start()
        paragraph = bisect_right(starts, place)
        if opened is not None and paragraph != here:
            spans.append((opened, starts[here] + 1))
            opened = None
        here = paragraph
        if mark == "“" or (mark == '"' and opened is None):
            opened = place if opened is None else opened
        elif mark in ('"', "”") and opened is not None:
            spans.append((opened, place + 1))
            opened = None
    if opened is not None:
        spans.append((opened, starts[here] + 1 if here < len(starts) else len(text) + 1))
    return _array(spans)


def single_quotations(text: str) -> Spans:
    """Between single quotes or backticks, within a line; an apostrophe inside a word is none."""
    return _array([match.span() for match in _SINGLE.finditer(text)])


def brackets(text: str, pair: str) -> Spans:
    """Between the two characters of `pair`, by their end."""
    starts = block_starts(text) if pair == "{}" else paragraph_starts(text)
    opening, closing = pair
    spans, stack, here = [], [], 0
    for match in re.finditer("[" + re.escape(pair) + "]", text):
        place = match.start()
        segment = bisect_right(starts, place)
        if segment != here:
            stack, here = [], segment
        if match.group() == opening:
            stack.append(place)
        elif stack and match.group() == closing:
            spans.append((stack.pop(), place + 1))
    return _array(spans)


def conditions(text: str) -> Spans:
    """The brackets of `if (…)`."""
    ends = {int(start): int(end) for start, end in brackets(text, "()")}
    opened = [match.end() - 1 for match in _IF.finditer(text)]
    return _array([(place, ends[place]) for place in opened if place in ends])


def is_code(text: str) -> bool:
    """Whether so many lines end as those of C and its relatives do."""
    return len(_CODE_LINE.findall(text)) > _CODE_SHARE * (text.count("\n") + 1)


def c_spans(text: str) -> dict[str, Spans]:
    """Comments (`block`, `line`), `string`s and `literal`s of C."""
    found: dict[str, list[tuple[int, int]]] = {"block": [], "line": [], "string": [], "literal": []}
    place, block_end = 0 if is_code(text) else len(text), 0
    while match := _C.search(text, place):
        (start, place), kind = match.span(), str(match.lastgroup)
        if kind == "block":
            if 0 <= block_end < place:
                block_end = text.find("*/", place)
            if not place <= block_end <= place + LONGEST_COMMENT:
                continue
            place = block_end + 2
        found[kind].append((start, place))
    return {kind: _array(spans) for kind, spans in found.items()}


def depth(length: int, spans: Spans, *, opening: int = 1, closing: int = 1) -> np.ndarray:
    """(N,): in how many spans one is *after* each character: from the opening mark's last to before the closing's last.

    opening, closing: lengths of the marks; a closing of 0 includes the last character.
    """
    changes = np.zeros(length + 1, np.int32)
    starts = np.minimum(spans[:, 0] + opening - 1, length)
    np.add.at(changes, starts, 1)
    np.add.at(changes, np.clip(spans[:, 1] - (1 if closing else 0), starts, length), -1)
    return np.cumsum(changes[:length], dtype=np.int32)


def _array(spans: list[tuple[int, int]]) -> Spans:
    return np.array(spans, np.int64).reshape(-1, 2)
