"""Prepared corpora."""

from typing import Any

import pandas as pd
import streamlit as st

from app.cached.runs import fingerprint
from app.tables.corpora import frequencies_table
from data_prep import known
from data_prep.corpus import Corpus, corpora_home, list_corpora, open_corpus
from data_prep.corpus_statistics import CorpusStatistics, describe_corpus
from data_prep.known import CorpusState


def prepared_corpora() -> list[str]:
    """Names of the prepared corpora."""
    return list_corpora()


def corpus_states() -> list[CorpusState]:
    """Known and own corpora with their state; looked at again whenever a corpus folder changed."""
    return _corpus_states(tuple((name, fingerprint(corpora_home() / name)) for name in list_corpora()))


def find_prepared(name: str) -> Corpus:
    """A prepared corpus; read again whenever a file of it changed."""
    return _prepared(name, fingerprint(corpora_home() / name))


def find_corpus(name: str) -> tuple[Corpus, CorpusStatistics]:
    """A prepared corpus and its counts; read again whenever a file of it changed."""
    return _corpus(name, fingerprint(corpora_home() / name))


def find_frequencies(name: str) -> tuple[pd.DataFrame, str]:
    """The frequencies of a corpus's tokens as a table, and where its parts of speech come from."""
    return _frequencies(name, find_corpus(name)[0].digest)


@st.cache_resource(max_entries=4, show_spinner=False)
def _corpus_states(prepared: tuple[Any, ...]) -> list[CorpusState]:  # noqa: ARG001 (the key)
    return known.corpus_states()


@st.cache_resource(max_entries=8, show_spinner=False)
def _prepared(name: str, files: Any) -> Corpus:  # noqa: ARG001 (part of the key)
    return open_corpus(name)


@st.cache_resource(max_entries=8, show_spinner="Counting …")
def _corpus(name: str, files: Any) -> tuple[Corpus, CorpusStatistics]:
    corpus = _prepared(name, files)
    return corpus, describe_corpus(corpus)


@st.cache_data(max_entries=8, show_spinner=False)
def _frequencies(name: str, digest: str) -> tuple[pd.DataFrame, str]:  # noqa: ARG001 (part of the key)
    return frequencies_table(*find_corpus(name))
