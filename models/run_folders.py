"""The folders of runs and their ids: the user's own below the home, those that ship in the gallery."""

from pathlib import Path

from data_prep.corpus import Corpus
from data_prep.errors import UserError
from data_prep.sealed_folder import check_name, home, name_from
from models.recipe import Recipe
from models.training.trainings import training_ids

GALLERY = Path(__file__).resolve().parent.parent / "gallery"


def runs_home() -> Path:
    """Where the user's own runs are kept."""
    return home() / "runs"


def run_folder(run_id: str) -> Path:
    """Where a run of this id is, or would be: the user's own comes before the gallery's."""
    own, bundled = runs_home() / check_name(run_id, "run"), GALLERY / run_id
    return own if own.is_dir() or not bundled.is_dir() else bundled


def run_ids() -> list[str]:
    """Ids of the gallery's runs, then of the user's own, damaged and unfinished ones included."""
    places = (place for place in (GALLERY, runs_home()) if place.is_dir())
    found = (path.name for place in places for path in sorted(place.iterdir()) if path.is_dir())
    return [name for name in dict.fromkeys(found) if not name.startswith((".", "_"))]


def is_bundled(folder: Path) -> bool:
    """Whether a run's folder is one of the gallery."""
    return folder.parent == GALLERY


def default_run_id(recipe: Recipe, corpus: Corpus) -> str:
    """Corpus, cell and size; with -2, -3 … where that is taken."""
    return free_run_id(corpus.name, recipe)


def free_run_id(name: str, recipe: Recipe) -> str:
    """`name`, cell and size; with -2, -3 … where that is taken."""
    model = recipe.model
    base = name_from(f"{name[:50]}-{model.cell}-{model.layers}x{model.units}")
    candidate, number = base, 1
    while _taken(candidate) or candidate in training_ids():
        number += 1
        candidate = f"{base}-{number}"
    return candidate


def reserve_run_id(run_id: str) -> str:
    """Check that a run may be written under this id, before hours are spent on it."""
    check_name(run_id, "run")
    if _taken(run_id):
        raise UserError(f"There is a run called {run_id} already.", "Choose another name; nothing is overwritten.")
    return run_id


def _taken(run_id: str) -> bool:
    return (runs_home() / run_id).exists() or (GALLERY / run_id).exists()
