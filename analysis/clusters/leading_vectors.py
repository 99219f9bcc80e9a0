"""The leading singular vectors of a scaled matrix of any size.

Where the shorter side is short, they are eigenvectors of the Gram matrix, which costs a fraction of a whole singular
value decomposition and is exact enough for what leads: an error of 1e-16 in λ = σ². Where it is long, block Krylov
(Musco and Musco 2015): the matrix is only multiplied with a few columns, a few times, and never copied.
"""

from collections.abc import Callable

import numpy as np

LONGEST_GRAM = 1200  # beyond, the Gram matrix and its eigenvectors cost more than the products of the other way
BLOCK = 8  # columns more than asked for: the last vectors asked for converge as well
STEPS = 3

Product = Callable[[np.ndarray], np.ndarray]


def leading_vectors(
    matrix: np.ndarray, row_scale: np.ndarray, column_scale: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(left (W, R), values (R,) falling, right (H, R)) of A = diag(row_scale) · matrix · diag(column_scale).

    matrix: (W, H); row_scale: (W,); column_scale: (H,); R = min(count, W, H). The sign of each pair is settled: the
    largest entry of its left vector is positive, on every machine.
    """
    if len(matrix) < matrix.shape[1]:
        right, values, left = _of_tall(matrix.T, column_scale, row_scale, count)
    else:
        left, values, right = _of_tall(matrix, row_scale, column_scale, count)
    signs = np.sign(left[np.abs(left).argmax(0), np.arange(left.shape[1])])
    signs[signs == 0] = 1
    return left * signs, values, right * signs


def _of_tall(
    matrix: np.ndarray, row_scale: np.ndarray, column_scale: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows, columns = row_scale[:, None], column_scale[:, None]
    width = matrix.shape[1]
    count = min(count, width)
    if width <= LONGEST_GRAM:
        basis = None
        reduced = rows * matrix * column_scale
    else:
        basis = _krylov_basis(
            lambda thin: rows * (matrix @ (columns * thin)),
            lambda thin: columns * (matrix.T @ (rows * thin)),
            # A fixed draw: the vectors are the matrix's, not the draw's.
            np.random.default_rng(0).standard_normal((width, count + BLOCK)).astype(matrix.dtype),
        )
        reduced = rows * (matrix @ (columns * basis))
    from scipy.linalg import eigh  # slow to import

    gram = (reduced.T @ reduced).astype(np.float64)
    squares, right = eigh(gram, subset_by_index=(len(gram) - count, len(gram) - 1))
    values, right = np.sqrt(np.maximum(squares[::-1], 0)), right[:, ::-1].astype(reduced.dtype)
    # Beyond the rank the left vectors are zero rather than made of rounding errors.
    left = reduced @ right / np.where(values > values[0] * 1e-7, values, np.inf)
    return left, values, right if basis is None else basis @ right


def _krylov_basis(forward: Product, backward: Product, start: np.ndarray) -> np.ndarray:
    """(H, (STEPS + 1) · block) orthonormal columns that span start, AᵀA start, (AᵀA)² start, …"""
    blocks = [np.linalg.qr(start)[0]]
    for _ in range(STEPS):
        blocks.append(np.linalg.qr(backward(forward(blocks[-1])))[0])
    return np.linalg.qr(np.hstack(blocks))[0]
