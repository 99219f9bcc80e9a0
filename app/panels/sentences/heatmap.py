"""The panel with every unit along a text: states, their changes and gates."""

import hashlib

import numpy as np
import streamlit as st

from analysis.texts.unit_values import quantities
from app import cached
from app.components.unit_heatmap import unit_heatmap, unit_heatmap_data
from app.links import link_to
from app.notices import how_to_read, literal
from app.numbers import numbers
from app.selection import Selection
from app.tables.sentences import unit_values_table
from data_prep.tokens import display_token

KEY = "unit-heatmap"
MOST_VALUES = 1_000_000  # sent to the browser at once
LISTED_VALUES = 40_000  # in the table, which is written anew at every turn
EXPLAINED = {
    "reset_gate": "0 forgets the state when the candidate is made",
    "update_gate": "torch's: 1 keeps the old state",
    "input_gate": "1 lets the candidate in",
    "forget_gate": "1 keeps the cell state",
    "output_gate": "1 shows the cell state",
}


def heatmap_panel(chosen: Selection, text: str, position: int, unit_labels: np.ndarray) -> None:
    """One quantity of the chosen layer, all units, around a position; unit_labels: (H,), their clusters."""
    run, vocabulary = chosen.run, chosen.run.vocabulary
    offered = {_title(quantity): quantity for quantity in quantities(run.recipe.model.cell)}
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    quantity = offered[left.selectbox("Quantity", list(offered), key="quantity", bind="query-params")]
    units = run.recipe.model.units
    if (st.session_state.get("unit") or 0) >= units:
        st.session_state["unit"] = None
    unit = right.number_input("Unit", 0, units - 1, value=None, key="unit", bind="query-params", placeholder="none")
    values = cached.find_unit_values(run, text, chosen.layer, quantity)
    reading = cached.find_reading(run, text)
    tokens = [display_token(token, vocabulary.tokenisation)[:60] for token in reading.tokens]
    most = max(1, MOST_VALUES // units)
    start = max(0, min(position - most // 2, len(tokens) - most))
    signed = not quantity.endswith("_gate")
    shown = (run.digest, text, chosen.layer, unit_labels.tolist(), quantity, start)
    drawn = hashlib.sha256(repr(shown).encode()).hexdigest()
    data = unit_heatmap_data(
        values[start : start + most],
        start,
        tokens[start : start + most],
        unit_labels,
        name=_name(quantity),
        signed=signed,
        key=drawn,
    )
    if len(tokens) > most:
        st.info(f"Tokens {start + 1:,} to {start + most:,} are drawn, around the one that is picked.")
    unit_heatmap(data, (unit, position), key=KEY, on_pick=_take_pick)
    if unit is not None:
        at = f"{values[position, unit]:+.3f}" if signed else f"{values[position, unit]:.3f}"
        cluster = unit_labels[unit] + 1
        said, link = st.columns([3, 1], vertical_alignment="center")
        said.markdown(
            f"**Unit {unit}** ({f'cluster {cluster}' if cluster else 'no cluster'}), {_name(quantity)} {at} at token "
            f"{position + 1}, {literal(tokens[position])}"
        )
        with link:
            link_to("views/units.py", "its own page", ":material/grain:", unit=str(unit))
    ends = (
        "orange, lighter, above zero and blue, darker, below; full colour where the legend says, and beyond"
        if signed
        else "the stronger, the nearer to 1"
    )
    how_to_read(
        f"A row per unit of {chosen.layer_name}, by cluster and in it by mean size; a column per token: {ends}. Point "
        "at it for the value; a click picks unit and token.",
        "in a text of many units and tokens some are strong by chance; look whether a row is so in other texts too."
        + (" The colours are relative to this text: do not compare the shades of two pictures." if signed else ""),
    )
    listed = max(1, LISTED_VALUES // units)
    first = max(0, min(position - listed // 2, len(tokens) - listed))
    span = "" if listed >= len(tokens) else f", tokens {first + 1:,} to {first + listed:,}"
    numbers(
        lambda: unit_values_table(values[first : first + listed], first, tokens[first : first + listed], unit_labels),
        "units-along-text",
        label=f"{_name(quantity).capitalize()} of every unit{span}",
        rows=units,
    )


def _take_pick() -> None:
    pick = st.session_state[KEY].picked
    if pick:
        st.session_state["unit"] = pick["unit"]
        st.session_state["position"] = pick["position"] + 1


def _name(quantity: str) -> str:
    if quantity.endswith("_change"):
        return f"change of the {quantity.removesuffix('_change')} state"
    return quantity.replace("_", " ") if "gate" in quantity or quantity == "candidate" else f"{quantity} state"


def _title(quantity: str) -> str:
    note = f" ({EXPLAINED[quantity]})" if quantity in EXPLAINED else ""
    return f"{_name(quantity).capitalize()}{note}"
