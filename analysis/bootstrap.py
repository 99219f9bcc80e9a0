"""How far a mean over a text would be another if the text were another one of its kind."""

import numpy as np

SAMPLES = 100  # as Karpathy et al. (2015)
BLOCK = 100  # tokens that are drawn together: what stands side by side is not independent


def bootstrap_means(values: np.ndarray, *, samples: int = SAMPLES, block: int = BLOCK, seed: int = 0) -> np.ndarray:
    """(samples,) means of as many blocks of values (T,), drawn with replacement, as there are.

    Their standard deviation is the standard error of the mean. The block at the end is shorter, and weighs less.
    The same seed draws the same blocks of another model's values of the same text: differences can be taken pair
    by pair.
    """
    starts = np.arange(0, len(values), block)
    sums = np.add.reduceat(values.astype(np.float64), starts)
    sizes = np.diff(starts, append=len(values))
    drawn = np.random.default_rng(seed).integers(0, len(starts), (samples, len(starts)))
    return sums[drawn].sum(1) / sizes[drawn].sum(1)
