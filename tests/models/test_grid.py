from types import SimpleNamespace

import pytest

from data_prep.errors import UserError
from models.network import RecurrentLanguageModel
from models.recipe import Recipe
from models.recipe_files import built_in_grids, load_recipe
from models.sweeps.grid import MOST_MODELS, GridModel, expand_grid, load_grid


def corpus_of(name: str) -> SimpleNamespace:
    """As much of a corpus as matching needs: 20 types, or 30 in the one called large."""
    return SimpleNamespace(vocabulary=range(30 if name == "large" else 20), classes=())


@pytest.fixture
def expand(tmp_path):
    """expand(yaml, *assignments) → the models of a grid file called mine.yaml."""

    def expand_file(raw: str, *assignments: str) -> list[GridModel]:
        path = tmp_path / "mine.yaml"
        path.write_text(raw)
        return expand_grid(load_grid(str(path), list(assignments)), corpus_of)

    return expand_file


def ids(models: list[GridModel]) -> list[str]:
    return [model.id for model in models]


def test_a_grid_is_the_product_of_its_lists_in_one_order(expand):
    models = expand("model: {units: [4, 8], cell: [gru, rnn], layers: 1}\ncorpus: [b, a]\nname: null")
    assert ids(models) == [
        f"{corpus}-{cell}-1x{units}" for corpus in "ba" for cell in ("gru", "rnn") for units in (4, 8)
    ]
    assert models[1].recipe == Recipe(name="mine", corpus="b", model={"cell": "gru", "layers": 1, "units": 8})
    again = expand("corpus: [b, a]\nmodel:\n  layers: 1\n  cell: [gru, rnn]\n  units: [4, 8]")
    assert again == models  # the order of the lines says nothing


def test_an_id_holds_what_else_varies_and_no_more(expand):
    raw = "corpus: a\nmodel: {cell: rnn, units: [4, 8], embedding: [one-hot, 16], dropout: [0.5]}\nseed: [0, 1]\n"
    raw += "training: {clip_norm: [null, 0.25], learning_rate: 1.0e-3}"
    assert ids(expand(raw))[:3] == [
        "a-rnn-2x4-embedding-one-hot-clip-norm-none-seed-0",
        "a-rnn-2x4-embedding-one-hot-clip-norm-none-seed-1",
        "a-rnn-2x4-embedding-one-hot-clip-norm-0-25-seed-0",
    ]
    assert len(set(ids(expand(raw)))) == 16
    assert ids(expand(raw, "name=first"))[0].startswith("first-a-rnn-2x4-embedding-one-hot")


def test_set_changes_a_grid(expand):
    assert ids(expand("corpus: a\nmodel: {units: [4, 8]}", "model.units=5", "model.cell=[rnn, gru]")) == [
        "a-rnn-2x5",
        "a-gru-2x5",
    ]
    assert ids(expand("corpus: a")) == ["a-lstm-2x200"]  # a recipe is a grid of one


def test_matched_rows_have_the_parameters_of_the_one_layer_lstm(expand):
    raw = "corpus: [a, large]\nmodel: {cell: [rnn, lstm], layers: [1, 2], units: [16, 40], embedding: one-hot}"
    models = expand(raw, "match_parameters=true")
    assert len(models) == 16
    counts = [
        RecurrentLanguageModel(model.recipe.model, 30 if model.recipe.corpus == "large" else 20).parameter_count()
        for model in models
    ]
    for place, model in enumerate(models):
        reference = place - place % 8 + 4 + place % 2  # its corpus's one-layer LSTM of the same row
        assert (models[reference].recipe.model.cell, models[reference].recipe.model.layers) == ("lstm", 1)
        assert models[reference].recipe.model.units == (16, 40)[place % 2]
        assert counts[place] == pytest.approx(counts[reference], rel=0.06)
        assert model.id.endswith(f"x{model.recipe.model.units}")
    assert ids(expand(raw))[0] == "a-rnn-1x16" != models[0].id


@pytest.mark.parametrize("name", built_in_grids())
def test_the_grids_that_ship_are_the_papers(name):
    models = expand_grid(load_grid(name, ["corpus=a"]), corpus_of)
    assert len(models) == 36
    assert {(m.recipe.model.cell, m.recipe.model.layers) for m in models} == {
        (cell, layers) for cell in ("rnn", "gru", "lstm") for layers in (1, 2, 3)
    }
    assert all(model.id.startswith(f"{name}-a-") for model in models)
    sizes = [m.recipe.model.units for m in models if (m.recipe.model.cell, m.recipe.model.layers) == ("lstm", 1)]
    assert sizes == [64, 128, 256, 512]
    training = models[0].recipe.training
    assert (training.batch, training.steps, training.epochs, training.optimizer) == (100, 100, 50, "rmsprop")
    assert (training.learning_rate, training.rmsprop_decay, training.clip_value) == (0.002, 0.95, 5.0)
    assert (training.schedule, training.decay_factor, training.decay_after) == ("decay", 0.95, 10)
    assert training.clip_norm is None
    assert models[0].recipe.model.initial_range == 0.08


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (
            "corpus: a\nmodel: {units: [4, 0]}",
            r"mine, entry 2 \(units 0\), cannot be used: model.units: .* not 0\.(\n|$)",  # its hint follows
        ),
        ("corpus: a\nmodel: {units: [4, 8]}\nsead: 3", r"entry 1 \(units 4\), .*unknown key sead.* 1 more entries"),
        ("corpus: a\nmodel: {tied: true, units: [200, 8]}", r"entry 2 \(units 8\), .*tied embeddings"),
        ("corpus: a\nseed: [1, 1]", r"two models called a-lstm-2x200-seed-1: entry 1 \(seed 1\) and entry 2"),
        ("corpus: a\nmodel: {dropout: [0.1, 1.0e-1]}", "two models called"),
        ("corpus: a\nseed: []", "seed is an empty list"),
        ("corpus: a\nseed: [[1], 2]", "seed holds a list in a list"),
        ("corpus: a\nseed: [{a: 1}, 2]", "seed holds a list in a list"),
        ("corpus: a\nmodel: [{units: 1}]", "model: Input should be a valid dictionary"),
        ("model: {units: [4, 8]}", "names no corpus"),
        ("corpus: a\nmatch_parameters: perhaps", "match_parameters cannot be 'perhaps'"),
        ("corpus: a\nname: Mine Own", "'Mine Own' cannot name a grid"),
        ("corpus: a\nname: [b, c]", "name: Input should be a valid string"),
        ("", "no keys"),
    ],
)
def test_a_faulty_grid_is_refused_entry_by_entry(expand, raw, reason):
    with pytest.raises(UserError, match=reason) as caught:
        expand(raw)
    assert caught.value.hint


def test_too_many_models_are_counted_before_they_are_made(expand):
    numbers = list(range(101))
    with pytest.raises(UserError, match=rf"mine has 10,201 models; up to {MOST_MODELS:,} can be one sweep"):
        expand(f"corpus: a\nseed: {numbers}\nmodel: {{units: {numbers}}}")


def test_train_says_that_a_grid_is_one(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("corpus: a\nmodel: {units: [4, 8]}")
    for name in (str(path), "karpathy"):
        with pytest.raises(UserError, match=r"is a grid of recipes: (model.units|corpus) is a list") as caught:
            load_recipe(name)
        assert f"rnnscope sweep {name}" in caught.value.hint
    with pytest.raises(UserError, match="Did you mean karpathy"):
        load_grid("karpaty", [])
