"""Advice on text in Chinese or Japanese, which has no spaces between its words."""

from data_prep.tokens import is_unspaced
from data_prep.vocabulary import Vocabulary

WORTH_SAYING = 0.2  # of the training part's tokens


def advice_on_unspaced(vocabulary: Vocabulary) -> str | None:
    """A sentence where many tokens of a corpus of words are characters of an unspaced script, else None."""
    if vocabulary.tokenisation.unit != "words":
        return None
    total = sum(vocabulary.counts)
    share = sum(c for t, c in zip(vocabulary.tokens, vocabulary.counts, strict=True) if is_unspaced(t)) / max(1, total)
    if share < WORTH_SAYING:
        return None
    return (
        f"{share:.0%} of the tokens are Chinese or Japanese characters: there are no spaces to find words by, so "
        "each character is a token. For words, put spaces between them first (with jieba or MeCab), or prepare "
        "the text --as characters."
    )
