import numpy as np
import pytest

from analysis.clusters import leading_vectors as module
from analysis.clusters.leading_vectors import leading_vectors


@pytest.mark.parametrize("shape", [(90, 40), (40, 90)])
@pytest.mark.parametrize("longest_gram", [1200, 10])  # 10: by block Krylov
def test_equals_the_singular_value_decomposition_of_the_scaled_matrix(shape, longest_gram, monkeypatch):
    monkeypatch.setattr(module, "LONGEST_GRAM", longest_gram)
    rng = np.random.default_rng(0)
    matrix = (rng.standard_normal((shape[0], 40)) * 0.7 ** np.arange(40)) @ rng.standard_normal((40, shape[1]))
    rows, columns = rng.uniform(0.5, 2, shape[0]), rng.uniform(0.5, 2, shape[1])
    left, values, right = leading_vectors(matrix, rows, columns, 6)
    scaled = rows[:, None] * matrix * columns
    exact_left, exact_values, exact_right = np.linalg.svd(scaled, full_matrices=False)
    np.testing.assert_allclose(values, exact_values[:6], rtol=1e-9)
    # Each pair up to its sign.
    np.testing.assert_allclose(np.abs(np.diag(left.T @ exact_left[:, :6])), 1, atol=1e-7)
    np.testing.assert_allclose(np.abs(np.diag(exact_right[:6] @ right)), 1, atol=1e-7)
    np.testing.assert_allclose(scaled @ right, left * values, atol=1e-7)
    assert np.all(left[np.abs(left).argmax(0), np.arange(6)] > 0)


def test_beyond_the_rank_nothing_is_made_up():
    matrix = np.outer(np.arange(1.0, 9), np.arange(1.0, 6))
    left, values, _ = leading_vectors(matrix, np.ones(8), np.ones(5), 4)
    assert values[0] == pytest.approx(np.linalg.norm(matrix))
    np.testing.assert_allclose(values[1:], 0, atol=1e-5)
    assert np.all(left[:, 1:] == 0)
