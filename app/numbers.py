"""The numbers behind a figure, to sort and to download."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from app.page_tables import note_table
from app.wording import counted


def numbers(
    table: pd.DataFrame | Callable[[], pd.DataFrame], name: str, *, label: str = "The numbers", rows: int | None = None
) -> None:
    """A folded table with a download as CSV; `name` is the file's name without its ending.

    The browser gets the table when it is unfolded: on every page lie several, and few are looked at. A table that
    takes a while is given as the function that makes it, with the number of its rows.
    """
    note_table(table, label)
    count = len(table) if rows is None else rows
    folded = st.expander(f"{label} ({counted(count, 'row')})", key=f"numbers-{name}", on_change="rerun")
    if not folded.open:
        return
    if callable(table):
        table = table()
    with folded:
        st.dataframe(table, hide_index=True, width="stretch", placeholder="–")
        st.download_button(
            "Download as CSV",
            lambda: table.to_csv(index=False).encode("utf-8"),  # written when it is asked for
            file_name=f"{name}.csv",
            mime="text/csv",
            key=f"download-{name}",
            icon=":material/download:",
        )
