"""Exports what a page shows: figures as SVG and PNG, the whole page as one HTML file; made in the browser."""

from typing import Any

import streamlit as st

from app.components.assets import assets

KEY = "page-export"

_PARTS = ("page_figures", "figure_copy", "export_files", "export_page")

_mount = st.components.v2.component("page_export", isolate_styles=False, **assets("page_export", *_PARTS))


def page_export(data: dict[str, Any]) -> None:
    """Draw the button and its list. data: {"title", "run", "tables"}, tables only when `is_wanted` said so."""
    _mount(key=KEY, data=data, on_wanted_change=lambda: None)


def is_wanted() -> bool:
    """Whether the whole page was asked for, just now: then the browser needs its tables."""
    return bool(st.session_state.get(KEY, {}).get("wanted"))
