"""Training dynamics as tables."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.dynamics.dynamics import Dynamics


def nearest_table(found: Dynamics, moments: Sequence[str]) -> pd.DataFrame:
    """One row per moment: the loss, and the nearest model."""
    rows = np.arange(len(moments))
    return pd.DataFrame(
        {
            "weights after": moments,
            "loss, nats per token": found.loss,
            "± one deviation": found.loss_deviation,
            "nearest": [found.models[place] for place in found.nearest],
            "in so many samples": found.nearest_share[rows, found.nearest],
            "symmetric KL, nats": found.divergence[rows, found.nearest],
            "loss less that of the nearest": found.loss_difference[rows, found.nearest],
        }
    )


def divergence_table(found: Dynamics, moments: Sequence[str]) -> pd.DataFrame:
    """One row per moment and model."""
    count, models = found.divergence.shape
    return pd.DataFrame(
        {
            "weights after": np.repeat(list(moments), models),
            "model": np.tile(list(found.models), count),
            "symmetric KL, nats": found.divergence.ravel(),
            "its deviation": found.divergence_deviation.ravel(),
            "nearest in so many samples": found.nearest_share.ravel(),
            "loss of the network": np.repeat(found.loss, models),
            "loss of the model": np.tile(found.model_loss, count),
            "difference": found.loss_difference.ravel(),
            "deviation of the difference": found.loss_difference_deviation.ravel(),
        }
    )


def tracks_table(
    tracks: np.ndarray, units: Sequence[int], layer: int, gate: str, moments: Sequence[str]
) -> pd.DataFrame:
    """One row per unit and moment; tracks: (C, U)."""
    return pd.DataFrame(
        {
            "layer": layer + 1,
            "unit": np.repeat(list(units), len(moments)),
            "weights after": np.tile(list(moments), len(units)),
            gate: tracks.T.ravel(),
        }
    )
