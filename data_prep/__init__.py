"""Text to corpus: reading, cutting into tokens, vocabulary, parts, and the folders that keep them."""

from data_prep.corpus import Corpus, Texts, list_corpora, open_corpus
from data_prep.errors import UserError
from data_prep.labelled import LabelOptions
from data_prep.preparing import prepare_corpus
from data_prep.tokens import Tokenisation, display_token
from data_prep.vocabulary import Vocabulary

__all__ = [
    "Corpus",
    "LabelOptions",
    "Texts",
    "Tokenisation",
    "UserError",
    "Vocabulary",
    "display_token",
    "list_corpora",
    "open_corpus",
    "prepare_corpus",
]
