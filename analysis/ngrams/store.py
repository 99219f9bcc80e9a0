"""What the n-gram models of a corpus give to a part of it, on disk."""

from collections.abc import Callable, Sequence

import numpy as np

from analysis.ngrams.kneser_ney import NgramScores, score_ngrams
from analysis.predictions.predict import sampled_places
from analysis.predictions.store import MOST
from analysis.results import Content, ResultKey, ensure_result
from data_prep.corpus import Corpus
from data_prep.errors import UserError

KIND, SPREAD_KIND, SCHEMA = "ngrams", "ngram-distributions", 2
LONGEST = 19


def ensure_ngram_scores(
    corpus: Corpus,
    part: str = "test",
    *,
    longest: int = LONGEST,
    on_progress: Callable[[float], None] = lambda _: None,
) -> NgramScores:
    """What models of 0 … `longest` tokens of context, counted in the training part, give to every token of a part.

    The tokens are those of `ensure_predictions`. Stored; computed first where there is none. No distributions.

    Raises UserError when the part is the training part, or when it is shorter than the longest context.
    """
    ids = _part(corpus, part)

    def compute() -> Content:
        made = score_ngrams(
            corpus.splits["train"], ids, len(corpus.vocabulary), longest=longest, on_progress=on_progress
        )
        arrays = {name: getattr(made, name) for name in ("probabilities", "discounts", "fallbacks", "ngrams")}
        return Content({"training": made.training}, arrays)

    options = {"part": part, "tokens": MOST, "longest": longest}
    content = ensure_result(ResultKey(corpus, KIND, SCHEMA, options), compute)
    return NgramScores(distributions={}, training=content.about["training"], **content.arrays)


def ensure_ngram_distributions(corpus: Corpus, contexts: Sequence[int], part: str = "test") -> dict[int, np.ndarray]:
    """Context length → (S, V) float32: whole distributions, in the places that `ensure_predictions` keeps.

    Stored; computed first where there are none.
    """
    ids = _part(corpus, part)

    def compute() -> Content:
        vocabulary_size = len(corpus.vocabulary)
        places = sampled_places(len(ids), vocabulary_size)
        made = score_ngrams(
            corpus.splits["train"],
            ids,
            vocabulary_size,
            longest=max(contexts),
            sampled=places,
            contexts=contexts,
        )
        return Content({}, {str(context): found for context, found in made.distributions.items()})

    options = {"part": part, "tokens": MOST, "contexts": list(contexts)}
    content = ensure_result(ResultKey(corpus, SPREAD_KIND, SCHEMA, options), compute)
    return {int(context): found for context, found in content.arrays.items()}


def _part(corpus: Corpus, part: str) -> np.ndarray:
    if part == "train":
        raise UserError("n-gram models are counted in the training part: it says nothing about them.", "Choose test.")
    return corpus.splits[part][:MOST]
