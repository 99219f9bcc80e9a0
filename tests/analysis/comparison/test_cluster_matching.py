import numpy as np
import pytest

from analysis.clusters.partitions import adjusted_rand_index
from analysis.comparison.cluster_matching import match_clusters
from data_prep.errors import UserError

EVEN = np.repeat(np.arange(6), 20)


def test_the_same_clusters_all_stay():
    found = match_clusters(EVEN, EVEN)
    assert set(found.fates) == set(found.fates_of_second) == {"stays"}
    assert found.partners == found.partners_of_second == tuple((i,) for i in range(6))
    assert found.adjusted_rand_index == 1
    assert found.normalised_mutual_information == pytest.approx(1)
    assert 0 < found.by_chance < 0.2


def test_a_cluster_cut_in_two_is_split_and_the_others_stay():
    second = EVEN.copy()
    second[EVEN == 2] = np.where(np.arange(20) < 12, 2, 6)
    found = match_clusters(EVEN, second)
    assert found.fates == ("stays", "stays", "split", "stays", "stays", "stays")
    assert found.partners[2] == (2, 6)  # the larger part first
    assert found.fates_of_second == ("stays", "stays", "merged", "stays", "stays", "stays", "merged")
    assert found.partners_of_second[2] == found.partners_of_second[6] == (2,)


def test_two_clusters_in_one_are_merged_and_seen_from_there_it_is_split():
    second = np.where(EVEN == 5, 4, EVEN)
    found = match_clusters(EVEN, second)
    assert found.fates == ("stays",) * 4 + ("merged", "merged")
    assert found.partners[4] == found.partners[5] == (4,)
    assert found.fates_of_second == ("stays",) * 4 + ("split",)
    assert set(found.partners_of_second[4]) == {4, 5}


def test_a_small_cluster_is_merged_into_a_large_one_that_stays():
    large = np.repeat(np.arange(6), 40)
    first, second = np.concatenate((large, np.full(6, 6))), np.concatenate((large, np.full(6, 2)))
    found = match_clusters(first, second)
    assert found.fates == ("stays",) * 6 + ("merged",)
    assert found.partners[6] == (2,)
    assert found.fates_of_second == ("stays",) * 6


def test_a_cluster_dealt_out_to_all_is_scattered():
    second = EVEN.copy()
    second[EVEN == 0] = 1 + np.arange(20) % 5
    found = match_clusters(EVEN, second)
    assert found.fates == ("scattered",) + ("stays",) * 5
    assert found.partners[0] == ()


def test_names_of_clusters_and_the_order_of_words_do_not_matter():
    draw = np.random.default_rng(0)
    second = np.where(draw.random(120) < 0.3, draw.integers(0, 6, 120), EVEN)
    found = match_clusters(EVEN, second)
    renamed, shuffled = draw.permutation(6), draw.permutation(120)
    again = match_clusters(EVEN[shuffled], renamed[second][shuffled])
    assert again.fates == found.fates
    assert again.partners == tuple(tuple(renamed[list(own)].tolist()) for own in found.partners)
    assert again.adjusted_rand_index == pytest.approx(found.adjusted_rand_index)
    assert again.normalised_mutual_information == pytest.approx(found.normalised_mutual_information)


def test_a_planted_split_is_found_through_noise():
    draw = np.random.default_rng(1)
    second = EVEN.copy()
    second[EVEN == 3] = np.where(np.arange(20) < 10, 3, 6)
    noisy = np.where(draw.random(120) < 0.1, draw.integers(0, 7, 120), second)
    found = match_clusters(EVEN, noisy)
    assert found.fates == ("stays", "stays", "stays", "split", "stays", "stays")
    assert set(found.partners[3]) == {3, 6}


def test_of_shuffled_clusters_nothing_is_said():
    draw = np.random.default_rng(2)
    told, agreement, above_chance = 0, [], []
    for _ in range(200):
        sizes = draw.dirichlet(np.ones(9))
        first, second = draw.choice(9, 300, p=sizes), draw.integers(0, 9, 300)
        found = match_clusters(first, second)
        told += bool(found.tied.any())
        assert set(found.fates) <= {"scattered", "too few"} or found.tied.any()
        agreement.append(found.adjusted_rand_index)
        above_chance.append(found.normalised_mutual_information - found.by_chance)
    assert told <= 6  # 1 % of 200, and three standard deviations
    assert abs(np.mean(agreement)) < 0.002
    assert abs(np.mean(above_chance)) < 0.002


def test_a_cluster_of_one_word_proves_nothing():
    lonely = np.concatenate((np.repeat(np.arange(4), 20), [4]))
    found = match_clusters(lonely, lonely)
    assert found.fates == ("stays",) * 4 + ("too few",)


def test_the_table_holds_every_word_once():
    draw = np.random.default_rng(3)
    first, second = draw.integers(0, 5, 90), draw.integers(0, 7, 90)
    found = match_clusters(first, second)
    assert found.shared.shape == (5, 7)
    assert found.shared.sum() == found.words == 90
    assert found.shared[2, 3] == ((first == 2) & (second == 3)).sum()
    assert found.adjusted_rand_index == adjusted_rand_index(first, second)


def test_a_cluster_without_common_words_has_a_row_of_zeros():
    found = match_clusters(np.array([0, 0, 0, 2, 2, 2]), np.array([0, 0, 0, 1, 1, 1]), sizes=(4, 2))
    assert found.shared.tolist() == [[3, 0], [0, 0], [0, 3], [0, 0]]
    assert found.fates[1] == found.fates[3] == "too few"
    assert found.adjusted_rand_index == 1
    assert found.normalised_mutual_information == pytest.approx(1)


def test_too_few_words_are_refused():
    with pytest.raises(UserError, match="1 common word"):
        match_clusters(np.array([0]), np.array([0]))
