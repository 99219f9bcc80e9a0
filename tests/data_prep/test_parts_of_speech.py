import json
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from data_prep.english_words import CLOSED_CLASSES
from data_prep.errors import UserError
from data_prep.parts_of_speech import NO_TAG, UNIVERSAL_TAGS, tag_types


def _textblob_version() -> str:
    try:
        return version("textblob")
    except PackageNotFoundError:
        return "none"


needs_lexicon = pytest.mark.skipif(
    _textblob_version() != "0.20.1", reason=f"measured with textblob 0.20.1, installed: {_textblob_version()}"
)


def read_hand_tagged(name: str) -> dict[str, set[str]]:
    text = Path(__file__).with_name(f"{name}_words.json").read_text(encoding="utf-8")
    return {word: set(tags.split()) for word, tags in json.loads(text).items()}


def count_agreements(name: str) -> int:
    allowed = read_hand_tagged(name)
    return sum(tag in allowed[word] for word, tag in zip(allowed, tag_types(list(allowed)).tags, strict=True))


@pytest.fixture
def no_package(tmp_path, monkeypatch) -> Path:
    """The only folder that packages are found in; it is empty."""
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    return tmp_path


@pytest.fixture
def install_lexicon(no_package):
    """install_lexicon(bytes) → a package called textblob with this lexicon inside."""

    def install(content: bytes) -> None:
        information = no_package / "textblob-9.8.7.dist-info"
        information.mkdir()
        (information / "METADATA").write_text("Metadata-Version: 2.1\nName: textblob\nVersion: 9.8.7\n")
        lexicon = no_package / "textblob" / "en" / "en-lexicon.txt"
        lexicon.parent.mkdir(parents=True)
        lexicon.write_bytes(content)

    return install


@pytest.fixture
def small_lexicon(install_lexicon):
    install_lexicon(
        b";;; a comment\n\nMay NNP\nLONDON NN\nLondon NNP\nmay NN\nUSAir NNP\nwalk NN|VB\nanswer VB\nlove VB\n"
        b"happy JJ\nbig JJ\nking NN\npower NN\nhonor NN\nknow VB\ndo VBP\ndon't VBP\no'clock RB\n"
        b"broken\nodd ???\nart NN\n"
    )


@pytest.mark.parametrize(("name", "size"), [("frequent", 200), ("drawn", 150)])
def test_hand_tagged_words_have_universal_tags(name, size):
    allowed = read_hand_tagged(name)
    assert len(allowed) == size
    assert all(tags and tags <= set(UNIVERSAL_TAGS) for tags in allowed.values())


@needs_lexicon
@pytest.mark.parametrize(("name", "agreements"), [("frequent", 200), ("drawn", 129)])
def test_agreement_with_hand_tagged_words(name, agreements):
    assert count_agreements(name) == agreements


@pytest.mark.usefixtures("no_package")
@pytest.mark.parametrize(("name", "agreements"), [("frequent", 134), ("drawn", 3)])
def test_agreement_without_the_lexicon(name, agreements):
    assert count_agreements(name) == agreements


@needs_lexicon
def test_fifteen_thousand_words_take_less_than_a_second():
    words = [f"{stem}{ending}" for stem in CLOSED_CLASSES for ending in ("", "s", "ing", "'d", "'s", "xyz")] * 10
    started = time.perf_counter()
    result = tag_types(words[:15_000])
    assert time.perf_counter() - started < 1
    assert len(result.tags) == 15_000
    assert "textblob" not in sys.modules
    assert "nltk" not in sys.modules


def test_universal_tags_are_the_seventeen():
    assert len(set(UNIVERSAL_TAGS)) == len(UNIVERSAL_TAGS) == 17
    assert set(CLOSED_CLASSES.values()) <= set(UNIVERSAL_TAGS)


def test_no_word_stands_in_two_closed_classes():
    from data_prep.english_words import _WORDS

    listed = [word for words in _WORDS.values() for word in words.split()]
    assert sorted(listed) == sorted(set(listed))


@pytest.mark.usefixtures("no_package")
@pytest.mark.parametrize(
    ("word", "tag"),
    [
        ("thou", "PRON"),
        ("thee", "PRON"),
        ("thy", "PRON"),
        ("hath", "AUX"),
        ("doth", "AUX"),
        ("'tis", "PRON"),
        ("tis", "PRON"),
        ("o'er", "ADP"),
        ("o’er", "ADP"),
        ("ne'er", "ADV"),
        ("don't", "AUX"),
        ("it's", "PRON"),
        ("they'd", "PRON"),
        ("is't", "AUX"),
        ("<unk>", "X"),
        ("<eos>", "PUNCT"),
        ("N", "NUM"),
        ("1,000", "NUM"),
        ("٤٢", "NUM"),
        ("½", "NUM"),
        (",", "PUNCT"),
        ("``", "PUNCT"),
        ("''", "PUNCT"),
        ("…", "PUNCT"),
        ("«", "PUNCT"),
        ("$", "SYM"),
        ("%", "SYM"),
        ("👍🏽", "SYM"),
        ("&", "CCONJ"),
        ("'s", "PART"),
        ("", NO_TAG),
        (" ", NO_TAG),
        ("\x00", NO_TAG),
        ("'", "PUNCT"),
        ("xyz'", NO_TAG),
        ("13th", NO_TAG),
        ("мир", NO_TAG),
        ("日本", NO_TAG),
    ],
)
def test_closed_classes_and_signs(word, tag):
    assert tag_types([word]).tags == (tag,)


@pytest.mark.usefixtures("small_lexicon")
@pytest.mark.parametrize(
    ("word", "tag", "origin"),
    [
        ("king", "NOUN", "lexicon"),
        ("walk", "NOUN", "lexicon"),  # the first of several tags
        ("london", "PROPN", "lexicon"),
        ("usair", "PROPN", "lexicon"),
        ("may", "AUX", "closed class"),
        ("o'clock", "ADV", "lexicon"),
        ("don't", "AUX", "derived"),
        ("king's", "NOUN", "derived"),
        ("king’s", "NOUN", "derived"),
        ("kings", "NOUN", "derived"),
        ("answer'd", "VERB", "derived"),
        ("answered", "VERB", "derived"),
        ("lov'd", "VERB", "derived"),
        ("loving", "VERB", "derived"),
        ("loveth", "VERB", "derived"),
        ("know'st", "VERB", "derived"),
        ("happiest", "ADJ", "derived"),
        ("happily", "ADV", "derived"),
        ("happiness", "NOUN", "derived"),
        ("bigger", "ADJ", "derived"),
        ("kingless", "ADJ", "derived"),
        ("pow'r", "NOUN", "derived"),
        ("honour", "NOUN", "derived"),
        ("honours", NO_TAG, NO_TAG),
        ("londons", NO_TAG, NO_TAG),  # a name has no plural that could be told from another word
        ("odd", NO_TAG, NO_TAG),
        ("broken", NO_TAG, NO_TAG),
        ("ing", NO_TAG, NO_TAG),
        ("s", NO_TAG, NO_TAG),
    ],
)
def test_lexicon_and_derived_forms(word, tag, origin):
    result = tag_types([word])
    assert (result.tags, result.origins) == ((tag,), (origin,))


@pytest.mark.usefixtures("small_lexicon")
def test_art_is_a_noun_except_in_early_modern_words():
    assert tag_types(["art", "hath"]).tags == ("NOUN", "AUX")
    assert tag_types(["doth", "art", "hath"]).tags == ("AUX", "AUX", "AUX")


@pytest.mark.usefixtures("small_lexicon")
def test_the_result_says_where_tags_come_from_and_why_some_are_missing():
    words = ["the", "king", "kings", "rnn"]
    result = tag_types(words)
    assert result == tag_types(words)
    assert result.tagged == 3
    assert result.source == "closed classes and the lexicon of textblob 9.8.7"
    assert result.reason == "1 of 4 words have no part of speech: they are not in the lexicon."
    assert tag_types(words[:3]).reason == ""
    assert tag_types([]).tags == ()


@pytest.mark.usefixtures("no_package")
def test_without_the_package_only_closed_classes_are_tagged():
    result = tag_types(["the", "king", "."])
    assert result.tags == ("DET", NO_TAG, "PUNCT")
    assert result.source == "closed classes only"
    assert "1 of 3 words" in result.reason
    assert "textblob, whose lexicon is used, is not installed" in result.reason


def test_an_unreadable_lexicon_is_said_so(install_lexicon, no_package):
    install_lexicon(b"caf\xe9 NN\n")
    assert "cannot be read" in tag_types(["king"]).reason
    (no_package / "textblob" / "en" / "en-lexicon.txt").unlink()
    result = tag_types(["king", "the"])
    assert result.tags == (NO_TAG, "DET")
    assert "cannot be read" in result.reason


@pytest.mark.usefixtures("small_lexicon")
def test_another_language_has_signs_and_numbers_only():
    result = tag_types(["die", "king", "N", ".", "<unk>", "it's"], language="de")
    assert result.tags == (NO_TAG, NO_TAG, "NUM", "PUNCT", "X", NO_TAG)
    assert "no lexicon for the language 'de'" in result.reason


@pytest.mark.usefixtures("small_lexicon")
def test_the_majority_over_the_corpus_comes_first():
    tokens = [("king", "PROPN")] * 2 + [("king", "NOUN")] * 3 + [("the", "X"), ("big", "NOUN"), ("big", "ADJ")]
    result = tag_types(["king", "the", "big", "walk"], tagged_tokens=tokens)
    assert result.tags == ("NOUN", "X", "ADJ", "NOUN")
    assert result.origins == ("tagger", "tagger", "tagger", "lexicon")
    assert result.source.startswith("majority over the corpus, then closed classes")
    assert result == tag_types(["king", "the", "big", "walk"], tagged_tokens=reversed(tokens))


def test_tags_of_another_tag_set_are_refused():
    with pytest.raises(UserError, match="'NN' is not a universal part-of-speech tag"):
        tag_types(["king"], tagged_tokens=[("king", "NN")])
