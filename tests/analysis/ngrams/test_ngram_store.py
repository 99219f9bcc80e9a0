import numpy as np
import pytest

from analysis.ngrams.kneser_ney import score_ngrams
from analysis.ngrams.store import ensure_ngram_distributions, ensure_ngram_scores
from analysis.predictions.store import ensure_predictions
from analysis.results import list_results
from data_prep.corpus import open_corpus
from data_prep.errors import UserError
from models.run import open_run


def test_scores_of_a_corpus_are_stored_beside_the_predictions_of_its_runs(copied_home):
    corpus = open_corpus("toy-bytes")
    made = ensure_ngram_scores(corpus, longest=6)
    fresh = score_ngrams(corpus.splits["train"], corpus.splits["test"], len(corpus.vocabulary), longest=6)
    again = ensure_ngram_scores(corpus, longest=6)
    for found in (made, again):
        np.testing.assert_array_equal(found.probabilities, fresh.probabilities)
        np.testing.assert_array_equal(found.discounts, fresh.discounts)
        np.testing.assert_array_equal(found.fallbacks, fresh.fallbacks)
        assert found.training == len(corpus.splits["train"])
    predicted = ensure_predictions(open_run("toy-bytes-gru"))
    assert made.probabilities.shape[1] == len(predicted.log_probabilities)
    spread = ensure_ngram_distributions(corpus, range(3))
    assert list(spread) == [0, 1, 2]
    places = predicted.sampled
    for context, distributions in spread.items():
        assert distributions.shape == predicted.distributions.shape
        np.testing.assert_allclose(
            distributions[np.arange(len(places)), predicted.ids[places]],
            made.probabilities[context][places],
            rtol=1e-5,
        )
    listed = {(result.run, result.kind): result.fault for result in list_results()}
    assert listed == {
        ("toy-bytes", "ngrams"): None,
        ("toy-bytes", "ngram-distributions"): None,
        ("toy-bytes-gru", "predictions"): None,
    }


def test_the_training_part_is_refused(copied_home):
    with pytest.raises(UserError, match="training part"):
        ensure_ngram_scores(open_corpus("toy-bytes"), "train")
