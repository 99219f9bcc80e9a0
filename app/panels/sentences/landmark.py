"""Texts aligned at a token that occurs in all of them, and how much that token moves the state in each."""

from collections.abc import Sequence

import streamlit as st

from analysis.texts.reading import Reading
from analysis.texts.token_changes import TokenChanges
from app.notices import literal
from app.numbers import numbers
from app.selection import Selection
from app.tables.sentences import changes_table


def common_tokens(readings: Sequence[Reading]) -> list[str]:
    """The tokens that all texts have, in the order of the first."""
    others = [set(reading.tokens) for reading in readings[1:]]
    return [token for token in dict.fromkeys(readings[0].tokens) if all(token in other for other in others)]


def aligned_positions(readings: Sequence[Reading], token: str | None) -> tuple[list[int], list[int | None]]:
    """(empty columns before each text, the position in each at which they stand under one another)."""
    if token is None:
        return [0] * len(readings), [None] * len(readings)
    positions = [reading.tokens.index(token) for reading in readings]
    return [max(positions) - position for position in positions], list(positions)


def landmark_panel(
    chosen: Selection, readings: Sequence[Reading], changes: Sequence[TokenChanges], positions: Sequence[int]
) -> None:
    """The figures of the common token, those of the first text as the measure of the others."""
    table = changes_table(readings, changes, positions, chosen.run.vocabulary)
    rows = table.to_dict("records")
    st.markdown(
        f"**How much “{literal(rows[0]['token'])}” moves the state** ({chosen.layer_name}, {chosen.state} state; mean "
        "change per unit)"
    )
    for place, (column, row) in enumerate(zip(st.columns(len(rows)), rows, strict=True)):
        times = f"{row['change'] / rows[0]['change']:.2f} × text 1" if place and rows[0]["change"] else None
        column.metric(
            f"Text {row['text']}, token {row['position']}",
            f"{row['change']:.3f}",
            times,
            delta_color="off",
            delta_arrow="off",
        )
        usual = f", {row['of its usual size']:.2f} × as strong as usual" if row["of its usual size"] > 0 else ""
        column.caption(
            f"Change {row['rank']}; raised {row['raised']:.3f}, lowered {row['lowered']:.3f}; kept "
            f"{row['kept']:.0%} of the memory{usual}"
        )
    numbers(table, "landmark", label=f"What “{literal(rows[0]['token'])}” does in each text")
