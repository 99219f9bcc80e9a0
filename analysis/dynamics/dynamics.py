"""Training dynamics, Karpathy et al. 2015, section 4.3: which simpler model a network resembles while it learns.

A network at several moments of its training, and simpler models such as n-grams of every context length, all foretell
the same text. Which of them is nearest in what it expects tells how much context the network makes use of by then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.bootstrap import SAMPLES, bootstrap_means
from analysis.model_similarity import symmetric_divergence
from data_prep.errors import UserError

BOOTSTRAPS = SAMPLES


@dataclass(frozen=True)
class Expectations:
    """What a model gives to a text. log_probabilities: (T,) nats, of each token; distributions: (S, V), in S places."""

    log_probabilities: np.ndarray
    distributions: np.ndarray


@dataclass(frozen=True)
class Dynamics:
    """A network at C moments of its training beside M simpler models.

    models: their names, (M,). loss: (C,) nats per token, and loss_deviation: (C,), of the bootstrap; model_loss: (M,).
    loss_difference: (C, M), the network's less the model's, and its deviation. divergence: (C, M), the symmetric one
    KL(p‖q) + KL(q‖p) in nats, mean over the places, and its deviation. nearest: (C,) place of the model with the
    smallest divergence; nearest_share: (C, M), the fraction of `BOOTSTRAPS` samples in which each model was the
    nearest. places: S; tokens: that the losses are of; seed: of the samples.
    """

    models: tuple[str, ...]
    loss: np.ndarray
    loss_deviation: np.ndarray
    model_loss: np.ndarray
    loss_difference: np.ndarray
    loss_difference_deviation: np.ndarray
    divergence: np.ndarray
    divergence_deviation: np.ndarray
    nearest: np.ndarray
    nearest_share: np.ndarray
    places: int
    tokens: int
    seed: int


def training_dynamics(
    moments: Sequence[Expectations], models: Mapping[str, Expectations], *, seed: int = 0
) -> Dynamics:
    """Compare a network at each moment with every model.

    All of the same text, whose first token, which nothing foretells, is left out. The bootstrap draws places for the
    divergences, and stretches of the text for the losses, with replacement.

    Raises UserError where there is nothing to compare, or what there is is not of the same text and symbols.

    *Notes*: the nearest model need not be near: look at how large the smallest divergence is. Models of long contexts
    expect almost the same, so which of them is the nearest is uncertain; nearest_share tells how much so.
    """
    if not moments or not models:
        raise UserError("There is nothing to compare.", "Give at least one checkpoint and one model.")
    own = np.array([one.log_probabilities[1:] for one in moments], np.float64)
    theirs = np.array([one.log_probabilities[1:] for one in models.values()], np.float64)
    if own.shape[1] != theirs.shape[1]:
        raise UserError(
            f"The network foretold {own.shape[1]:,} tokens, the models {theirs.shape[1]:,}.", "Take the same text."
        )
    for one in (*moments, *models.values()):
        if one.distributions.shape != moments[0].distributions.shape:
            raise UserError(
                f"Distributions of shape {moments[0].distributions.shape} and {one.distributions.shape} cannot be "
                "compared.",
                "Take models of the same vocabulary, in the same places of the same text.",
            )
    kl = np.array(
        [[symmetric_divergence(one.distributions, model.distributions) for model in models.values()] for one in moments]
    )  # (C, M, S)
    resampled = np.array([[bootstrap_means(values, block=1, seed=seed) for values in row] for row in kl])
    nearest = resampled.argmin(1)  # (C, bootstraps)
    sampled_losses = np.array([bootstrap_means(-values, seed=seed) for values in (*own, *theirs)])
    loss = -np.concatenate((own, theirs)).mean(1)
    count = len(moments)
    differences = sampled_losses[:count, None] - sampled_losses[None, count:]
    return Dynamics(
        models=tuple(models),
        loss=loss[:count],
        loss_deviation=sampled_losses[:count].std(1),
        model_loss=loss[count:],
        loss_difference=loss[:count, None] - loss[None, count:],
        loss_difference_deviation=differences.std(2),
        divergence=kl.mean(2),
        divergence_deviation=resampled.std(2),
        nearest=kl.mean(2).argmin(1),
        nearest_share=(nearest[:, None] == np.arange(len(models))[:, None]).mean(2),
        places=kl.shape[2],
        tokens=own.shape[1],
        seed=seed,
    )
