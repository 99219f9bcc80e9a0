import numpy as np
import pytest

from analysis.projection import MOST_TSNE, project
from data_prep.errors import UserError


def groups(seed=0):
    """(60 rows in 3 groups well apart in 20 dimensions, the group of each)."""
    draw = np.random.default_rng(seed)
    labels = draw.permutation(np.repeat(np.arange(3), 20))
    return 6 * draw.normal(size=(3, 20))[labels] + draw.normal(size=(60, 20)), labels


def nearest_of_the_same_group(points, labels):
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    return (labels[distances.argmin(1)] == labels).mean()


def test_pca_of_points_in_a_plane_keeps_every_distance():
    draw = np.random.default_rng(1)
    plane, _ = np.linalg.qr(draw.normal(size=(9, 2)))
    flat = draw.normal(size=(30, 2)) * [3, 1]
    found = project(flat @ plane.T + 5)
    assert sum(found.explained) == pytest.approx(1)
    assert found.explained[0] > found.explained[1]
    before, after = (np.linalg.norm(p[:, None] - p[None], axis=2) for p in (flat, found.points))
    np.testing.assert_allclose(after, before, atol=1e-10)


@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_planted_groups_stay_together_and_shuffled_labels_do_not(method):
    matrix, labels = groups()
    found = project(matrix, method, seed=3, perplexity=10)
    assert found.points.shape == (60, 2)
    assert nearest_of_the_same_group(found.points, labels) > 0.95
    assert nearest_of_the_same_group(found.points, np.random.default_rng(0).permutation(labels)) < 0.6


def test_a_result_says_how_it_was_made():
    matrix, _ = groups()
    pca, tsne = project(matrix, "pca", seed=5), project(matrix, "tsne", seed=5, perplexity=12)
    assert (pca.method, pca.perplexity, len(pca.explained)) == ("pca", None, 2)
    assert (tsne.method, tsne.perplexity, tsne.explained, tsne.seed) == ("tsne", 12, None, 5)
    np.testing.assert_array_equal(project(matrix, "tsne", seed=5, perplexity=12).points, tsne.points)


def test_perplexity_is_lowered_for_few_rows():
    assert project(groups()[0][:10], "tsne").perplexity == 3
    assert project(groups()[0][:3], "tsne").points.shape == (3, 2)


def test_one_column_lies_on_a_line():
    found = project(np.array([[1.0], [2], [4]]))
    assert found.points[:, 1].tolist() == [0, 0, 0]
    assert found.explained == (1.0, 0.0)


@pytest.mark.parametrize(
    ("matrix", "options", "said"),
    [
        (np.eye(2), {}, "cannot be laid out"),
        (np.zeros(5), {}, "cannot be laid out"),
        (np.ones((5, 3)), {}, "All rows are the same"),
        (np.full((5, 3), np.nan), {}, "not numbers"),
        (np.eye(5), {"method": "umap"}, "no projection 'umap'"),
        (np.zeros((MOST_TSNE + 1, 1)) + np.arange(MOST_TSNE + 1)[:, None], {"method": "tsne"}, "too many for t-SNE"),
        (np.eye(5), {"method": "tsne", "perplexity": 0}, "perplexity"),
    ],
)
def test_what_cannot_be_projected_is_said(matrix, options, said):
    with pytest.raises(UserError, match=said):
        project(matrix, **options)
