"""Saturation of gates as tables; layers are counted from 1, units from 0."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.gates.saturation import Saturation, is_gated, summarise
from app.figures.gate_saturation import title_of


def summary_table(found: Saturation) -> pd.DataFrame:
    """One row per gate and layer: mean shares of the tokens, and how many units are extreme."""
    high, low = ("open", "shut") if is_gated(found) else ("near ±1", "near 0")
    return pd.DataFrame(
        [
            {
                "gate" if is_gated(found) else "value": title_of(one.gate),
                "layer": one.layer + 1,
                high: one.right,
                low: one.left,
                f"units nearly always {high}": one.nearly_always_right,
                f"nearly always {low}": one.nearly_always_left,
                f"never {low}": one.never_left,
                f"never {high}": one.never_right,
                "of": one.units,
            }
            for one in summarise(found)
        ]
    )


def integrators_table(
    units: Sequence[tuple[int, int, float]], found: Saturation, quantities: Mapping[str, np.ndarray]
) -> pd.DataFrame:
    """One row per near-integrator, the most constant first; quantities: name → (L, H)."""
    rows = [
        {"layer": layer + 1, "unit": unit, "keeps at": share}
        | {f"{title_of(gate)}, mean": float(own[layer, unit]) for gate, own in found.mean.items()}
        | {name: float(own[layer, unit]) for name, own in quantities.items() if not name.startswith("mean ")}
        for layer, unit, share in units
    ]
    return pd.DataFrame(rows)


def saturation_table(found: Saturation, quantities: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """One row per unit."""
    layers, units = next(iter(found.right.values())).shape
    columns = {"layer": np.repeat(np.arange(layers) + 1, units), "unit": np.tile(np.arange(units), layers)}
    for gate in found.gates:
        columns |= {
            f"{title_of(gate)} < {found.below:.2f}": found.left[gate].ravel(),
            f"{title_of(gate)} > {found.above:.2f}": found.right[gate].ravel(),
            f"{title_of(gate)}, mean": found.mean[gate].ravel(),
        }
    others = {name: own.ravel() for name, own in quantities.items() if not name.startswith("mean ")}
    return pd.DataFrame(columns | others)
