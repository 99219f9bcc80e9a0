import numpy as np
import pytest

from analysis.clusters.coclustering import cocluster, own_response
from analysis.clusters.decomposition import decompose
from app.figures.word_cloud import LARGEST, LONGEST_WORD, SMALLEST, WIDTH, lay_out_clouds


def layout(names: list[str], k: int = 3, seed: int = 0):
    mean = np.random.default_rng(seed).normal(size=(len(names), 30))
    clusters = cocluster(decompose(mean), k)
    return mean, clusters, lay_out_clouds(names, mean, clusters)


def test_every_word_is_placed_once_inside_its_box_or_counted():
    names = [f"word{number}" for number in range(150)]
    _, clusters, clouds = layout(names)
    for cluster, cloud in enumerate(clouds):
        here = [word.word for word in cloud.placed] + list(cloud.not_placed)
        assert sorted(here) == np.flatnonzero(clusters.word_labels == cluster).tolist()
        assert not cloud.not_placed
        for word in cloud.placed:
            assert word.text == names[word.word]
            assert 0 <= word.x <= word.x + word.width <= WIDTH
            assert 0 < word.baseline <= cloud.height
            assert SMALLEST <= word.size <= LARGEST


def test_a_stronger_word_is_never_smaller():
    mean, clusters, clouds = layout([f"w{number}" for number in range(60)])
    weights = np.abs(own_response(clusters, mean))
    for cloud in clouds:
        sizes = [word.size for word in sorted(cloud.placed, key=lambda word: -weights[word.word])]
        assert sizes == sorted(sizes, reverse=True)


def test_the_same_layout_every_time():
    names = [f"w{number}" for number in range(40)]
    assert layout(names)[2] == layout(names)[2]


@pytest.mark.parametrize(
    "odd", ["x" * 5000, "<b>", "שלום", "语言", "👩‍👩‍👧", "e\u0301", "&amp;", "\\x07", "'", "-", "%d", "$x$"]
)
def test_odd_words_are_placed_or_counted(odd):
    names = [odd, *(f"w{number}" for number in range(20))]
    _, _, clouds = layout(names)
    everywhere = [word.word for cloud in clouds for word in cloud.placed] + [
        w for cloud in clouds for w in cloud.not_placed
    ]
    assert sorted(everywhere) == list(range(21))
    assert all(len(word.text) <= LONGEST_WORD for cloud in clouds for word in cloud.placed)


def test_words_that_look_the_same_are_counted_not_drawn_twice():
    names = ["x" * 100 + str(number) for number in range(9)]
    _, _, clouds = layout(names, k=2)
    assert sum(len(cloud.placed) for cloud in clouds) == 2
    assert sum(len(cloud.not_placed) for cloud in clouds) == 7


def test_words_without_response_have_a_size():
    mean = np.ones((8, 6))
    mean[:4, :3] = -1
    mean[0] = 1e-30
    clusters = cocluster(decompose(mean), 2)
    assert sum(len(cloud.placed) for cloud in lay_out_clouds(list("abcdefgh"), mean, clusters)) == 8
