"""Which units are looked at, and a quick way through all of them."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analysis.unit_measures import ORDERS, Order, UnitMeasures
from app.components.arrow_keys import arrow_keys
from app.links import take_choice

MOST = 4
PREVIOUS, NEXT = "previous-unit", "next-unit"


def choose_units(
    places: Sequence[DeltaGenerator], measures: UnitMeasures, clusters: np.ndarray | None
) -> tuple[list[int], list[int], Order]:
    """(chosen units, all in the order of flipping, that order's name); the first of the chosen is the one that flips.

    Nobody's choice is the most active unit. places: five columns for what is drawn. clusters: (H,), None where there
    are none to order by.
    """
    units = list(range(len(measures.activity)))
    take_choice("unit", units)
    orders = [order for order in ORDERS if clusters is not None or order != "cluster"]
    by = places[3].selectbox("Flip by", orders, index=1, key="order", bind="query-params")
    order = measures.order(by, clusters).tolist()
    usual = int(measures.order("activity", clusters)[0])
    shown = st.session_state.get("unit")
    shown = shown if shown in units else usual
    for column, key, icon, step, says in (
        (places[0], PREVIOUS, ":material/arrow_back:", -1, "The unit before, or ← on the keyboard"),
        (places[1], NEXT, ":material/arrow_forward:", 1, "The next unit, or → on the keyboard"),
    ):
        column.button(
            says.partition(",")[0], key=key, icon=icon, help=says, width="stretch", on_click=_flip,
            args=(order, usual, step), wrap=False,
        )  # fmt: skip
    unit = places[2].selectbox(
        "Unit",
        units,
        index=None,
        help="Nobody's choice is the most active.",
        key="unit",
        bind="query-params",
        placeholder=f"{usual}",
    )
    others = places[4].multiselect(
        f"Beside it, up to {MOST - 1}", units, key="beside", bind="query-params", max_selections=MOST - 1,
        select_all=False, placeholder="compare with others",
    )  # fmt: skip
    arrow_keys(PREVIOUS, NEXT)
    unit = usual if unit is None else unit
    return list(dict.fromkeys((unit, *others))), order, by


def _flip(order: Sequence[int], usual: int, step: int) -> None:
    """Go to the neighbour in the order; after the last comes the first."""
    shown = st.session_state.get("unit")
    place = order.index(usual if shown is None else shown)
    st.session_state["unit"] = order[(place + step) % len(order)]
