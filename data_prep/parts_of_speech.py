"""Universal part-of-speech tags of word types, offline: which words of a vocabulary are nouns, verbs, adjectives, …

A type gets one tag, whatever it is in the sentence at hand. In this order:

1. `tagger`: the majority of the tags that the caller's own tagger gave its tokens over the corpus, where there is one;
2. `closed class`: the marks `<unk>`, `<eos>` and `N`, punctuation, and the words of `data_prep/english_words.py`;
3. `lexicon`: Brill's lexicon (94,000 words with the commonest Penn Treebank tag of each, from the Brown corpus and the
   Wall Street Journal) as it ships inside the package `textblob`, read as a file: textblob itself is not imported;
4. `derived`: a form whose stem is in the lexicon (`scorns`, `answer'd`, `kingdom's`);
5. `unknown`.

Agreement with words tagged by hand, where an ambiguous word allows several tags (tests/data_prep/*_words.json): 200
frequent ones, and 150 drawn at random from the ranks 201 to 8,000 of Shakespeare, War and Peace and restaurant reviews,
tagged before the result was seen:

    source                                           frequent       drawn
    all of the above, textblob 0.20.1               200 / 200   129 / 150
    1, 2 and 4 only, textblob not installed         134 / 200     3 / 150
    lexicon of textblob alone                       174 / 200   123 / 150
    lemminflect 0.2.3 alone, noun before verb        72 / 200   120 / 150
    lemminflect instead of textblob in 3 and 4      173 / 200   127 / 150

The closed classes were written knowing the frequent words, so the first column flatters; the second does not. Of the 21
drawn words that disagree 17 have no tag: names, dishes, words out of use. lemminflect has no names, and no counts that
would say that *good* is more often an adjective than a noun.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution

from data_prep.english_words import CLOSED_CLASSES, EARLY_MODERN_SIGNS, EARLY_MODERN_WORDS, derive_tag
from data_prep.errors import UserError
from data_prep.tokens import NUMBER, SENTENCE_END, UNKNOWN

UNIVERSAL_TAGS = (
    *("NOUN", "PROPN", "VERB", "ADJ", "ADV", "INTJ"),  # open classes
    *("AUX", "PRON", "DET", "ADP", "CCONJ", "SCONJ", "PART", "NUM"),  # closed
    *("PUNCT", "SYM", "X"),  # other
)
NO_TAG = "unknown"

_MARKS = {UNKNOWN: "X", SENTENCE_END: "PUNCT", NUMBER: "NUM"}
_PACKAGE, _FILE = "textblob", "textblob/en/en-lexicon.txt"

_UNIVERSAL_OF_PENN = {
    penn: universal
    for universal, tags in {
        "NOUN": "NN NNS",
        "PROPN": "NNP NNPS",
        "VERB": "VB VBD VBG VBN VBP VBZ",
        "AUX": "MD",
        "ADJ": "JJ JJR JJS",
        "ADV": "RB RBR RBS WRB",
        "PRON": "PRP PRP$ WP WP$ EX",
        "DET": "DT PDT WDT",
        "ADP": "IN RP",
        "CCONJ": "CC",
        "PART": "TO POS",
        "NUM": "CD",
        "INTJ": "UH",
        "X": "FW LS",
        "SYM": "SYM $ #",
    }.items()
    for penn in tags.split()
}


@dataclass(frozen=True)
class PartsOfSpeech:
    """One tag per word type.

    tags: (V,) one of `UNIVERSAL_TAGS`, or `unknown`.
    origins: (V,) `tagger`, `closed class`, `lexicon`, `derived` or `unknown`.
    source: what the tags come from, in words.
    reason: why tags are missing, in a sentence; empty when every word has one.
    """

    tags: tuple[str, ...]
    origins: tuple[str, ...]
    source: str
    reason: str

    @property
    def tagged(self) -> int:
        """How many of the V words have a tag."""
        return len(self.tags) - self.tags.count(NO_TAG)


def tag_types(
    words: Sequence[str], language: str = "en", tagged_tokens: Iterable[tuple[str, str]] = ()
) -> PartsOfSpeech:
    """The universal part of speech of each of V word types, lower-cased as vocabularies of words have them.

    language: ISO 639-1 code; for any but `en` only marks, numbers and punctuation (and `tagged_tokens`) have tags.
    tagged_tokens: (word, universal tag) of every token of the corpus, where a tagger has been run on it; the majority
        counts, and of equals the first in the alphabet.

    Raises: UserError for a tag in `tagged_tokens` that is not universal.

    Notes: `art` is a noun, and an auxiliary where `hath` and `doth` are among the words. Names that the lexicon lacks
    are unknown, since a lower-cased word does not show that it is one. A word spelled like an English one in a text of
    another language gets the English tag: say the language. Bytes are no words.
    """
    majority = _majority(tagged_tokens)
    closed, lexicon, source, missing = _knowledge(words, language)
    tagged = [_tag(word, majority, closed, lexicon) for word in words]
    untagged = sum(tag == NO_TAG for tag, _ in tagged)
    return PartsOfSpeech(
        tags=tuple(tag for tag, _ in tagged),
        origins=tuple(origin for _, origin in tagged),
        source=f"majority over the corpus, then {source}" if majority else source,
        reason=f"{untagged:,} of {len(words):,} words have no part of speech: {missing}" if untagged else "",
    )


def _majority(tagged_tokens: Iterable[tuple[str, str]]) -> dict[str, str]:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for word, tag in tagged_tokens:
        counts[word][tag] += 1
    foreign = {tag for tags in counts.values() for tag in tags}.difference(UNIVERSAL_TAGS)
    if foreign:
        raise UserError(
            f"{min(foreign)!r} is not a universal part-of-speech tag.", f"Allowed: {', '.join(UNIVERSAL_TAGS)}."
        )
    return {word: min(tags, key=lambda tag: (-tags[tag], tag)) for word, tags in counts.items()}


def _knowledge(words: Sequence[str], language: str) -> tuple[dict[str, str], dict[str, str], str, str]:
    """Closed classes, lexicon, their names in words, and why they may not be enough."""
    if language != "en":
        return {}, {}, "signs and numbers only", f"there is no lexicon for the language {language!r}, only for 'en'."
    early_modern = EARLY_MODERN_WORDS if EARLY_MODERN_SIGNS.issubset(words) else {}
    closed = CLOSED_CLASSES | early_modern
    try:
        lexicon, name = _read_lexicon()
    except PackageNotFoundError:
        return closed, {}, "closed classes only", f"the package {_PACKAGE}, whose lexicon is used, is not installed."
    except (OSError, UnicodeDecodeError) as error:
        return closed, {}, "closed classes only", f"the lexicon inside {_PACKAGE} cannot be read ({error})."
    return closed, lexicon, f"closed classes and {name}", "they are not in the lexicon."


def _read_lexicon() -> tuple[dict[str, str], str]:
    """Lower-cased word → universal tag; of spellings, the lower-case, then the Titled one counts."""
    package = distribution(_PACKAGE)
    exact: dict[str, str] = {}
    folded: dict[str, str] = {}
    with open(package.locate_file(_FILE), encoding="utf-8") as lines:  # noqa: PTH123 — may be no pathlib.Path
        for line in lines:
            word, _, penn = line.rstrip().partition(" ")
            tag = _UNIVERSAL_OF_PENN.get(penn.partition("|")[0])
            if tag is None:  # comments, punctuation
                continue
            lower = word.lower()
            if word == lower:
                exact[word] = tag
            elif word.istitle():
                folded[lower] = tag
            else:
                folded.setdefault(lower, tag)
    return folded | exact, f"the lexicon of {_PACKAGE} {package.version}"


def _tag(word: str, majority: dict[str, str], closed: dict[str, str], lexicon: dict[str, str]) -> tuple[str, str]:
    """(tag, origin) of one word type."""

    def look_up(form: str) -> str | None:
        return closed.get(form) or lexicon.get(form)

    plain = word.replace("’", "'")
    derived = None if plain in lexicon and "'" not in plain else derive_tag(plain, look_up)
    for origin, tag in (
        ("tagger", majority.get(word)),
        ("closed class", closed.get(plain) or _tag_of_mark(plain)),
        ("derived", derived),  # before the lexicon, which tags the first word of some contractions, the last of others
        ("lexicon", lexicon.get(plain)),
    ):
        if tag:
            return tag, origin
    return NO_TAG, NO_TAG


def _tag_of_mark(word: str) -> str | None:
    """The tag of what is no word: the marks of a vocabulary, numbers, punctuation, signs such as $ and emoji."""
    if word in _MARKS:
        return _MARKS[word]
    kinds = {unicodedata.category(char)[0] for char in word}
    if "L" in kinds or not kinds & set("NPS"):
        return None
    return "NUM" if "N" in kinds else "SYM" if "S" in kinds and not set(word) <= {"`", "´"} else "PUNCT"
