import numpy as np
import pytest
from sklearn.cluster import SpectralCoclustering
from sklearn.metrics import adjusted_rand_score

from analysis.clusters.coclustering import DROPPED, cocluster, largest_k, membership, own_response, telling_words
from analysis.clusters.decomposition import TREATMENTS, decompose
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
@pytest.mark.parametrize("treatment", ["combined", "signed"])
def test_planted_clusters_are_recovered_exactly(seed, signs, treatment):
    matrix, words, units = plant(seed, signs=signs)
    assert agreement(matrix, treatment, words, units) == (1.0, 1.0)


def plant_heavy(seed: int, *, coherent: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Noise of infinite variance; the sign is the unit's (coherent), or that of each entry alone."""
    rng = np.random.default_rng(seed)
    words, units = rng.integers(K, size=W), rng.integers(K, size=H)
    signs = rng.choice([-1.0, 1.0], size=H if coherent else (W, H))
    return (words[:, None] == units) * signs + 0.3 * rng.standard_t(2, (W, H)), words, units


@pytest.mark.parametrize("coherent", [True, False])
def test_heavy_tails_and_mixed_signs_are_no_worse_than_the_best_of_scikit_learn(coherent):
    ours, theirs = [], {"raw": [], "absolute": [], "positive": []}
    for seed in range(3):
        matrix, words, units = plant_heavy(seed, coherent=coherent)
        ours.append(agreement(matrix, "combined", words, units))
        treated = {"raw": matrix - matrix.min(), "absolute": np.abs(matrix), "positive": np.maximum(matrix, 0)}
        for name, given in treated.items():
            found = SpectralCoclustering(K, random_state=0).fit(given + 1e-9)
            theirs[name].append(
                (adjusted_rand_score(words, found.row_labels_), adjusted_rand_score(units, found.column_labels_))
            )
    assert np.mean(ours) > 0.95
    assert np.mean(ours) >= max(np.mean(scores) for scores in theirs.values())


def test_only_strength_tells_clusters_apart_when_each_entry_has_a_sign_of_its_own():
    matrix, words, units = plant_heavy(0, coherent=False)
    assert max(agreement(matrix, "signed", words, units)) < 0.2
    assert min(agreement(matrix, "absolute", words, units)) > 0.9


@pytest.mark.parametrize("treatment", TREATMENTS)
def test_every_treatment_recovers_an_easy_planting(treatment):
    matrix, words, units = plant(0, signs=False, noise=0.05)
    assert agreement(matrix, treatment, words, units) == (1.0, 1.0)


def test_nothing_is_found_in_a_shuffled_matrix():
    matrix, words, units = plant(0, signs=True)
    shuffled = np.random.default_rng(1).permutation(matrix.ravel()).reshape(matrix.shape)
    for treatment in TREATMENTS:
        assert max(agreement(shuffled, treatment, words, units)) < 0.05


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
        assert np.array_equal(clusters.word_labels, cocluster(decompose(decomposition.matrix), k).word_labels)


def test_one_cluster_more_splits_one_cluster():
    decomposition = decompose(plant(6, signs=True)[0])
    for k in range(2, 20):
        coarse, fine = cocluster(decomposition, k).word_labels, cocluster(decomposition, k + 1).word_labels
        assert len(set(zip(coarse, fine, strict=True))) == k + 1


def test_seeds_draw_differently_and_are_repeated():
    decomposition = decompose(np.random.default_rng(0).standard_normal((W, H)))
    first, other, again = (cocluster(decomposition, 9, seed=seed) for seed in (0, 1, 0))
    assert np.array_equal(first.word_labels, again.word_labels)
    assert not np.array_equal(first.word_labels, other.word_labels)
    assert (first.seed, other.seed) == (0, 1)


def test_fewer_words_take_their_rows_of_the_same_vectors():
    matrix, words, units = plant(11, signs=True)
    whole = decompose(matrix)
    some = whole.first_words(100)
    assert np.shares_memory(some.word_vectors, whole.word_vectors)
    found = cocluster(some, K)
    assert found.word_labels.shape == (100,)
    assert adjusted_rand_score(words[:100], found.word_labels) == 1.0
    assert adjusted_rand_score(units, found.unit_labels) == 1.0
    assert whole.first_words(W) is whole


def test_more_words_than_the_tree_has_room_for_are_clustered_all_the_same():
    rng = np.random.default_rng(0)
    words, units = rng.integers(K, size=3000), rng.integers(K, size=H)
    matrix = (words[:, None] == units) * rng.choice([-1.0, 1.0], size=H) + 0.5 * rng.standard_t(4, (3000, H))
    assert agreement(matrix.astype(np.float32), "combined", words, units) == (1.0, 1.0)


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


def test_a_cluster_of_words_alone_has_no_strength_and_its_words_keep_a_response():
    matrix = np.random.default_rng(0).standard_normal((60, 12))
    found = cocluster(decompose(matrix), 12)
    alone = sorted(set(range(12)) - set(found.unit_labels))
    assert alone
    assert set(found.word_labels) == set(range(12))
    assert np.all(found.strength[:, alone] == 0)
    assert np.all(found.strength[alone].any(1))
    word = int(np.flatnonzero(found.word_labels == alone[0])[0])
    assert own_response(found, matrix)[word] == pytest.approx(matrix[word].mean())


def test_empty_clusters_have_no_strength():
    words, units = membership(np.array([0, 0]), 3), membership(np.array([1, 1]), 3)
    assert (words.T @ np.ones((2, 2)) @ units).tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize("treatment", TREATMENTS)
def test_words_and_units_without_response_are_dropped_and_reported(treatment):
    matrix, _, _ = plant(8, signs=False)
    matrix = np.abs(matrix)  # zeros are then the minimum, for every treatment
    matrix[3] = 0
    matrix[:, [5, 6]] = 0
    found = cocluster(decompose(matrix, treatment), K)
    assert (found.dropped_words, found.dropped_units) == (1, 2)
    assert found.word_labels[3] == found.unit_labels[5] == DROPPED


def test_a_unit_that_responds_to_all_words_alike_is_dropped():
    matrix, words, _ = plant(8, signs=True)
    matrix[:, 4] = 0.3
    found = cocluster(decompose(matrix), K)
    assert found.unit_labels[4] == DROPPED
    assert found.dropped_units == 1
    assert adjusted_rand_score(words, found.word_labels) == 1.0


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
        ("longer text", lambda: decompose(np.ones((5, 5)))),
        ("longer text", lambda: decompose(matrix[:0])),
        ("more words", lambda: decompose(matrix[:1])),
        ("at least 2", lambda: decompose(matrix).first_words(1)),
        ("make it again", lambda: decompose(np.full((5, 5), np.nan))),
        ("combined, signed, absolute", lambda: decompose(matrix, "squared")),
    ]
    for hint, attempt in cases:
        with pytest.raises(UserError) as caught:
            attempt()
        assert hint in caught.value.hint
