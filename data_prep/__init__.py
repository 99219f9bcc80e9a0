"""Text to corpus: reading, cutting into tokens, vocabulary, parts, and the folders that keep them."""

from data_prep.corpus import Corpus, list_corpora, open_corpus, prepare_corpus
from data_prep.errors import UserError
from data_prep.tokens import Tokenisation, display_token
from data_prep.vocabulary import Vocabulary

__all__ = [
    "Corpus",
    "Tokenisation",
    "UserError",
    "Vocabulary",
    "display_token",
    "list_corpora",
    "open_corpus",
    "prepare_corpus",
]
