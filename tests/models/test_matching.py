import itertools

import pytest

from data_prep.errors import UserError
from models.network import RecurrentClassifier, RecurrentLanguageModel
from models.recipe import ModelSettings, Recipe
from models.sweeps.matching import MOST_UNITS, matched_units, parameter_count, with_units

CELLS = ("rnn", "gru", "lstm")


@pytest.mark.parametrize(("cell", "layers", "embedding"), [*itertools.product(CELLS, (1, 2, 3), ("one-hot", 5, 7))])
def test_the_arithmetic_counts_what_the_networks_have(cell, layers, embedding):
    settings = ModelSettings(cell=cell, layers=layers, units=7, embedding=embedding)
    assert parameter_count(settings, 11, 11) == RecurrentLanguageModel(settings, 11).parameter_count()
    both_ways = settings.model_copy(update={"bidirectional": True})
    assert parameter_count(both_ways, 11, 3) == RecurrentClassifier(both_ways, 11, 3).parameter_count()
    if embedding == 7:
        tied = settings.model_copy(update={"tied": True})
        assert parameter_count(tied, 11, 11) == RecurrentLanguageModel(tied, 11).parameter_count()


@pytest.mark.parametrize(("cell", "layers"), [*itertools.product(CELLS, (1, 2, 3))])
@pytest.mark.parametrize("embedding", ["one-hot", 12])
def test_no_other_number_of_units_comes_nearer_to_the_one_layer_lstm(cell, layers, embedding):
    row = ModelSettings(cell="lstm", layers=1, units=24, embedding=embedding)
    parameters = RecurrentLanguageModel(row, 30).parameter_count()
    settings = row.model_copy(update={"cell": cell, "layers": layers})

    def distance(units: int) -> int:
        return abs(RecurrentLanguageModel(with_units(settings, units), 30).parameter_count() - parameters)

    units = matched_units(settings, 30, parameters)
    assert distance(units) == min(distance(other) for other in range(1, 80))
    if (cell, layers) == ("lstm", 1):
        assert units == 24


def test_a_tied_embedding_is_as_wide_as_the_units():
    tied = ModelSettings(cell="gru", layers=1, units=30, embedding=30, tied=True)
    parameters = RecurrentLanguageModel(tied, 50).parameter_count()
    settings = tied.model_copy(update={"layers": 2})
    units = matched_units(settings, 50, parameters)
    assert with_units(settings, units).embedding == units < 30


def test_the_fewest_and_the_most():
    settings = ModelSettings(cell="rnn", layers=1, units=5)
    assert matched_units(settings, 10, 1) == 1
    assert Recipe(model={"units": MOST_UNITS}).model.units == MOST_UNITS
    with pytest.raises(ValueError, match="less than or equal"):
        Recipe(model={"units": MOST_UNITS + 1})
    most = parameter_count(with_units(settings, MOST_UNITS), 10, 10)
    assert matched_units(settings, 10, most) == MOST_UNITS
    with pytest.raises(UserError, match=r"No 1-layer rnn of up to 8,192 units"):
        matched_units(settings, 10, most + 1)
