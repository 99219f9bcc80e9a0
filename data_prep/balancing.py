"""Unequal classes: oversampling, undersampling or weights, for a training part alone."""

from typing import Literal

import numpy as np

Balance = Literal["none", "oversample", "undersample", "class-weights"]


def balanced(labels: np.ndarray, balance: Balance, seed: int) -> np.ndarray:
    """Places in (n,) `labels` of a training part, so that its classes are equal in number.

    oversample: every text once, and texts of the smaller classes again, drawn evenly: each stands
    floor or ceil(largest / size) times. undersample: as many texts of each class as the smallest has, in
    their order. none and class-weights: all, in their order. Oversampled places are shuffled by `seed`.
    """
    sizes = np.bincount(labels)
    draw = np.random.default_rng([seed, 1])  # a stream of its own: the split does not depend on balancing
    if balance == "oversample":
        chosen = []
        for label, size in enumerate(sizes):
            places = np.flatnonzero(labels == label)
            whole, rest = divmod(int(sizes.max()), int(size))
            chosen += [np.tile(places, whole), draw.permutation(places)[:rest]]
        return draw.permutation(np.concatenate(chosen))
    if balance == "undersample":
        kept = [draw.permutation(np.flatnonzero(labels == label))[: sizes.min()] for label in range(len(sizes))]
        return np.sort(np.concatenate(kept))
    return np.arange(len(labels))


def class_weights(labels: np.ndarray, classes: int) -> np.ndarray:
    """(classes,) weight n / (classes × n_class) of each class: every class then weighs the same in the loss."""
    return len(labels) / (classes * np.bincount(labels, minlength=classes))
