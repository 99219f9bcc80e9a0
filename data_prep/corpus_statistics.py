"""What a corpus page shows: sizes, frequencies, lengths, classes."""

from dataclasses import dataclass

import numpy as np

from data_prep.corpus import Corpus


@dataclass(frozen=True)
class CorpusStatistics:
    """Counts of a corpus; dictionaries are part → value.

    tokens: positions. unknown_rates: fraction of positions that hold `<unk>`. types_before_cap: different
    tokens of the training part. counts: (V,) occurrences of each token of the vocabulary in the training
    part before balancing, by token id, `<unk>` and `<eos>` included.
    texts: number of texts, and text_lengths: (n,) tokens of each, after balancing; empty without labels.
    classes_before, classes_after: part → class → texts, before and after balancing; empty without labels.
    class_weights: class → weight for the loss, or None.
    """

    tokens: dict[str, int]
    unknown_rates: dict[str, float]
    types_before_cap: int
    counts: np.ndarray
    texts: dict[str, int]
    text_lengths: dict[str, np.ndarray]
    classes_before: dict[str, dict[str, int]]
    classes_after: dict[str, dict[str, int]]
    class_weights: dict[str, float] | None


def describe_corpus(corpus: Corpus) -> CorpusStatistics:
    """Count what a page about a corpus shows; one pass over its ids."""
    texts = corpus.texts or {}
    labelled = corpus.source.get("labelled") or {}
    return CorpusStatistics(
        tokens={part: len(ids) for part, ids in corpus.splits.items()},
        unknown_rates=corpus.unknown_rates(),
        types_before_cap=int(corpus.source.get("types_before_cap", len(corpus.vocabulary))),
        counts=np.array(corpus.vocabulary.counts, np.int64),
        texts={part: len(some) for part, some in texts.items()},
        text_lengths={part: np.diff(some.offsets) for part, some in texts.items()},
        classes_before=labelled.get("before_balancing", {}),
        classes_after=labelled.get("after_balancing", {}),
        class_weights=labelled.get("class_weights"),
    )
