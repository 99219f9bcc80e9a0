"""Units as tables; clusters and layers are counted from 1, units from 0."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.recording.result import BIN_WIDTH, Recording
from analysis.strongest_contexts import StrongestContext
from analysis.unit_measures import UnitMeasures
from app.unit_notes import Notes


def units_table(
    measures: UnitMeasures, names: Sequence[str], clusters: np.ndarray | None, unit_names: Mapping[int, str]
) -> pd.DataFrame:
    """One row per unit, by number; saturation as fractions, left out where it was not recorded.

    names: of the words; clusters: (H,), None for none.
    """
    units = range(len(measures.activity))
    columns: dict[str, Any] = {"unit": units, "own name": [unit_names.get(unit, "") for unit in units]}
    columns |= {"activity": measures.activity, "sparsity": measures.sparsity}
    columns |= {"raised most by": [names[row] for row in measures.raising], "highest": measures.raised_by}
    columns |= {"lowered most by": [names[row] for row in measures.lowering], "lowest": measures.lowered_by}
    if clusters is not None:
        columns["cluster"] = clusters + 1
    for gate, below in measures.left_saturated.items():
        name = gate.replace("_", " ")
        columns |= {f"{name} < .1": below, f"{name} > .9": measures.right_saturated[gate]}
    columns["|state| > .9"] = measures.state_saturated
    return pd.DataFrame(columns).dropna(axis=1, how="all")


def unit_distributions_table(recording: Recording, layer: int, units: Sequence[int]) -> pd.DataFrame:
    """One row per unit, state or gate, and bin: how many of the tokens that were looked at fell into it."""
    parts = []
    for name, counts in recording.distributions.items():
        bins = counts.shape[2]
        edges = np.linspace(1 - bins * BIN_WIDTH, 1, bins + 1).round(2)
        for unit in units:
            own = counts[layer, unit]
            parts.append(
                pd.DataFrame(
                    {"unit": unit, "value of": name.replace("_", " "), "from": edges[:-1], "to": edges[1:],
                     "tokens": own, "share": own / own.sum()}
                )
            )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def contexts_table(
    found: Mapping[int, tuple[Sequence[StrongestContext], Sequence[StrongestContext]]], space: str
) -> pd.DataFrame:
    """One row per unit and context, (highest, lowest) of each; space: what stands between two tokens."""
    return pd.DataFrame(
        [
            {
                "unit": unit,
                "side": side,
                "state": place.value,
                "position": place.position,
                "before": None if place.before is None else space.join(place.before),
                "token": place.token,
                "after": None if place.after is None else space.join(place.after),
            }
            for unit, sides in found.items()
            for side, places in zip(("highest", "lowest"), sides, strict=True)
            for place in places
        ]
    )


def notes_table(notes: Notes) -> pd.DataFrame:
    """One row per note."""
    columns = ["state", "layer", "unit", "name", "note"]
    return pd.DataFrame([note.model_dump() for note in notes.values()], columns=columns)
