import json
import os
import re
import time
from pathlib import Path

import pytest
import torch

import models.recipe
from data_prep.corpus import open_corpus
from data_prep.errors import UserError
from data_prep.registry import known_corpora
from models.network import build_network
from models.recipe import Recipe, parse_recipe, read_recipe
from models.recipe_files import built_in_recipes, load_recipe, recipe_text
from models.run_folders import GALLERY
from models.sweeps.grid import expand_grid, load_grid
from models.training.optimisation import learning_rate

RECIPES = Path(models.recipe.__file__).parent / "recipes"


def fault(raw, tmp_path) -> str:
    path = tmp_path / "mine.yaml"
    path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    with pytest.raises(UserError) as caught:
        load_recipe(str(path))
    assert caught.value.hint
    assert len(caught.value.message) < 1000
    return caught.value.message


@pytest.mark.parametrize("name", built_in_recipes())
def test_every_shipped_recipe_loads_is_explained_and_can_be_built(name):
    recipe = load_recipe(name)
    assert Recipe.model_validate(json.loads(json.dumps(recipe.model_dump()))) == recipe
    assert recipe.name == name
    first_line = (RECIPES / f"{name}.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert re.match(r"# [A-Z].{30,}", first_line)

    known = known_corpora().get(recipe.corpus)
    if recipe.corpus is not None:
        assert known is not None
        assert (known.labels is not None) is (recipe.task == "classifier")
    vocabulary_size = 10_000 if known is None or known.tokenisation.unit == "words" else 256
    with torch.device("meta"):
        network = build_network(recipe, vocabulary_size, 2)
        ids = torch.zeros(recipe.training.steps, recipe.training.batch, dtype=torch.int64)
        assert network.inputs(ids).shape[:2] == ids.shape
    assert network.parameter_count() < 100e6
    for update in range(recipe.training.epochs):
        assert 0 < learning_rate(recipe.training, update, 1, 0) <= recipe.training.learning_rate


@pytest.mark.parametrize("path", sorted(GALLERY.glob("*/recipe.json")), ids=lambda path: path.parent.name)
def test_recipes_of_shipped_runs_mean_what_they_meant(path):
    raw = json.loads(path.read_text(encoding="utf-8"))
    recipe = parse_recipe(raw, path.parent.name)
    assert recipe.seed == raw["seed"]
    for section in ("model", "training"):
        assert raw[section].items() <= recipe.model_dump()[section].items()


def test_a_recipe_of_the_first_version_is_a_language_model_trained_as_it_was():
    raw = {
        "name": "words-lstm",
        "corpus": "shakespeare",
        "model": {"cell": "lstm", "layers": 2, "units": 200, "embedding": 200, "dropout": 0.2, "tied": True},
        "training": {"epochs": 10, "optimizer": "adamw", "schedule": "cosine", "weight_decay": 0.0, "clip_norm": 1.0},
        "seed": 7,
    }
    recipe = parse_recipe(raw, "old/recipe.json")
    assert (recipe.task, recipe.seed, recipe.model.bidirectional, recipe.model.initial_range) == (
        "language-model",
        7,
        False,
        None,
    )
    assert (recipe.training.clip_value, recipe.training.patience, recipe.training.checkpoint_every) == (None,) * 3


def test_the_recipes_of_the_read_me_ship():
    assert {"words-lstm", "bytes-lstm"} <= set(built_in_recipes())


def test_what_a_file_does_not_say_is_the_default(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("model: {cell: gru, units: 7}\ntraining: {learning_rate: 2e-3}\n")
    expected = Recipe(name="mine", model={"cell": "gru", "units": 7}, training={"learning_rate": 0.002})
    assert load_recipe(str(path)) == expected


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("model: {unitz: 3}", "unknown key model.unitz (did you mean model.units?)"),
        ("training: {lerning_rate: 3}", "unknown key training.lerning_rate (did you mean training.learning_rate?)"),
        ("sead: 3", "unknown key sead (did you mean seed?)"),
        ("xyzzy: 3", "unknown key xyzzy."),
        ("training: {units: 3}", "unknown key training.units (did you mean model.units?)"),
        ("batch: 3", "unknown key batch (did you mean training.batch?)"),
        ("model: {units: many}", "model.units: Input should be a valid integer"),
        ("model: {units: 2.5}", "model.units: Input should be a valid integer"),
        ("model: {units: {a: 1}}", "model.units: Input should be a valid integer"),
        ("model: {layers: yes}", "model.layers: must be a number, not True"),
        ("model: {dropout: no}", "model.dropout: must be a number, not False"),
        ("model: {input_dropout: no}", "model.input_dropout: must be a number, not False"),
        ("model: {embedding: yes}", "model.embedding: must be a number, not True"),
        ("training: {patience: yes}", "training.patience: must be a number, not True"),
        ("training: {clip_norm: no}", "training.clip_norm: must be a number, not False"),
        ("training: {schedule: yes}", "training.schedule: Input should be 'constant'"),
        ("model: {embedding: onehot}", "model.embedding"),
        ("model: {embedding: one-hot, tied: true}", "tied embeddings need embedding = units, not one-hot and 200"),
        ("model: {embedding: one-hot, input_dropout: 0.1}", "one-hot input is not learnt"),
        ("model: {bidirectional: true}", "would see the token that it is to predict"),
        ("task: classifier\nmodel: {tied: true}", "a classifier decodes to classes"),
        ("task: translator", "task: Input should be 'language-model' or 'classifier'"),
        ("training: {clip_norm: .nan}", "training.clip_norm"),
        ("training: {checkpoint_every: 0}", "training.checkpoint_every"),
        ("model: {tied: 7}", "model.tied: Input should be a valid boolean"),
        ("model: {cell: transformer}", "model.cell: Input should be 'rnn', 'gru' or 'lstm', not 'transformer'"),
        ("model: lstm", "model: Input should be a valid dictionary"),
        ("model:", "model: Input should be a valid dictionary"),
        ("name: [a]", "name: Input should be a valid string"),
        ("model: {units: 0}", "model.units: Input should be greater than or equal to 1, not 0"),
        ("model: {layers: 1000}", "model.layers: Input should be less than or equal to 16, not 1000"),
        ("model: {dropout: 1.0}", "model.dropout: Input should be less than 1, not 1.0"),
        ("training: {learning_rate: 0}", "training.learning_rate: Input should be greater than 0, not 0"),
        ("training: {learning_rate: .nan}", "training.learning_rate"),
        ("training: {optimizer: lion}", "training.optimizer: Input should be 'adamw'"),
        ("seed: -1", "seed: Input should be greater than or equal to 0, not -1"),
        ("model: {tied: true, units: 3}", "model: tied embeddings need embedding = units, not 200 and 3."),
        ("model: {units: 0}\nseed: x", "model.units"),
        ("model: {units: 0}\nseed: x", "seed: Input should be a valid integer"),
        ("1: 2", "1: Keys should be strings"),
    ],
)
def test_a_faulty_recipe_is_refused_key_by_key(tmp_path, raw, reason):
    message = fault(raw, tmp_path)
    assert "mine.yaml cannot be used: " in message
    assert reason in message


@pytest.mark.parametrize("raw", ["", "# nothing", "just words", "- a\n- b", "3"])
def test_yaml_without_keys_is_no_recipe(tmp_path, raw):
    assert "it has no keys" in fault(raw, tmp_path)


@pytest.mark.parametrize(
    "raw",
    [
        "model: [unclosed",
        "a: b: c",
        "\tmodel: 1",
        "seed: 2001-99-99",
        "seed: !!int abc",
        "seed: " + "9" * 6000,
        "model: *nothing",
        "{[a]: b}",
        "[" * 5000,
        "model: a\0b",
    ],
)
def test_what_is_not_yaml_is_said(tmp_path, raw):
    assert "is not YAML" in fault(raw, tmp_path)


def test_where_yaml_breaks_is_said(tmp_path):
    assert fault("seed: 1\nmodel:\n  cell: [", tmp_path).endswith("(line 3, column 10).")


def test_a_long_text_is_not_even_parsed(tmp_path, monkeypatch):
    monkeypatch.setattr("yaml.safe_load", lambda _: pytest.fail("it was parsed"))
    assert "too long for a recipe: 30,000 characters" in fault("seed: 1 #\n" * 3000, tmp_path)


def test_what_ships_is_read_as_its_text_says():
    for name in built_in_recipes():
        assert read_recipe(recipe_text(name), name) == load_recipe(name).model_copy(update={"name": None})


@pytest.mark.parametrize("raw", [b"\x89PNG\r\n\x1a\n\0", "größe: 3".encode("latin-1")])
def test_a_binary_file_is_no_recipe(tmp_path, raw):
    assert "cannot be read" in fault(raw, tmp_path)


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.mkdir", "!!python/object/new:os.mkdir", "!!python/name:os.mkdir", "!mine"]
)
def test_yaml_makes_no_objects(tmp_path, tag, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "is not YAML" in fault(f"seed: {tag} [pwned]", tmp_path)
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("place", ["model", "seed", "corpus", "unknown"])
def test_a_yaml_bomb_costs_nothing(tmp_path, place):
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]  # 9^10 words when written out
    started = time.process_time()
    message = fault("\n".join([*lines, f"{place}: *a9"]), tmp_path)
    assert place in message
    with pytest.raises(UserError):
        expand_grid(load_grid(str(tmp_path / "mine.yaml"), []), open_corpus)
    assert time.process_time() - started < 5


def test_a_recipe_that_is_not_there_names_the_nearest(tmp_path):
    with pytest.raises(UserError, match="Did you mean words-lstm") as caught:
        load_recipe("word-lstm")
    assert "bytes-lstm" in caught.value.hint
    with pytest.raises(UserError, match="no recipe"):
        load_recipe(str(tmp_path))
    with pytest.raises(UserError, match="no recipe"):
        load_recipe(os.devnull)


def test_set_changes_what_it_names():
    changed = Recipe().with_settings(
        ["model.layers=3", "training.learning_rate=2e-3", " seed=5", "model.tied=true", "name=a=b", "corpus=null"]
    )
    assert changed == Recipe(name="a=b", seed=5, model={"layers": 3, "tied": True}, training={"learning_rate": 0.002})
    assert Recipe().with_settings(["model={cell: rnn}"]).model.cell == "rnn"
    assert Recipe().with_settings([]) == Recipe()


@pytest.mark.parametrize(
    ("assignment", "reason"),
    [
        ("model.layers", "is not a setting"),
        ("", "is not a setting"),
        ("=3", "is not a setting"),
        ("model.=3", "is not a setting"),
        ("model..layers=3", "is not a setting"),
        ("model.layers=", "model.layers: Input should be a valid integer"),
        ("model.layers=two", "model.layers: Input should be a valid integer"),
        ("model.layer=2", "did you mean model.layers?"),
        ("layers=2", "unknown key layers"),
        ("modell.layers=2", "unknown key modell (did you mean model?)"),
        ("model.layers.x=2", "has no settings below it"),
        ("model.cell=[", "is not YAML"),
        ("model.cell=!!python/name:os.system", "is not YAML"),
    ],
)
def test_a_faulty_set_is_refused(assignment, reason):
    with pytest.raises(UserError) as caught:
        Recipe().with_settings([assignment])
    assert reason in caught.value.message
    assert caught.value.hint


def test_a_recipe_is_frozen():
    recipe = Recipe()
    with pytest.raises(ValueError, match="frozen"):
        recipe.model.units = 3
    with pytest.raises(ValueError, match="frozen"):
        recipe.seed = 3
