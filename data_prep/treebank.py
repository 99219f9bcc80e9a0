"""Words as in the Penn Treebank's word version of Mikolov: lower case, no punctuation, contractions in two.

Its files go through unchanged (tested on them); a sentence that a person types is brought to the same form:
"I don't like it, Mr. Smith." becomes i do n't like it mr. smith. Source: own, from the types of that corpus.
"""

import re
from collections.abc import Iterator

_PIECE = re.compile(r"\n|[^\s]+")
_NUMBER = re.compile(r"([$#]?)[+-]?\d+(?:[.,:/]\d+)*%?")
_CONTRACTION = re.compile(r"(.+?)(n't|'s|'re|'ve|'ll|'d|'m)")
_INITIALS = re.compile(r"(?:.*[.-])?[a-z]\.")  # u.s. j. non-u.s.
_OUTSIDE = '"“”„«»()[]{},;:!?…–—'
_KEPT = frozenset(("<unk>", "<eos>", "N"))
_ABBREVIATIONS = re.compile(
    "(?:adm|ala|ariz|aug|bros|calif|cie|co|col|colo|conn|corp|cos|dec|del|dr|etc|feb|fla|ga|gen|gov|ill|inc|ind|jan|jr"
    "|kan|ky|ltd|mass|md|messrs|mich|minn|mo|mr|mrs|ms|neb|nev|no|nov|oct|okla|ore|pa|prof|rep|rev|sen|sens|sept|sr|st"
    r"|tenn|va|vs|wash|wis)\."
)


def treebank_words(text: str) -> Iterator[tuple[str, int, int]]:
    """(word, start, end) of each word of `text`, and a line feed for each line end."""
    for match in _PIECE.finditer(text):
        piece, start = match.group(), match.start()
        if piece == "\n" or piece in _KEPT:
            yield piece, start, match.end()
            continue
        start += len(piece) - len(piece.lstrip(_OUTSIDE))
        word = piece.strip(_OUTSIDE).lower().replace("’", "'")
        if word.endswith(".") and not (_INITIALS.fullmatch(word) or _ABBREVIATIONS.fullmatch(word)):
            word = word.rstrip(".").rstrip(_OUTSIDE)
        yield from _parts(word, start, min(start + len(word), match.end()))


def _parts(word: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    if number := _NUMBER.fullmatch(word):
        if number.group(1):
            yield number.group(1), start, start + 1
        yield "N", start + len(number.group(1)), end
    elif contraction := _CONTRACTION.fullmatch(word):
        middle = start + len(contraction.group(1))
        yield contraction.group(1), start, middle
        yield contraction.group(2), middle, end
    elif word:
        yield word, start, end
