"""A run of recorded states alone: what is known about a network that rnnscope cannot run."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data_prep.recorded_states import RecordedStates
from data_prep.sealed_folder import sealing, write_json
from data_prep.tokens import Tokenisation, Unit
from data_prep.vocabulary import Vocabulary
from models.recipe import ModelSettings, Recipe
from models.run import SCHEMA, Run, open_run
from models.run_folders import free_run_id, reserve_run_id, runs_home


def vocabulary_of_states(states: RecordedStates, unit: Unit | None = None) -> tuple[Vocabulary, np.ndarray]:
    """(vocabulary, ids): the tokens most frequent first, and the id of each position, (T,).

    unit: what the tokens are; by default characters when all of them are one character, else words.
    """
    counts = np.bincount(states.ids, minlength=len(states.types))
    order = np.argsort(-counts, kind="stable")[: int((counts > 0).sum())]
    id_of = np.zeros(len(states.types), np.int64)
    id_of[order] = np.arange(len(order))
    tokens = tuple(states.types[place] for place in order.tolist())
    unit = unit or ("characters" if all(len(token) == 1 for token in tokens) else "words")
    tokenisation = Tokenisation(unit, "none", "spaces" if unit == "words" else "plain")
    return Vocabulary(tokenisation, tokens, tuple(counts[order].tolist())), id_of[states.ids]


def recipe_of_states(states: RecordedStates) -> Recipe:
    """A recipe with the sizes of the states; which cell they are of is not known, except that an LSTM has two."""
    layers, units = states.shape
    model = ModelSettings(
        cell="lstm" if "cell" in states.blocks else "rnn", layers=layers, units=units, embedding="one-hot"
    )
    return Recipe(model=model)


def suggested_run_id(path: Path, states: RecordedStates) -> str:
    """A free id from the name of the file or folder and the size."""
    named = path.parent if path.suffix in (".yml", ".yaml") else path
    return re.sub(
        "-(?:rnn|lstm)-", "-states-", free_run_id(named.name.split(".", maxsplit=1)[0], recipe_of_states(states))
    )


def save_states_run(
    run_id: str, states: RecordedStates, vocabulary: Vocabulary, source: dict[str, Any], notes: Sequence[str]
) -> Run:
    """Write the run's folder; it has no weights. source: the files, for the record."""
    with sealing(runs_home() / reserve_run_id(run_id), "run", SCHEMA) as folder:
        write_json(folder / "recipe.json", recipe_of_states(states).model_dump())
        write_json(folder / "vocabulary.json", vocabulary.to_json())
        write_json(folder / "history.json", [])
        write_json(
            folder / "run.json",
            {
                "origin": "states",
                "imported": {**source, "notes": list(notes)},
                "corpus": {"name": None, "digest": None, "source": {}},
                "parameters": 0,
                "seconds": 0.0,
                "test": {},
            },
        )
    return open_run(run_id)
