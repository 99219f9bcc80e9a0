"""Grids: a recipe in which any setting may be a list, and the models that it stands for."""

import itertools
import reprlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_prep.corpus import Corpus
from data_prep.errors import UserError
from data_prep.sealed_folder import check_name, name_from
from models.recipe import Recipe, assigned, listed_settings, parse_recipe
from models.recipe_files import read_recipe_file
from models.sweeps.matching import matched_units, parameter_count, with_units

MOST_MODELS = 10_000
IN_EVERY_ID = ("corpus", "model.cell", "model.layers", "model.units")


@dataclass(frozen=True)
class GridModel:
    """One model of a grid: the recipe, its corpus named in it, and the id of the run that it becomes."""

    id: str
    recipe: Recipe


@dataclass(frozen=True)
class Grid:
    """A recipe with lists, not yet validated.

    label: stands before the ids; None where the file gives no `name`. match_parameters: units are those of
    the one-layer LSTM of a row, and its other models have as many as bring them nearest to its parameters.
    """

    name: str
    raw: dict[str, Any]
    label: str | None
    match_parameters: bool


def load_grid(name_or_path: str, assignments: list[str]) -> Grid:
    """A grid by the name it ships under, or from a YAML file, with `key=value` assignments applied.

    A recipe without any list is a grid of one model.
    """
    raw = read_recipe_file(name_or_path, "grid")
    if not isinstance(raw, dict):
        raise UserError(f"{name_or_path} is not a grid: it has no keys.", "Start with 'model:' and 'training:'.")
    raw = assigned(raw, assignments)
    match_parameters = raw.pop("match_parameters", False)
    if not isinstance(match_parameters, bool):
        raise UserError(f"match_parameters cannot be {reprlib.repr(match_parameters)}.", "Write true or false.")
    label = raw.get("name")
    if isinstance(label, str):
        check_name(label, "grid")
    return Grid(Path(name_or_path).stem, raw, label, match_parameters)


def expand_grid(grid: Grid, corpus_of: Callable[[str], Corpus]) -> list[GridModel]:
    """Every model of the grid, in an order that the settings alone decide; the last one varies fastest.

    An id is corpus, cell, layers and units (`linux-lstm-2x128`), before it the grid's `name`, after it
    whatever else varies (`-seed-1`). corpus_of opens a corpus, whose vocabulary matched units depend on.

    Raises UserError that names the entry when one cannot be used or stands for the same model as another,
    or when there are more than MOST_MODELS.
    """
    axes = listed_settings(grid.raw)
    _check_axes(grid, axes)
    varying = [path for path, values in axes.items() if len(values) > 1 and path not in IN_EVERY_ID]
    recipes: dict[str, Recipe] = {}
    faults = []
    for number, values in enumerate(itertools.product(*axes.values()), start=1):
        entry = dict(zip(axes, values, strict=True))
        said = _described(number, entry)
        try:
            recipes[said] = parse_recipe(_with_entry(grid, entry), f"{grid.name}, {said},")
        except UserError as error:
            faults.append(error)
    if faults:
        more = f" So it is with {len(faults) - 1:,} more entries." if len(faults) > 1 else ""
        raise UserError(faults[0].message + more, faults[0].hint)
    return _named(grid, recipes, varying, corpus_of)


def _check_axes(grid: Grid, axes: dict[str, list[Any]]) -> None:
    count = 1
    for path, values in axes.items():
        if not values:
            raise UserError(f"{grid.name} cannot be used: {path} is an empty list.", "Give it a value.")
        if any(isinstance(value, list | dict) for value in values):
            raise UserError(f"{grid.name} cannot be used: {path} holds a list in a list.", "Give it plain values.")
        count *= len(values)
    if count > MOST_MODELS:
        raise UserError(
            f"{grid.name} has {count:,} models; up to {MOST_MODELS:,} can be one sweep.", "Divide it into several."
        )


def _with_entry(grid: Grid, entry: dict[str, Any]) -> dict[str, Any]:
    """The grid's raw recipe with one value for each list."""
    raw = {key: dict(value) if isinstance(value, dict) else value for key, value in grid.raw.items()}
    raw["name"] = grid.label or grid.name
    for path, value in entry.items():
        section, _, setting = path.rpartition(".")
        (raw[section] if section else raw)[setting] = value
    return raw


def _described(number: int, entry: dict[str, Any]) -> str:
    said = ", ".join(f"{path.rpartition('.')[2]} {reprlib.repr(value)}" for path, value in entry.items())
    return f"entry {number}" + (f" ({said})" if said else "")


def _named(
    grid: Grid, recipes: dict[str, Recipe], varying: list[str], corpus_of: Callable[[str], Corpus]
) -> list[GridModel]:
    models: dict[str, GridModel] = {}
    entries: dict[str, str] = {}
    for entry, recipe in recipes.items():
        if recipe.corpus is None:
            raise UserError(f"{grid.name} names no corpus.", "Add --set corpus=NAME, or a line 'corpus: NAME'.")
        chosen = _matched(recipe, corpus_of(recipe.corpus)) if grid.match_parameters else recipe
        model = chosen.model
        run_id = f"{chosen.corpus}-{model.cell}-{model.layers}x{model.units}"
        run_id = name_from("-".join(filter(None, [grid.label, run_id, *(_suffix(chosen, path) for path in varying)])))
        if run_id in models:
            raise UserError(
                f"{grid.name} has two models called {run_id}: {entries[run_id]} and {entry}.", "Take one of them away."
            )
        models[run_id], entries[run_id] = GridModel(run_id, chosen), entry
    return list(models.values())


def _suffix(recipe: Recipe, path: str) -> str:
    section, _, setting = path.rpartition(".")
    value = getattr(getattr(recipe, section) if section else recipe, setting)
    return f"{setting} {value}"


def _matched(recipe: Recipe, corpus: Corpus) -> Recipe:
    vocabulary_size = len(corpus.vocabulary)
    outputs = len(corpus.classes) or vocabulary_size
    row = recipe.model.model_copy(update={"cell": "lstm", "layers": 1})
    parameters = parameter_count(row, vocabulary_size, outputs)
    units = matched_units(recipe.model, vocabulary_size, parameters, outputs=outputs)
    return recipe.model_copy(update={"model": with_units(recipe.model, units)})
