"""Words or units as points in the plane: those that respond alike come to lie together."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from data_prep.errors import UserError

Method = Literal["pca", "tsne"]
FEWEST = 3
MOST_TSNE = 5000  # rows; some seconds each thousand
PERPLEXITY = 30.0


@dataclass(frozen=True)
class Projection:
    """N rows as points in the plane.

    points: (N, 2). explained: (2,), fraction of the variance along each axis, for `pca`; None for `tsne`.
    seed: of t-SNE (PCA has nothing random). perplexity: of t-SNE, as it was used: about how many neighbours each
    point has; lower than asked for where there are few rows; None for `pca`.

    *Notes*: PCA shows true distances along its two axes and hides the others: see `explained`. Of t-SNE only
    who is near whom can be read: sizes of groups, gaps between them and directions mean nothing, and another seed
    gives another picture.
    """

    points: np.ndarray
    method: Method
    explained: tuple[float, float] | None
    seed: int
    perplexity: float | None


def project(matrix: np.ndarray, method: Method = "pca", *, seed: int = 0, perplexity: float = PERPLEXITY) -> Projection:
    """Lay the rows of a matrix (N, D) out in the plane: expected responses (W, H) for words, their transpose for units.

    t-SNE starts from PCA, so that the seed decides little. A perplexity above (N − 1) / 3 is lowered to that.

    Raises UserError for fewer than 3 rows, more than `MOST_TSNE` of them with t-SNE, numbers that are not finite,
    rows that are all the same, or a perplexity below 1.
    """
    if method not in get_args(Method):
        raise UserError(f"There is no projection {method!r}.", f"Choose one of: {', '.join(get_args(Method))}.")
    matrix = np.asarray(matrix, np.float64)
    _check(matrix, method, perplexity)
    centred = matrix - matrix.mean(0)
    left, values, _ = np.linalg.svd(centred, full_matrices=False)
    points = np.zeros((len(matrix), 2))
    points[:, : len(values)] = (left * values)[:, :2]
    largest = np.abs(points).argmax(0)
    points = points * np.where(points[largest, [0, 1]] < 0, -1, 1)  # a sign of its own choice on no machine
    if method == "pca":
        explained = (points**2).sum(0) / (centred**2).sum()
        return Projection(points, method, (float(explained[0]), float(explained[1])), seed, None)
    from sklearn.manifold import TSNE  # slow to import

    perplexity = min(perplexity, (len(matrix) - 1) / 3)
    start = points / points[:, 0].std() * 1e-4
    found = TSNE(2, perplexity=perplexity, init=start, random_state=seed, learning_rate="auto").fit_transform(matrix)
    return Projection(found, method, None, seed, perplexity)


def _check(matrix: np.ndarray, method: Method, perplexity: float) -> None:
    if matrix.ndim != 2 or len(matrix) < FEWEST:
        raise UserError(
            f"A matrix of shape {matrix.shape} cannot be laid out in the plane.", f"Give at least {FEWEST} rows."
        )
    if not np.isfinite(matrix).all():
        raise UserError("Some of the responses are not numbers.", "Leave out words that do not occur.")
    if (matrix == matrix[0]).all():
        raise UserError("All rows are the same: there is nothing to tell them apart by.", "Choose another layer.")
    if method == "tsne" and len(matrix) > MOST_TSNE:
        raise UserError(f"{len(matrix):,} rows are too many for t-SNE.", f"Take at most {MOST_TSNE:,}, or PCA.")
    if method == "tsne" and perplexity < 1:
        raise UserError(f"A perplexity of {perplexity} leaves no neighbour.", "Give 1 or more; 5 to 50 are usual.")
