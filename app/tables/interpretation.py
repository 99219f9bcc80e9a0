"""Scores of units for properties of a text as tables."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.interpretation.excerpt import Excerpt
from analysis.interpretation.properties import TextProperty
from analysis.interpretation.unit_scores import UnitScores
from data_prep.tokens import Tokenisation, display_token

SIGNIFICANT = 0.05
MOST_PAIRS = 2_000
_COLUMNS = [
    "property", "about", "unit", "strength", "chance", "corrected p", "AUC", "correlation", "state where it holds",
    "strength when found", "positions tested",
]  # fmt: skip


def best_units_table(scores: UnitScores) -> pd.DataFrame:
    """One row per property with the unit that suits it best on the blocks for finding.

    Those beyond chance come first, the strongest tested score first.
    """
    rows = [_row(scores, place, scores.best_unit(place)) for place in range(len(scores.names))]
    table = pd.DataFrame(rows, columns=_COLUMNS)
    order = np.lexsort((-table["strength"].to_numpy(float), table["corrected p"].to_numpy(float) > SIGNIFICANT))
    return table.iloc[order].reset_index(drop=True)


def pairs_table(scores: UnitScores) -> pd.DataFrame:
    """The pairs of unit and property beyond chance, strongest first, at most `MOST_PAIRS`."""
    units, places = np.nonzero(scores.corrected_p <= SIGNIFICANT)
    order = np.argsort(-np.abs(scores.scores[units, places]), kind="stable")[:MOST_PAIRS]
    rows = [_row(scores, int(places[one]), int(units[one])) for one in order]
    return pd.DataFrame(rows, columns=_COLUMNS)


def values_table(
    excerpt: Excerpt,
    of: tuple[str, int, Sequence[int]],
    tokenisation: Tokenisation,
    tested: TextProperty | None,
) -> pd.DataFrame:
    """One row per token: its place in the text from 1 on, the values of units after it was read, what is tested.

    of: state, layer, units; of the cell state its tanh, as it is drawn.
    """
    state, layer, units = of
    start, length = excerpt.start, len(excerpt.tokens)
    quantity = "tanh of the cell state" if state == "cell" else f"{state} state"
    columns = {
        "position": np.arange(start + 1, start + length + 1),
        tokenisation.noun: [display_token(token, tokenisation) for token in excerpt.tokens],
    }
    for unit in units:
        values = excerpt.states[state][:, layer, unit]
        columns[f"{quantity}, unit {unit}"] = np.tanh(values) if state == "cell" else values
    if tested is not None:
        values = tested.values[start : start + length]
        columns[tested.name] = np.where(values, "yes", "no") if tested.kind == "yes/no" else values
    return pd.DataFrame(columns)


def _row(scores: UnitScores, place: int, unit: int) -> tuple:
    score, yes_no = float(scores.scores[unit, place]), scores.kinds[place] == "yes/no"
    return (
        scores.names[place],
        scores.abouts[place],
        unit,
        abs(score),
        float(scores.control_95[place]),
        float(scores.corrected_p[unit, place]),
        (1 + abs(score)) / 2 if yes_no else None,
        None if yes_no else score,
        ("higher" if score > 0 else "lower") if yes_no else None,
        abs(float(scores.found[unit, place])),
        int(scores.held[1, place]),
    )
