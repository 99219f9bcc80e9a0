"""Which models predict alike: distances between their predicted distributions, and a map of them."""

from dataclasses import dataclass

import numpy as np
from sklearn.manifold import TSNE

from data_prep.errors import UserError

FEWEST = 4  # models of which a map says anything
SMALLEST = np.finfo(np.float32).tiny


@dataclass(frozen=True)
class ModelMap:
    """M models by how they predict the same S places.

    divergences: (M, M) mean symmetric Kullback–Leibler divergence, nats, of each pair. points: (M, 2) of t-SNE on
    them; only who is near whom means something. places: S. perplexity, seed: of t-SNE.
    """

    names: tuple[str, ...]
    divergences: np.ndarray
    points: np.ndarray
    places: int
    perplexity: float
    seed: int


def symmetric_divergence(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(S,) nats: Σ (p − q)(ln p − ln q), which is KL(p‖q) + KL(q‖p), of distributions (S, V)."""
    log_first, log_second = (np.log(np.maximum(values, SMALLEST, dtype=np.float64)) for values in (first, second))
    return ((first - second) * (log_first - log_second)).sum(1)


def map_models(distributions: dict[str, np.ndarray], *, seed: int = 0) -> ModelMap:
    """Lay out models by their distributions (S, V) in the same places.

    *Notes*: distances between groups, and the size of a group, mean nothing in t-SNE; read `divergences` for those.

    Raises UserError for fewer than `FEWEST` models.
    """
    names = tuple(distributions)
    if len(names) < FEWEST:
        raise UserError(
            f"A map of {len(names)} models says nothing.", f"Have at least {FEWEST} of this corpus, n-grams included."
        )
    divergences = np.zeros((len(names), len(names)))
    for row, name in enumerate(names):
        for column in range(row):
            mean = float(symmetric_divergence(distributions[name], distributions[names[column]]).mean())
            divergences[row, column] = divergences[column, row] = mean
    perplexity = min(5.0, (len(names) - 1) / 3)
    placed = TSNE(metric="precomputed", init="random", perplexity=perplexity, method="exact", random_state=seed)
    points = placed.fit_transform(np.sqrt(np.maximum(divergences, 0)))
    return ModelMap(names, divergences, points, len(distributions[names[0]]), perplexity, seed)
