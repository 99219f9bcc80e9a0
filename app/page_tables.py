"""The tables that a page shows: what its export carries, and nobody keeps else."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from app.components.page_export import is_wanted

MOST_ROWS = 1000  # of each table of an exported page

_KEY = "page-tables"


def forget_tables() -> None:
    """Begin a page."""
    st.session_state[_KEY] = []


def note_table(table: pd.DataFrame | Callable[[], pd.DataFrame], label: str) -> None:
    """Remember a table of the page, or make one, if the page is being exported."""
    if is_wanted():
        st.session_state.setdefault(_KEY, []).append((label, table() if callable(table) else table))


def shown_tables() -> list[dict[str, Any]]:
    """Label, columns, the first rows as texts, and how many rows there are."""
    return [
        {
            "label": label,
            "columns": [str(column) for column in table.columns],
            "rows": [[_text(value) for value in row] for row in table.head(MOST_ROWS).itertuples(index=False)],
            "total": len(table),
        }
        for label, table in st.session_state.get(_KEY, [])
    ]


def _text(value: Any) -> str:
    if pd.isna(value):
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
