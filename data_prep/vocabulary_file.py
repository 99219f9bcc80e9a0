"""A vocabulary that somebody else wrote down: a list or an object {token: id} in JSON, or one token a line."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_prep.errors import UserError
from data_prep.text_file import decode, read_bytes
from data_prep.tokens import NUMBER, SENTENCE_END, UNKNOWN, SentenceEnds, Style, Tokenisation, Unit
from data_prep.vocabulary import Vocabulary

LARGEST_BYTES = 64 << 20
LARGEST_VOCABULARY = 1_000_000
LONGEST_TOKEN = 1000
LOOKED_AT = 20_000  # words, to see which style they are
MOST_UNMET = 0.05  # of the words: a rare one that no text is cut into is no sign of another style
UNKNOWN_NAMES = (UNKNOWN, "[UNK]", "<UNK>", "<unknown>", "UNK", "<oov>", "<OOV>")
END_NAMES = (SENTENCE_END, "</s>", "<EOS>", "<end>", "[EOS]", "<|endoftext|>", "<|eos|>", "EOS")
_MARK = re.compile(r"<[^<>\s]+>|\[[^\[\]\s]+\]")  # <pad>, [CLS]
HINT = 'Write ["the", "of", …] in the order of the ids, {"the": 0, "of": 1, …}, or one token a line.'


@dataclass(frozen=True)
class VocabularyFile:
    """A vocabulary as it was read.

    renamed: the file's own name → rnnscope's, for the unknown token and the sentence end. unmet: of the first
    `LOOKED_AT` words, how many no text is ever cut into, such as `example`.
    """

    vocabulary: Vocabulary
    renamed: dict[str, str]
    unmet: int = 0
    example: str | None = None

    def ids_of(self, tokens: Sequence[str]) -> list[int | None]:
        """The id of each token by the name that it has in the file; None for those outside."""
        return [self.vocabulary.ids.get(self.renamed.get(token, token)) for token in tokens]


def read_vocabulary(
    path: Path,
    *,
    unit: Unit | None = None,
    sentence_ends: SentenceEnds | None = None,
    style: Style | None = None,
    unknown: str | None = None,
    end: str | None = None,
) -> VocabularyFile:
    """Read a vocabulary of V tokens; the token of id i stands at place i.

    unit: by default characters when every token is one, else words. style: of words, by default the one that
    can cut a text into most of the tokens. unknown, end: the file's names for a word outside the vocabulary and
    for the end of a sentence, by default the usual ones where they occur. sentence_ends: by default after
    punctuation, or `none` for a vocabulary without a sentence end. The counts are not known: all 0. A
    vocabulary.json that rnnscope wrote says all of this itself.

    Raises UserError for a file that is none, and for ids that are not 0 … V − 1, once each.
    """
    read = _read(path)
    if isinstance(read, dict) and {"unit", "tokens", "counts"} <= set(read):
        return VocabularyFile(Vocabulary.from_json(read, path.name), {})
    if isinstance(read, list) and read and all(type(entry) is int and 0 <= entry < 256 for entry in read):
        read, unit = [chr(entry) for entry in read], unit or "bytes"
    tokens = _by_id(read, path.name)
    unit = unit or _unit_of(tokens)
    names = _names(tokens, unit, unknown, end, path.name)
    tokens = [names.get(token, token) for token in tokens]
    if sentence_ends is None:
        sentence_ends = "punctuation" if SENTENCE_END in tokens and unit == "words" else "none"
    elif sentence_ends != "none" and SENTENCE_END not in tokens:
        raise UserError(
            f"{path.name} has no sentence end, so none can stand {_WHERE[sentence_ends]}.",
            "Name the token that ends a sentence with --end, or use --sentence-ends none.",
        )
    unmet: list[str] = []
    if unit == "words":
        words = [token for token in tokens if not _MARK.fullmatch(token)][:LOOKED_AT]
        style = style or _style_of(words)
        unmet = _unmet(words, style)
    else:
        _check_symbols(tokens, unit, path.name)
    tokenisation = Tokenisation(unit, sentence_ends, style or "plain")
    vocabulary = Vocabulary(tokenisation, tuple(tokens), (0,) * len(tokens))
    return VocabularyFile(vocabulary, names, len(unmet), unmet[0] if unmet else None)


def read_names(path: Path) -> list[str]:
    """Names by their ids, such as those of classes, from a file that is written as a vocabulary is."""
    return _by_id(_read(path), path.name)


_WHERE = {"punctuation": "after punctuation", "lines": "at line ends"}


def _read(path: Path) -> Any:
    """What the JSON says, or the lines."""
    raw = read_bytes(path, LARGEST_BYTES + 1)
    if len(raw) > LARGEST_BYTES:
        raise UserError(f"{path.name} is larger than {LARGEST_BYTES >> 20} MB: that is no vocabulary.", HINT)
    if path.suffix.lower() == ".json" or raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{"):
        return _parsed(raw, path.name)
    return decode(raw, path.name).replace("\r\n", "\n").removesuffix("\n").split("\n")


def _parsed(raw: bytes, name: str) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            seen: set[str] = set()
            again = next(key for key, _ in pairs if key in seen or seen.add(key))
            raise UserError(f"{name} has {again[:40]!r} twice.", "Each token has one id.")
        return found

    try:
        return json.loads(decode(raw, name), object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{name} is not JSON: {error}.", HINT) from error


def _by_id(read: Any, name: str) -> list[str]:
    tokens = read if isinstance(read, list) else _from_object(read, name)
    _check(tokens, name)
    return tokens


def _from_object(read: Any, name: str) -> list[str]:
    if not isinstance(read, dict):
        raise UserError(f"{name} holds {type(read).__name__}, neither a list nor an object.", HINT)
    if all(key.isascii() and key.isdigit() for key in read) and all(isinstance(value, str) for value in read.values()):
        by_id = {int(key[:12]): value for key, value in read.items()}
    else:
        odd = next((key for key, value in read.items() if type(value) is not int), None)
        if odd is not None:
            raise UserError(f"{name}: the id of {odd[:40]!r} is {str(read[odd])[:40]!r}, not a whole number.", HINT)
        by_id = {value: key for key, value in read.items()}
    if len(by_id) != len(read):
        raise UserError(f"{name} gives {len(read):,} tokens only {len(by_id):,} different ids.", "Each has its own id.")
    missing = next((place for place in range(len(read)) if place not in by_id), None)
    if missing is not None:
        raise UserError(
            f"{name} has {len(read):,} tokens, but none with the id {missing:,}.",
            f"The ids go from 0 to {len(read) - 1:,} without a gap; a token that is never used keeps its place.",
        )
    return [by_id[place] for place in range(len(read))]


def _check(tokens: list[Any], name: str) -> None:
    if not tokens or len(tokens) > LARGEST_VOCABULARY:
        raise UserError(f"{name} has {len(tokens):,} tokens.", f"A vocabulary has 1 to {LARGEST_VOCABULARY:,}.")
    places: dict[str, int] = {}
    for place, token in enumerate(tokens):
        if not isinstance(token, str):
            raise UserError(f"{name}: the token of id {place:,} is {str(token)[:40]}, not a text.", HINT)
        if not token or len(token) > LONGEST_TOKEN or _is_torn(token):
            fault = "empty" if not token else "too long" if len(token) > LONGEST_TOKEN else "half a character"
            raise UserError(
                f"{name}: the token of id {place:,} is {fault}.",
                "In a list of lines a line end cannot be a token: write the vocabulary as JSON.",
            )
        if token in places:
            raise UserError(
                f"{name} has {token[:40]!r} twice, with the ids {places[token]:,} and {place:,}.",
                "Each token has one id.",
            )
        places[token] = place


def _is_torn(token: str) -> bool:
    return not token.isascii() and any("\ud800" <= character <= "\udfff" for character in token)


def _unit_of(tokens: list[str]) -> Unit:
    others = [token for token in tokens if not _MARK.fullmatch(token)]
    return "characters" if others and all(len(token) == 1 for token in others) else "words"


def _names(tokens: list[str], unit: Unit, unknown: str | None, end: str | None, name: str) -> dict[str, str]:
    """The file's own name → rnnscope's, where they differ."""
    names = {}
    present = set(tokens)
    for given, ours, usual, option in (
        (unknown, UNKNOWN, UNKNOWN_NAMES, "--unknown"),
        (end, SENTENCE_END, END_NAMES, "--end"),
    ):
        if given is not None and given not in present:
            raise UserError(f"{name} has no token {given[:40]!r}.", f"Name one of its tokens with {option}.")
        theirs = given or next((token for token in usual if token in present), None)
        if theirs is None or theirs == ours or unit == "bytes":
            continue
        if ours in present:
            raise UserError(
                f"{name} has both {theirs!r} and {ours!r}, which is what rnnscope calls it.", f"Use {option} {ours}"
            )
        names[theirs] = ours
    return names


def _style_of(words: list[str]) -> Style:
    if not {",", ".", "?"} & set(words) and len(_unmet(words, "treebank")) < len(_unmet(words, "plain")):
        return "treebank"  # which has no punctuation
    return "plain" if len(_unmet(words, "plain")) <= MOST_UNMET * len(words) else "spaces"


def _unmet(words: list[str], style: Style) -> list[str]:
    """The words that no text is ever cut into."""
    tokenisation = Tokenisation("words", "none", style)
    made = {NUMBER} if style != "spaces" else set()
    return [word for word in words if word not in made and tokenisation.split(word) != [word]]


def _check_symbols(tokens: list[str], unit: Unit, name: str) -> None:
    for place, token in enumerate(tokens):
        if unit == "bytes" and (len(token) != 1 or ord(token) > 255):
            raise UserError(
                f"{name}: the token of id {place:,} is {token[:40]!r}, not a byte.",
                "Write the vocabulary as a JSON list of the values 0 to 255, in the order of the ids.",
            )
    if unit == "characters" and sum(len(token) == 1 for token in tokens) < len(tokens) / 2:
        example = next(token for token in tokens if len(token) > 1)
        raise UserError(f"{name} holds words, such as {example[:40]!r}, not characters.", "Use --as words.")
