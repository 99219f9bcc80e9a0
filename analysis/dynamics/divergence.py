"""How different two models are in what they expect."""

import numpy as np

from data_prep.errors import UserError

FLOOR = 1e-12  # what a smaller probability counts as: float32 holds no ln 0


def symmetric_kl(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(S,) nats: half of KL(p‖q) + KL(q‖p) in each of S places, = ½ Σ_v (p_v − q_v)(ln p_v − ln q_v).

    first, second: (S, V), a distribution in each place. 0 where they are the same, never negative, the same either
    way round. Probabilities below `FLOOR` count as `FLOOR`.

    Raises UserError when the two are not of the same places and symbols.
    """
    if first.shape != second.shape:
        raise UserError(
            f"Distributions of shape {first.shape} and {second.shape} cannot be compared.",
            "Take two models of the same vocabulary, in the same places of the same text.",
        )
    p, q = (np.maximum(own, FLOOR, dtype=np.float64) for own in (first, second))
    return 0.5 * ((p - q) * (np.log(p) - np.log(q))).sum(-1)
