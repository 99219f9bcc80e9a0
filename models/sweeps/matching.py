"""Models of equal size: how many units another architecture needs for the same number of parameters.

Karpathy, Johnson and Li (2015) compare cells and depths row by row, each row matched in parameters to its
one-layer LSTM.
"""

from data_prep.errors import UserError
from models.recipe import CellName, ModelSettings

GATES: dict[CellName, int] = {"rnn": 1, "gru": 3, "lstm": 4}
MOST_UNITS = 8192


def parameter_count(settings: ModelSettings, vocabulary_size: int, outputs: int) -> int:
    """The trained numbers of a network, by arithmetic.

    A layer of H units over inputs of width E, with g gates, in each direction: g · (H·E + H·H + 2·H). Then
    embedding and decoder, which count once where they are tied.
    """
    units, directions = settings.units, 2 if settings.bidirectional else 1
    one_hot = settings.embedding == "one-hot"
    width = vocabulary_size if one_hot else int(settings.embedding)
    total = 0 if one_hot else vocabulary_size * width
    for _ in range(settings.layers):
        total += directions * GATES[settings.cell] * units * (width + units + 2)
        width = units * directions
    return total + outputs + (0 if settings.tied else outputs * width)


def with_units(settings: ModelSettings, units: int) -> ModelSettings:
    """The architecture with so many units; a tied embedding goes along."""
    return settings.model_copy(update={"units": units} | ({"embedding": units} if settings.tied else {}))


def matched_units(settings: ModelSettings, vocabulary_size: int, parameters: int, *, outputs: int | None = None) -> int:
    """The number of units with which the architecture comes nearest to `parameters`, the smaller of two as near.

    outputs: what the decoder tells apart, by default the vocabulary.

    Raises UserError when even the most units allowed are too few.
    """

    def count(units: int) -> int:
        return parameter_count(with_units(settings, units), vocabulary_size, outputs or vocabulary_size)

    if count(MOST_UNITS) < parameters:
        raise UserError(
            f"No {settings.layers}-layer {settings.cell} of up to {MOST_UNITS:,} units has {parameters:,} parameters.",
            "Use fewer model.units.",
        )
    low, high = 1, MOST_UNITS
    while low < high:  # the fewest units that reach `parameters`
        middle = (low + high) // 2
        low, high = (low, middle) if count(middle) >= parameters else (middle + 1, high)
    return min((max(1, low - 1), low), key=lambda units: abs(count(units) - parameters))
