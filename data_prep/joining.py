"""Tokens back to text: what `Tokenisation.split` would cut into these tokens again."""

from collections.abc import Iterator, Sequence

from data_prep.tokens import AN_END, SENTENCE_END, UNKNOWN, Tokenisation, is_unspaced

REPLACEMENT = "\ufffd"
_ENDS = frozenset(".!?…")
_CLOSERS = frozenset("\"'”’)]")  # of a sentence: those that may stand between its end and <eos>
_WITHOUT_SPACE_BEFORE = _ENDS | frozenset(",;:")


def join_tokens(tokens: Sequence[str], tokenisation: Tokenisation, *, before: Sequence[str] = ()) -> str:
    """The text of `tokens`; of those that stand `after` others, what is to be written behind their text.

    Words: one space between, none before punctuation (in the style `spaces` there is one); a sentence end is a
    line break, or an empty line where the punctuation does not tell it. Cutting the text again gives the same
    tokens if they came from a text: a full stop without its `<eos>`, which a network may write, gets one. A number
    stays N.
    Characters: as they are, U+FFFD for `<unk>`. Bytes: read as UTF-8, U+FFFD for what is none.
    """
    if tokenisation.unit == "bytes":
        return "".join(tokens).encode("latin-1", errors="replace").decode("utf-8", errors="replace")
    if tokenisation.unit == "characters":
        return "".join(REPLACEMENT if token == UNKNOWN else token for token in tokens)
    return "".join(list(_written((*before, *tokens), tokenisation))[len(before) :])


def _written(words: Sequence[str], tokenisation: Tokenisation) -> Iterator[str]:
    """Each word with the white space before it."""
    rule, as_written = tokenisation.sentence_ends, tokenisation.style == "spaces"
    previous, space, ending = None, "", False  # ending: right after . ! ? …, or what closes a quotation there
    for word in words:
        if word == SENTENCE_END and ending and rule == "punctuation":
            yield ""
            space, ending = "\n", False
        elif word == SENTENCE_END and rule != "none" and previous not in (None, SENTENCE_END):
            yield "\n\n" if rule == "punctuation" else "\n"
            space, ending = "", False
        else:
            closing = ending and word in _CLOSERS
            unspaced = previous is not None and is_unspaced(previous) and is_unspaced(word)
            joined = previous != SENTENCE_END and (closing or unspaced or word in _WITHOUT_SPACE_BEFORE)
            yield word if joined and not as_written else space + word
            space, ending = " ", bool(AN_END.fullmatch(word)) if as_written else word in _ENDS or closing
        previous = word
