"""Scores of units on disk."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from analysis.interpretation.properties import text_properties
from analysis.interpretation.source import TOKENS, Source
from analysis.interpretation.text_states import paragraph_begins, read_states
from analysis.interpretation.token_text import token_text
from analysis.interpretation.unit_scores import SHIFTS, UnitScores, score_units
from analysis.results import Content, ResultKey, ensure_result
from data_prep.vocabulary import Vocabulary
from models.network import RecurrentNetwork
from models.run import Run

KIND, SCHEMA = "interpretation", 2  # another whenever a property or a score means something else
_ARRAYS = ("found", "scores", "corrected_p", "control", "held")


@dataclass(frozen=True)
class InterpretOptions:
    """Whose scores: of a state of a layer (0-based), with a regular expression or without, against so many shifts."""

    state: str
    layer: int
    tokens: int = TOKENS
    pattern: str = ""
    shifts: int = SHIFTS
    seed: int = 0


def ensure_scores(
    run: Run,
    source: Source,
    options: InterpretOptions,
    *,
    read: Callable[[], np.ndarray] | None = None,
    again: bool = False,
) -> UnitScores:
    """The stored scores of the units of a run on a text; computed first where there are none.

    read: gives the states of the run on the text, where somebody may have them already.

    Raises UserError as `read_states`, `text_properties` and `score_units`; nothing is stored then.
    """

    def compute() -> Content:
        properties = text_properties(token_text(source.ids, run.vocabulary, source.offsets), options.pattern)

        def read_now() -> np.ndarray:
            return states_of(run.load_network(), source, run.vocabulary, options.state, options.layer)

        states = (read or read_now)()
        return _content(score_units(states, properties, shifts=options.shifts, seed=options.seed))

    key = ResultKey(run, KIND, SCHEMA, asdict(options) | {"text": source.digest})
    return _scores(ensure_result(key, compute, again=again))


def states_of(network: RecurrentNetwork, source: Source, vocabulary: Vocabulary, state: str, layer: int) -> np.ndarray:
    """(T, H): the states of one layer along a source."""
    begins = paragraph_begins(source.ids, vocabulary)
    return read_states(network, source.ids, state, layer, source.offsets, begins)


def _content(made: UnitScores) -> Content:
    about: dict[str, Any] = {
        field.name: getattr(made, field.name) for field in fields(made) if field.name not in _ARRAYS
    }
    return Content(about, {name: getattr(made, name) for name in _ARRAYS})


def _scores(content: Content) -> UnitScores:
    about = content.about
    return UnitScores(
        **{name: content.arrays[name] for name in _ARRAYS},
        names=tuple(about["names"]),
        kinds=tuple(about["kinds"]),
        abouts=tuple(about["abouts"]),
        dropped=tuple((name, why) for name, why in about["dropped"]),
        tokens=about["tokens"],
        block=about["block"],
        seed=about["seed"],
    )
