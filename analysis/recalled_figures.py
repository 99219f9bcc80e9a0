"""Test cross-entropies of Karpathy, Johnson and Li (2015) as they are remembered: to compare with, not to quote.

Their split, their 50 epochs and their grid search; models of one row have about as many parameters as its LSTM of one
layer. The paper was not at hand when these were written down.
"""

_SIZES = (64, 128, 256, 512)
_LAYERS = (1, 2, 3)
# corpus → cell → nats per character: a row per size, a column per number of layers
_GRID: dict[str, dict[str, tuple[tuple[float, ...], ...]]] = {
    "warpeace": {
        "lstm": ((1.449, 1.442, 1.540), (1.277, 1.227, 1.279), (1.189, 1.137, 1.141), (1.161, 1.092, 1.082)),
        "rnn": ((1.446, 1.401, 1.396), (1.417, 1.286, 1.277), (1.342, 1.256, 1.239)),
        "gru": ((1.398, 1.373, 1.472), (1.230, 1.226, 1.253), (1.198, 1.164, 1.138), (1.170, 1.201, 1.077)),
    },
    "linux": {
        "lstm": ((1.355, 1.331, 1.366), (1.149, 1.128, 1.177), (1.026, 0.972, 0.998), (0.952, 0.840, 0.846)),
        "rnn": ((1.407, 1.371, 1.383), (1.241, 1.120, 1.220), (1.171, 1.116, 1.116)),
        "gru": ((1.335, 1.298, 1.357), (1.154, 1.125, 1.150), (1.039, 0.991, 1.026), (0.943, 0.861, 0.829)),
    },
}
# corpus → model → nats by characters of context, from 1 on
_BASELINES = {
    "warpeace": {
        "n-gram": (2.399, 1.928, 1.521, 1.314, 1.232, 1.203, 1.194, 1.194, 1.194),
        "n-NN": (2.399, 1.931, 1.553, 1.451, 1.339, 1.321),
    },
    "linux": {"n-gram": (2.702, 1.954, 1.440, 1.213, 1.097, 1.027, 0.982, 0.953, 0.933)},
}
_CONTEXT_20 = {"warpeace": 1.195, "linux": 0.889}


def recalled_nats(
    corpus: str | None, model: str, *, layers: int | None = None, units: int | None = None, context: int | None = None
) -> float | None:
    """The remembered figure of a model: a cell with its layers and units, or `n-gram` and `n-NN` with their context."""
    if model in ("n-gram", "n-NN"):
        row = _BASELINES.get(corpus or "", {}).get(model, ())
        if context == 20 and model == "n-gram":
            return _CONTEXT_20.get(corpus or "")
        return row[context - 1] if context is not None and 1 <= context <= len(row) else None
    rows = _GRID.get(corpus or "", {}).get(model, ())
    if units not in _SIZES or layers not in _LAYERS or _SIZES.index(units) >= len(rows):
        return None
    return rows[_SIZES.index(units)][_LAYERS.index(layers)]
