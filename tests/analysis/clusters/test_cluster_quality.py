import numpy as np
import pytest

from analysis.clusters.coclustering import cocluster
from analysis.clusters.decomposition import TREATMENTS, decompose
from analysis.clusters.partitions import adjusted_rand_index
from analysis.clusters.quality import TRUSTED, UNTRUSTED, normalised_cut, quality_profile
from data_prep.errors import UserError

W, H = 200, 120


def plant(k: int, seed: int, *, noise: float = 0.4) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Responses with k planted clusters, whose words they are, and what two halves of a text would show."""
    rng = np.random.default_rng(seed)
    words, units = rng.permutation(np.arange(W) % k), rng.permutation(np.arange(H) % k)
    truth = (words[:, None] == units) * rng.choice([-1.0, 1.0], size=H)
    halves = tuple(truth + noise * rng.standard_t(4, (W, H)) for _ in range(2))
    return (halves[0] + halves[1]) / 2, words, halves


@pytest.mark.parametrize("k", [3, 5, 8, 12])
def test_the_planted_number_of_clusters_is_suggested_and_trusted(k):
    matrix, _, halves = plant(k, seed=k)
    for given in (None, halves):
        profile = quality_profile(decompose(matrix), halves=given)
        assert profile.suggested_k == k
        assert profile.verdicts[k - 2] == TRUSTED
        assert profile.ks.tolist() == list(range(2, 21))


@pytest.mark.parametrize("treatment", TREATMENTS)
def test_a_shuffled_matrix_is_not_to_be_trusted_at_any_k(treatment):
    matrix, _, halves = plant(5, seed=0)
    order = np.random.default_rng(0).permutation(matrix.size)
    # The same disorder in both halves, as if it were the truth: they agree, and are still not believed.
    shuffled = [given.ravel()[order].reshape(given.shape) for given in (matrix, *halves)]
    for given in (None, tuple(shuffled[1:])):
        profile = quality_profile(decompose(shuffled[0], treatment), halves=given)
        assert profile.suggested_k is None
        assert set(profile.verdicts) == {UNTRUSTED}
        assert np.abs(profile.unit_half_agreement).max() < 0.1


def test_halves_that_tell_different_stories_are_not_to_be_trusted():
    matrix, _, _ = plant(5, seed=0)
    other, _, _ = plant(5, seed=1)
    profile = quality_profile(decompose(matrix), halves=(matrix, other))
    assert set(profile.verdicts) == {UNTRUSTED}
    assert np.abs(profile.text_half_agreement).max() < 0.1


def test_agreement_is_that_of_the_clusters_themselves():
    matrix, _, halves = plant(5, seed=2, noise=0.9)
    profile = quality_profile(decompose(matrix), halves=halves)
    for k in (4, 9):
        first, second = (cocluster(decompose(half), k).word_labels for half in halves)
        assert profile.text_half_agreement[k - 2] == adjusted_rand_index(first, second)


def test_words_that_a_half_lacks_are_left_out():
    matrix, _, halves = plant(5, seed=3)
    halves[0][:7] = np.nan
    profile = quality_profile(decompose(matrix), halves=halves)
    assert profile.text_half_agreement[5 - 2] == 1.0


def test_tags_that_are_the_clusters_agree_and_shuffled_ones_do_not():
    matrix, words, _ = plant(5, seed=4)
    tags = ["unknown" if place < 20 else f"tag {group}" for place, group in enumerate(words)]
    profile = quality_profile(decompose(matrix), tags=tags)
    assert profile.tagged == W - 20
    assert profile.tag_agreement[5 - 2] == pytest.approx(1)
    assert profile.tag_purity[5 - 2] == 1
    assert profile.shuffled_agreement.max() < 0.2
    assert np.all(profile.tag_purity > profile.shuffled_purity + 3 * profile.shuffled_purity_spread)
    assert np.all(np.diff(profile.shuffled_purity) > -0.02)  # it grows with k whatever the clusters are


def test_random_tags_agree_no_more_than_shuffled_ones():
    matrix, _, _ = plant(5, seed=5)
    tags = np.random.default_rng(0).choice(["NOUN", "VERB", "ADJ"], W).tolist()
    profile = quality_profile(decompose(matrix), tags=tags)
    distance = (profile.tag_agreement - profile.shuffled_agreement) / profile.shuffled_agreement_spread
    assert np.abs(np.median(distance)) < 3


def test_without_halves_and_tags_their_figures_are_missing():
    profile = quality_profile(decompose(plant(4, seed=6)[0]))
    assert np.isnan(profile.text_half_agreement).all()
    assert np.isnan(profile.tag_purity).all()
    assert profile.tagged == 0


def test_normalised_cut_of_separate_and_of_mixed_blocks():
    labels = np.repeat([0, 1], 10)

    blocks = np.kron([[1.0, 0.0], [0.0, -2.0]], np.ones((10, 10)))
    assert normalised_cut(blocks, labels, labels) == pytest.approx(0)
    assert normalised_cut(blocks, labels, 1 - labels) == pytest.approx(1)
    assert normalised_cut(np.ones((20, 20)), labels, labels) == pytest.approx(1 / 2)


def test_deterministic_for_a_seed():
    decomposition = decompose(plant(5, seed=7, noise=1.5)[0])
    first, again, other = (quality_profile(decomposition, seed=seed) for seed in (3, 3, 4))
    assert np.array_equal(first.seed_agreement, again.seed_agreement)
    assert np.array_equal(first.shared_information, again.shared_information)
    assert not np.array_equal(first.shared_information, other.shared_information)


def test_few_words_have_a_short_profile():
    profile = quality_profile(decompose(np.random.default_rng(0).standard_normal((9, 14))))
    assert profile.ks.tolist() == list(range(2, 8))


def test_what_is_not_of_the_same_words_is_refused():
    matrix, _, halves = plant(4, seed=8)
    with pytest.raises(UserError) as caught:
        quality_profile(decompose(matrix), halves=(halves[0], halves[1][:-1]))
    assert "same words" in caught.value.hint
    with pytest.raises(UserError) as caught:
        quality_profile(decompose(matrix), tags=["NOUN"])
    assert "one tag per word" in caught.value.hint
    with pytest.raises(UserError) as caught:
        quality_profile(decompose(np.eye(2)))
    assert "longer text" in caught.value.hint
