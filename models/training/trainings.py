"""The unfinished trainings: where they are, beginning one, finding one again."""

import shutil
import tempfile
from pathlib import Path

from data_prep.corpus import Corpus
from data_prep.errors import UserError
from data_prep.sealed_folder import check_name, home, read_json, write_json
from models.recipe import Recipe, parse_recipe
from models.training.folder import ABOUT, TrainingFolder, unwritable

SCHEMA = 1


def trainings_home() -> Path:
    """Where unfinished trainings are."""
    return home() / "trainings"


def begin_training(run_id: str, recipe: Recipe, corpus: Corpus) -> TrainingFolder:
    """A new training's folder; UserError when there is one of this id, or the home is not writable."""
    path = trainings_home() / check_name(run_id, "run")
    if (path / ABOUT).exists():
        raise UserError(
            f"There is an unfinished training called {run_id}.",
            f"Go on with rnnscope train --resume {run_id}, or choose another --name.",
        )
    about = {"schema": SCHEMA, "recipe": recipe.model_dump(), "corpus": _named(corpus)}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{run_id}-", dir=path.parent) as unfinished:
            fresh = Path(unfinished) / run_id
            fresh.mkdir()
            write_json(fresh / ABOUT, about)
            shutil.rmtree(path, ignore_errors=True)  # what is left of one that was deleted
            fresh.rename(path)
    except OSError as error:
        raise unwritable(path, error) from error
    return TrainingFolder(run_id, path, recipe, _named(corpus))


def open_training(run_id: str) -> TrainingFolder:
    """The folder of an unfinished training; UserError when there is none, or it cannot be read."""
    path = trainings_home() / check_name(run_id, "run")
    if not (path / ABOUT).is_file():
        known = ", ".join(training_ids()) or "none"
        raise UserError(f"There is no unfinished training called {run_id}.", f"Unfinished: {known}.")
    about = read_json(path / ABOUT)
    corpus = about.get("corpus") if isinstance(about, dict) and about.get("schema") == SCHEMA else None
    if not isinstance(corpus, dict) or not {"name", "digest"} <= corpus.keys():
        raise UserError(f"The training {run_id} is damaged or of another version.", f"Delete {path} and train again.")
    return TrainingFolder(run_id, path, parse_recipe(about.get("recipe"), f"{run_id}/training.json"), corpus)


def training_ids() -> list[str]:
    """Ids of the unfinished trainings."""
    if not trainings_home().is_dir():
        return []
    return sorted(path.name for path in trainings_home().iterdir() if (path / ABOUT).is_file())


def find_training(recipe: Recipe, corpus: Corpus) -> TrainingFolder | None:
    """The unfinished training of this very recipe, whatever it is called, on this very corpus."""
    for run_id in training_ids():
        try:
            folder = open_training(run_id)
        except UserError:
            continue  # whoever looks at it is told
        if folder.corpus["digest"] == corpus.digest and _unnamed(folder.recipe) == _unnamed(recipe):
            return folder
    return None


def _unnamed(recipe: Recipe) -> Recipe:
    return recipe.model_copy(update={"name": None, "corpus": None})


def _named(corpus: Corpus) -> dict[str, str]:
    return {"name": corpus.name, "digest": corpus.digest, "folder": str(corpus.folder.absolute())}
