"""Recipes and grids as files: those that ship with rnnscope, and a user's own."""

import difflib
import functools
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from data_prep.corpus import Corpus
from data_prep.errors import UserError
from data_prep.registry import known_corpora
from models.recipe import Recipe, parse_recipe, parse_yaml


def built_in_recipes() -> list[str]:
    """Names of the recipes that ship with rnnscope."""
    return sorted(_shipped("recipes"))


def built_in_grids() -> list[str]:
    """Names of the grids of recipes that ship with rnnscope."""
    return sorted(_shipped("grids"))


def load_recipe(name_or_path: str) -> Recipe:
    """A recipe by the name it ships under, or from a YAML file; UserError when it cannot be used."""
    recipe = parse_recipe(read_recipe_file(name_or_path, "recipe"), name_or_path)
    return recipe.model_copy(update={"name": recipe.name or Path(name_or_path).stem})


def read_recipe_file(name_or_path: str, what: Literal["recipe", "grid"]) -> Any:
    """The YAML of a recipe or a grid of them, by the name it ships under or from a file; not yet validated."""
    shipped = _shipped("recipes") | _shipped("grids")
    path = shipped.get(name_or_path, Path(name_or_path))
    if not path.is_file():
        near = difflib.get_close_matches(name_or_path, shipped, n=1)
        raise UserError(
            f"There is no {what} {name_or_path!r}." + (f" Did you mean {near[0]}?" if near else ""),
            f"Give a YAML file, or one of: {', '.join(sorted(_shipped(f'{what}s')))}.",
        )
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read: {error}.", f"A {what} is a YAML file in UTF-8.") from error
    return parse_yaml(text, name_or_path)


@functools.cache
def recipe_text(name: str) -> str:
    """The YAML of a recipe that ships with rnnscope, comments included."""
    return _shipped("recipes")[name].read_text(encoding="utf-8")


@functools.cache
def _load_shipped(name: str) -> Recipe:
    return load_recipe(name)


def recipes_for(corpus: Corpus) -> list[str]:
    """Names of the shipped recipes for a corpus of this kind: first those for any, then those made for this one.

    The kind is labelled or running text, and of running text words or symbols (characters and bytes).
    """
    task = "language-model" if corpus.texts is None else "classifier"

    def serves(name: str) -> bool:
        recipe = _load_shipped(name)
        if recipe.task != task:
            return False
        made_for = known_corpora()[recipe.corpus].tokenisation.unit if recipe.corpus else name.partition("-")[0]
        symbols = corpus.vocabulary.tokenisation.unit != "words"
        return task == "classifier" or (made_for != "words") == symbols

    def order(name: str) -> tuple[bool, bool, str]:
        own = _load_shipped(name).corpus
        return own is not None, own != corpus.name, name

    return sorted(filter(serves, built_in_recipes()), key=order)


def _shipped(folder: str) -> dict[str, Any]:
    entries = (resources.files("models") / folder).iterdir()
    return {entry.name.removesuffix(".yaml"): entry for entry in entries if entry.name.endswith(".yaml")}
