import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from analysis.coclustering import (
    DROPPED,
    TREATMENTS,
    cluster_means,
    cocluster,
    decompose,
    largest_k,
    own_response,
    telling_words,
)
from data_prep.errors import UserError

W, H, K = 240, 120, 5


def plant(seed: int, *, signs: bool, noise: float = 0.5) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Responses in which K groups of words move K groups of units; with `signs`, half of the units downwards."""
    rng = np.random.default_rng(seed)
    words, units = rng.integers(K, size=W), rng.integers(K, size=H)
    direction = rng.choice([-1.0, 1.0], size=H) if signs else np.ones(H)
    matrix = (words[:, None] == units) * direction + noise * rng.standard_t(5, (W, H))
    return matrix, words, units


def agreement(matrix: np.ndarray, treatment: str, words: np.ndarray, units: np.ndarray) -> tuple[float, float]:
    found = cocluster(decompose(matrix, treatment), K)
    return adjusted_rand_score(words, found.word_labels), adjusted_rand_score(units, found.unit_labels)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("signs", [True, False])
def test_signed_treatment_recovers_planted_clusters_exactly(seed, signs):
    matrix, words, units = plant(seed, signs=signs)
    assert agreement(matrix, "signed", words, units) == (1.0, 1.0)


@pytest.mark.parametrize("treatment", TREATMENTS)
def test_every_treatment_recovers_an_easy_planting(treatment):
    matrix, words, units = plant(0, signs=False, noise=0.05)
    assert agreement(matrix, treatment, words, units) == (1.0, 1.0)


def test_nothing_is_found_in_a_shuffled_matrix():
    matrix, words, units = plant(0, signs=True)
    shuffled = np.random.default_rng(1).permutation(matrix.ravel()).reshape(matrix.shape)
    assert max(agreement(shuffled, "signed", words, units)) < 0.05


def test_clusters_follow_a_permutation_of_words_and_units():
    matrix, _, _ = plant(2, signs=True)
    rng = np.random.default_rng(3)
    rows, columns = rng.permutation(W), rng.permutation(H)
    plain, moved = cocluster(decompose(matrix), K), cocluster(decompose(matrix[np.ix_(rows, columns)]), K)
    assert adjusted_rand_score(plain.word_labels[rows], moved.word_labels) == 1.0
    assert adjusted_rand_score(plain.unit_labels[columns], moved.unit_labels) == 1.0


def test_word_cluster_and_unit_cluster_of_a_number_belong_together():
    matrix, _, _ = plant(4, signs=False)
    strength = cocluster(decompose(matrix), K).strength
    assert np.array_equal(strength.argmax(1), np.arange(K))


def test_deterministic_and_scale_free():
    matrix, _, _ = plant(5, signs=True)
    first, again, scaled = (cocluster(decompose(factor * matrix), 7) for factor in (1, 1, 1000))
    assert np.array_equal(first.word_labels, again.word_labels)
    assert np.array_equal(first.unit_labels, scaled.unit_labels)


def test_one_decomposition_serves_every_k():
    decomposition = decompose(plant(6, signs=True)[0])
    assert largest_k(decomposition) == 20
    for k in range(2, 21):
        clusters = cocluster(decomposition, k)
        assert set(clusters.word_labels) == set(range(k))


def test_strength_is_the_mean_over_the_block_and_its_parts_add_up():
    matrix, _, _ = plant(7, signs=True)
    found = cocluster(decompose(matrix), K)
    for word_cluster in range(K):
        for unit_cluster in range(K):
            block = matrix[np.ix_(found.word_labels == word_cluster, found.unit_labels == unit_cluster)]
            assert found.strength[word_cluster, unit_cluster] == pytest.approx(block.mean())
    np.testing.assert_allclose(found.positive_part + found.negative_part, found.strength, atol=1e-12)
    assert np.all(found.positive_part >= 0)
    assert np.all(found.negative_part <= 0)


def test_empty_clusters_have_no_strength():
    means = cluster_means(np.ones((2, 2)), np.array([0, 0]), np.array([1, 1]), 3)
    assert means.tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize("treatment", TREATMENTS)
def test_words_and_units_without_response_are_dropped_and_reported(treatment):
    matrix, _, _ = plant(8, signs=False)
    matrix = np.abs(matrix)  # zeros are then the minimum, for every treatment
    matrix[3] = 0
    matrix[:, [5, 6]] = 0
    found = cocluster(decompose(matrix, treatment), K)
    assert (found.dropped_words, found.dropped_units) == (1, 2)
    assert found.word_labels[3] == found.unit_labels[5] == DROPPED


def test_own_response_and_telling_words():
    matrix, _, _ = plant(9, signs=False)
    found = cocluster(decompose(matrix), K)
    own = own_response(found, matrix)
    assert own[11] == pytest.approx(matrix[11, found.unit_labels == found.word_labels[11]].mean())
    for cluster, words in enumerate(telling_words(found, matrix, 4)):
        assert len(words) == 4
        assert set(found.word_labels[words]) == {cluster}
        assert np.all(np.diff(np.abs(own[words])) <= 0)


def test_what_cannot_be_clustered_is_said():
    matrix, _, _ = plant(0, signs=True)
    cases = [
        ("2 to 20", lambda: cocluster(decompose(matrix), 21)),
        ("2 to 20", lambda: cocluster(decompose(matrix), 1)),
        ("at most 3", lambda: cocluster(decompose(matrix[:3]), 4)),
        ("at most 2", lambda: cocluster(decompose(np.repeat(matrix[:2], 9, axis=0)), 4)),
        ("longer text", lambda: decompose(np.zeros((5, 5)))),
        ("make it again", lambda: decompose(np.full((5, 5), np.nan))),
        ("signed, absolute", lambda: decompose(matrix, "squared")),
    ]
    for hint, attempt in cases:
        with pytest.raises(UserError) as caught:
            attempt()
        assert hint in caught.value.hint
