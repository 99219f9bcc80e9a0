"""The parts of the page Gates: counting, what the circles tell, and the way to a unit."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from analysis.gates.saturation import NEARLY_ALWAYS, Saturation, is_gated, near_integrators
from app import cached
from app.notices import PageEnded, how_to_read, literal
from app.numbers import numbers
from app.page_tables import note_table
from app.panels.beside import follow_work, is_going_on, offer_work
from app.tables.gates import integrators_table, saturation_table, summary_table
from data_prep.errors import UserError
from models.run import Run

PARTS = {"test part": "test", "training part": "train", "validation part": "valid"}
COUNT, COUNTING = ("Count every token now", ":material/calculate:"), "Counting the gates"
CHART, TABLE, LAST_ROW, GO = "gates-chart", "gates-table", "gates-last-row", "gates-go"
PERCENT = st.column_config.NumberColumn(format="percent")
NUMBER = st.column_config.NumberColumn(format="%.3f")


def go_to_unit() -> None:
    """Leave for the page of the unit that was clicked, if one was."""
    if (unit := st.session_state.pop(GO, None)) is not None:
        st.switch_page("views/units.py", query_params={"to-unit": str(unit)})


def first_part(run: Run) -> str:
    """The part to begin with: the test part where it was counted, else the training part where it was recorded."""
    counted = cached.are_gates_counted(run, "test") or not cached.is_recorded(run)
    return "test part" if counted else "training part"


def ensure_counted(run: Run, part: str) -> None:
    """Go on where a part was counted or recorded; else offer to count it, or say how far that is, and end the page."""
    begun = cached.counting_begun(run, part)
    going_on = is_going_on(begun)
    if cached.are_gates_counted(run, part) or cached.find_gates(run, part) is not None:
        return
    run.open_corpus()  # says why there is none
    if going_on:
        follow_work(begun, COUNTING)
        raise PageEnded
    st.info(
        f"The gates of {literal(run.id)} have not been counted over this part yet. Every token of it is read once and "
        "every gate counted in bins of .01; for a small model that takes seconds."
    )
    offer_work(*COUNT, partial(cached.begin_counting, run, part), begun)
    raise PageEnded


def offer_exact(run: Run, part: str) -> None:
    """Where the page shows what a recording kept of a sample: offer to count every token, if the text is at hand."""
    if run.origin == "states":
        return
    try:
        run.open_corpus()
    except UserError as error:
        st.caption(f"To count every token, for any threshold: {literal(error.message)} {literal(error.hint)}")
        return
    begun = cached.counting_begun(run, part)
    if is_going_on(begun):
        follow_work(begun, COUNTING)
    elif cached.are_gates_counted(run, part):  # since the page looked
        st.rerun()
    else:
        offer_work(*COUNT, partial(cached.begin_counting, run, part), begun)


def unit_quantities(run: Run, state: str, found: Saturation) -> dict[str, np.ndarray]:
    """What the size of a circle may tell: name → (L, H), of what is known of the run."""
    layers = range(run.recipe.model.layers)
    quantities = {}
    if cached.is_recorded(run):
        state = state if state in cached.find_recording(run).states else "hidden"
        measures = [cached.find_unit_measures(run, state, layer) for layer in layers]
        quantities["activity"] = np.stack([one.activity for one in measures])
        quantities["strongest response"] = np.stack([np.maximum(one.raised_by, -one.lowered_by) for one in measures])
    if run.origin != "states":
        quantities["outgoing weights"] = cached.find_outgoing(run)
    for gate in ("forget_gate", "update_gate"):
        if gate in found.mean:
            quantities[f"mean {gate.replace('_', ' ')}"] = found.mean[gate]
    return quantities


def take_click() -> None:
    """A circle was clicked: the page that follows goes to its unit."""
    points = st.session_state[CHART]["selection"]["points"]
    if points:
        layer, unit, *_ = points[0]["customdata"]
        _go(int(layer), int(unit))


def show_tables(
    found: Saturation, quantities: dict[str, np.ndarray], *, papers_convention: bool, model_name: str
) -> None:
    """Means by gate and layer, the near-integrators, and the numbers of every unit."""
    table = summary_table(found)
    note_table(table, "Gates by layer")
    st.dataframe(table, hide_index=True, column_config=dict.fromkeys(table.columns[2:4], PERCENT))
    st.caption(
        f"{table.columns[2].capitalize()}, {table.columns[3]}: share of the tokens above {found.above:.2f}, below "
        f"{found.below:.2f}, mean over the units. "
        f"Nearly always: at more than {NEARLY_ALWAYS:.0%} of the tokens; never: at none of {found.tokens:,}."
    )
    if is_gated(found):
        _show_integrators(found, quantities, papers_convention=papers_convention)
    else:
        st.caption(f"{model_name} has no gates: nothing in it holds a state as it is, so it has no near-integrators.")
    numbers(saturation_table(found, quantities), "gates", label="Every unit")


def _show_integrators(found: Saturation, quantities: dict[str, np.ndarray], *, papers_convention: bool) -> None:
    units = near_integrators(found, papers_convention=papers_convention)
    st.subheader(f"Near-integrators: {len(units):,}", anchor=False)
    if units:
        table = integrators_table(units, found, quantities)
        note_table(table, "Near-integrators")
        st.dataframe(
            table,
            hide_index=True,
            height=min(320, 38 + 35 * len(table)),
            column_config=_config(table),
            on_select=lambda: _take_row(table),
            selection_mode="single-row",
            key=TABLE,
        )
    how_to_read(
        f"Units that keep their state at more than {NEARLY_ALWAYS:.0%} of the tokens (diamonds above): what little or "
        "much they are given adds up, so they can count and remember for long. A click beside a row, or shift and "
        "space on it, goes to the unit.",
        "a unit whose input gate is shut as well keeps, but keeps nothing: look at both means."
        if "input_gate" in found.gates
        else "in a GRU the gate that keeps is the one that lets in: what keeps nearly always takes in next to nothing.",
    )


def _config(table: pd.DataFrame) -> dict[str, Any]:
    rest = [name for name in table if name not in ("layer", "unit", "keeps at")]
    return {"keeps at": PERCENT} | dict.fromkeys(rest, NUMBER)


def _take_row(table: pd.DataFrame) -> None:
    rows = st.session_state[TABLE]["selection"]["rows"] or [st.session_state.get(LAST_ROW, 0)]
    st.session_state[LAST_ROW] = rows[0]
    if rows[0] < len(table):
        _go(int(table["layer"].iloc[rows[0]]) - 1, int(table["unit"].iloc[rows[0]]))


def _go(layer: int, unit: int) -> None:
    st.session_state["layer"], st.session_state[GO] = layer, unit
