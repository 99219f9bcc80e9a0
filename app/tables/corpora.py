"""What corpora are made of, as tables."""

from typing import Any

import numpy as np
import pandas as pd

from data_prep.corpus import Corpus
from data_prep.corpus_statistics import CorpusStatistics
from data_prep.known import CorpusState
from data_prep.parts_of_speech import tag_types


def corpora_table(states: list[CorpusState]) -> pd.DataFrame:
    """One row per known or prepared corpus."""
    return pd.DataFrame(
        {
            "corpus": state.name,
            "task": state.task,
            "state": state.fault or state.state,
            "what": state.title,
            "licence": state.licence or "yours",
            "source": state.source or "",
        }
        for state in states
    )


def frequencies_table(corpus: Corpus, statistics: CorpusStatistics) -> tuple[pd.DataFrame, str]:
    """Tokens of the vocabulary that occur in the training part, most frequent first.

    Of words, with their part of speech; the second value says where that comes from, and what is missing.
    """
    order = np.argsort(-statistics.counts, kind="stable")
    order = order[statistics.counts[order] > 0]
    vocabulary, origin = corpus.vocabulary, ""
    columns: dict[str, Any] = {
        "rank": np.arange(1, len(order) + 1),
        "token": [vocabulary.display(token_id) for token_id in order],
        "occurrences": statistics.counts[order],
        "share": statistics.counts[order] / statistics.counts.sum(),
    }
    if vocabulary.tokenisation.unit == "words":
        found = tag_types([vocabulary.tokens[token_id] for token_id in order])
        columns["part of speech"] = found.tags
        origin = f"Parts of speech: {found.source}. {found.reason}"
    return pd.DataFrame(columns), origin


def lengths_table(statistics: CorpusStatistics) -> pd.DataFrame:
    """How many texts of every part have how many tokens."""
    counted = {part: np.unique(lengths, return_counts=True) for part, lengths in statistics.text_lengths.items()}
    return pd.concat(
        [pd.DataFrame({"part": part, "tokens": own, "texts": count}) for part, (own, count) in counted.items()]
    )


def balance_table(statistics: CorpusStatistics) -> pd.DataFrame:
    """Texts of every part and class, before and after balancing."""
    return pd.DataFrame(
        {"part": part, "class": label, "before": statistics.classes_before[part].get(label, 0), "after": count}
        for part, counts in statistics.classes_after.items()
        for label, count in counts.items()
    )
