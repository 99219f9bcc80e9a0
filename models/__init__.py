"""Recipes, networks, training, and the runs that keep trained models."""

from models.network import RecurrentLanguageModel
from models.recipe import Recipe, built_in_recipes, load_recipe
from models.run import Run, list_runs, open_run, save_run
from models.training import train

__all__ = [
    "Recipe",
    "RecurrentLanguageModel",
    "Run",
    "built_in_recipes",
    "list_runs",
    "load_recipe",
    "open_run",
    "save_run",
    "train",
]
