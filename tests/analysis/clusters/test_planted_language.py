"""A language whose word classes are known, learnt by a network, recorded, and found again in its memory."""

import numpy as np
import pytest
import torch

from analysis.clusters.coclustering import cocluster
from analysis.clusters.decomposition import decompose
from analysis.clusters.partitions import adjusted_rand_index
from analysis.clusters.quality import TRUSTED, quality_profile
from analysis.recording.engine import record
from analysis.similarity import nearest_words
from models.network import RecurrentLanguageModel
from models.recipe import ModelSettings

NOUNS, VERBS, END = range(20), range(20, 40), 40
CLASS = np.array([0] * 20 + [1] * 20)


def planted_text(sentences: int) -> np.ndarray:
    """Noun and verb in turn, one to three times, and an end; which noun and which verb is chance."""
    draw, ids = np.random.default_rng(0), []
    for times in draw.integers(1, 4, sentences):
        for _ in range(times):
            ids += [int(draw.choice(NOUNS)), int(draw.choice(VERBS))]
        ids.append(END)
    return np.array(ids)


@pytest.fixture(scope="module")
def recording():
    ids = planted_text(1500)
    torch.manual_seed(0)
    network = RecurrentLanguageModel(ModelSettings(layers=1, units=24, embedding=12, dropout=0.0), END + 1)
    optimizer = torch.optim.Adam(network.parameters(), 0.02)
    streams = torch.from_numpy(ids[: len(ids) // 20 * 20].reshape(20, -1).T.copy())
    for _ in range(3):
        for start in range(0, len(streams) - 26, 25):
            optimizer.zero_grad()
            loss, _ = network.loss(streams[start : start + 25], streams[start + 1 : start + 26])
            loss.backward()
            optimizer.step()
    assert loss.item() < np.log(20) + 0.5  # it knows the class that comes next; the word is chance
    return record(network.eval(), ids)


@pytest.fixture(scope="module")
def responses(recording):
    response = recording.response("hidden", 0)
    words = [int(np.flatnonzero(response.token_ids == word)[0]) for word in (*NOUNS, *VERBS)]
    return response, words


def test_the_two_classes_are_the_two_clusters(responses):
    response, words = responses
    for treatment in ("combined", "signed"):
        found = cocluster(decompose(response.mean[words], treatment), 2)
        assert adjusted_rand_index(found.word_labels, CLASS) == 1.0


def test_they_are_trusted_and_suggested(responses):
    response, words = responses
    halves = (response.half_means[0][words], response.half_means[1][words])
    profile = quality_profile(decompose(response.mean[words]), halves=halves, tags=["NV"[kind] for kind in CLASS])
    assert profile.suggested_k == 2
    assert profile.verdicts[0] == TRUSTED
    assert profile.tag_agreement[0] == pytest.approx(1.0)
    assert profile.shuffled_agreement[0] < 0.2


def test_shuffled_responses_have_no_such_clusters(responses):
    response, words = responses
    mean = response.mean[words]
    shuffled = np.random.default_rng(1).permutation(mean.ravel()).reshape(mean.shape)
    assert abs(adjusted_rand_index(cocluster(decompose(shuffled), 2).word_labels, CLASS)) < 0.2
    assert quality_profile(decompose(shuffled)).suggested_k is None


def test_the_nearest_words_of_a_word_are_of_its_class(responses):
    response, words = responses
    for word, kind in zip(words, CLASS, strict=True):
        nearest = response.token_ids[nearest_words(response, word, 10).rows]
        assert set(nearest.tolist()) <= set(NOUNS if kind == 0 else VERBS)


def test_an_end_is_more_surprising_than_it_is_after_a_verb(recording):
    nats = dict(zip(recording.token_ids.tolist(), recording.surprise_nats, strict=True))
    # After a verb an end comes in half of the cases: ln 2; a noun is one of twenty besides.
    assert nats[END] == pytest.approx(np.log(2), abs=0.25)
    assert np.mean([nats[word] for word in NOUNS]) > np.log(20)
