"""The error breakdown of a run on a part of its corpus, from what is stored of it."""

from collections.abc import Callable

import numpy as np

from analysis.errors.breakdown import ErrorBreakdown, break_down
from analysis.errors.clues import Clues, find_clues
from analysis.errors.oracle_settings import OracleSettings
from analysis.ngrams.store import ensure_ngram_scores
from analysis.predictions.store import ensure_predictions
from data_prep.corpus import Corpus
from data_prep.errors import UserError
from models.run import Run


def ngram_probabilities(
    corpus: Corpus, part: str = "test", *, on_progress: Callable[[float], None] = lambda _: None
) -> tuple[np.ndarray | None, str]:
    """((C, T) of the n-gram models of a corpus, ""), or (None, why there are none)."""
    try:
        return ensure_ngram_scores(corpus, part, on_progress=on_progress).probabilities, ""
    except UserError as error:
        return None, f"The n-gram oracle is left out. {error.message}"


def clues_of(
    run: Run, settings: OracleSettings, part: str = "test", *, on_progress: Callable[[float], None] = lambda _: None
) -> Clues:
    """What the oracles know of a part of the run's corpus; n-gram models are counted first where there are none."""
    corpus = run.open_corpus()
    ngram, no_ngram = ngram_probabilities(corpus, part, on_progress=on_progress)
    ids = ensure_predictions(run, part).ids
    return find_clues(ids, run.vocabulary, corpus.splits["train"], settings, ngram=ngram, no_ngram=no_ngram)


def break_down_run(
    run: Run,
    settings: OracleSettings,
    part: str = "test",
    *,
    device: str = "cpu",
    on_progress: Callable[[float], None] = lambda _: None,
) -> ErrorBreakdown:
    """The errors of a run by what would remove them; what that needs is computed and stored where it is not.

    Raises UserError when the corpus is not at hand, or when the run is no language model.
    """
    predictions = ensure_predictions(run, part, device=device, on_progress=lambda done: on_progress(done / 2))
    clues = clues_of(run, settings, part, on_progress=lambda done: on_progress(0.5 + done / 2))
    return break_down(predictions.log_probabilities, clues, settings)
