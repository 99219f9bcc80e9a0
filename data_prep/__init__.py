"""Text to corpus: reading, cutting into tokens, vocabulary, parts, and the folders that keep them."""

from data_prep.corpus import Corpus, Texts, list_corpora, open_corpus
from data_prep.corpus_statistics import CorpusStatistics, describe_corpus
from data_prep.errors import UserError
from data_prep.known import CorpusState, corpus_states, expected_counts, prepare_known
from data_prep.labelled import LabelOptions
from data_prep.preparing import prepare_corpus
from data_prep.preview import Preview, preview
from data_prep.tokens import Cut, Tokenisation, display_token
from data_prep.vocabulary import Vocabulary

__all__ = [
    "Corpus",
    "CorpusState",
    "CorpusStatistics",
    "Cut",
    "LabelOptions",
    "Preview",
    "Texts",
    "Tokenisation",
    "UserError",
    "Vocabulary",
    "corpus_states",
    "describe_corpus",
    "display_token",
    "expected_counts",
    "list_corpora",
    "open_corpus",
    "prepare_corpus",
    "prepare_known",
    "preview",
]
