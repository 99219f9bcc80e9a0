from types import SimpleNamespace

import pytest

from analysis.interpretation.token_text import TokenText, token_text
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import build_vocabulary


@pytest.fixture(autouse=True)
def _a_small_lexicon(monkeypatch):
    """Reading the whole one for every text takes a quarter of a second; it has its own tests."""
    lexicon = {"the": "DET", "cat": "NOUN", "dogs": "NOUN", ",": "PUNCT"}

    def tag_types(words):
        return SimpleNamespace(tags=tuple(lexicon.get(word, "unknown") for word in words))

    for library in ("symbol", "word"):
        monkeypatch.setattr(f"analysis.interpretation.{library}_properties.tag_types", tag_types)


@pytest.fixture
def text_of():
    """text_of(text, unit) → its tokens as a `TokenText`, in a vocabulary of nothing else."""

    def make(text: str, unit: str = "characters", offsets=None) -> TokenText:
        tokenisation = Tokenisation(unit)
        tokens = tokenisation.split(text)
        vocabulary = build_vocabulary(tokenisation, tokens, 1000)
        return token_text(vocabulary.encode(tokens)[0], vocabulary, offsets)

    return make
