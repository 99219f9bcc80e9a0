"""How both sides use their states and gates: saturation and sparsity, side by side."""

import pandas as pd
import streamlit as st

from app.comparing import Side, figures_of
from app.figures.compared_states import plot_compared_gates, plot_compared_values
from app.notices import how_to_read
from app.numbers import numbers
from app.page_tables import note_table
from app.tables.comparison import gates_table, layer_rows, sides_table, values_table


def show_states(first: Side, second: Side) -> None:
    """Figures of both, the distribution of their values, and their gates."""
    figures = figures_of(first, second)
    dark = st.context.theme.type == "dark"
    show_table(sides_table(layer_rows(figures["A"]), layer_rows(figures["B"])))
    if first.state != second.state:
        st.caption(
            "A hidden state ends at ±1, a cell state has no end: responses and changes cannot be compared by size. "
            "The values are those of the cell state's tanh, which ends there too."
        )
    sides = {side.name: side for side in (first, second)}
    values = {
        name: side.recording().distributions[side.state][side.layer]
        for name, side in sides.items()
        if side.state in side.recording().distributions
    }
    if values:
        what = {
            name: "hidden state" if side.state == "hidden" else "tanh of the cell state" for name, side in sides.items()
        }
        st.plotly_chart(
            plot_compared_values(values, what, dark=dark), theme=None, alt="How often the values of A and B fall where"
        )
        how_to_read(
            "How often the values of all units of the layer fall where, over the recorded text; the shaded ends are "
            "where a unit is saturated and can hardly respond.",
            "units that are always near zero look like units that never speak: the table says how many respond.",
        )
        numbers(values_table(values), "values-compared", label="How often values fall where")
    gated = {
        name: tuple(
            {gate: counts[gate][side.layer] / side.recording().tokens for gate in counts}
            for counts in (side.recording().left_saturated, side.recording().right_saturated)
        )
        for name, side in sides.items()
        if side.recording().left_saturated
    }
    if not gated:
        st.info("Neither side has gates.")
        return
    st.subheader("Gates", anchor=False)
    st.plotly_chart(plot_compared_gates(gated, dark=dark), theme=None, alt="Saturation of the gates of A and of B")
    if missing := [name for name in sides if name not in gated]:
        st.caption(f"{missing[0]} has no gates: {sides[missing[0]].run.model_name}.")
    how_to_read(
        "One mark per unit: to the right, at how many tokens the gate is wide open (above .9); up, at how many it is "
        "shut (below .1). Forget gates far to the right keep for long. torch's GRU keeps by its update gate z: "
        "h′ = (1 − z)·n + z·h, the other way round than many papers.",
        "gates of different cells with like names do different work.",
    )
    numbers(gates_table(figures), "gates-compared", label="Means over the units")


def show_table(table: pd.DataFrame) -> None:
    """All rows of A beside B, their names in full."""
    note_table(table, "Figures of A and B")
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        column_config={"figure": st.column_config.TextColumn(width="large")}
        | {side: st.column_config.TextColumn(width="medium") for side in "AB"},
    )
