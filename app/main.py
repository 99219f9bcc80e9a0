"""The dashboard: `streamlit run app/main.py`."""

import sys
from contextlib import suppress
from pathlib import Path

ROOT = str(Path(__file__).resolve().parent.parent)
if ROOT not in sys.path:  # where only the requirements are installed, not rnnscope itself
    sys.path.insert(0, ROOT)

import streamlit as st  # noqa: E402

from app import selection  # noqa: E402
from app.components.page_frame import page_frame  # noqa: E402
from app.garbage import spare_imports  # noqa: E402
from app.links import drop_empty  # noqa: E402
from app.notices import PageEnded, show_error  # noqa: E402
from app.page_tables import forget_tables  # noqa: E402
from app.page_tools import tools  # noqa: E402
from app.pages import OVERVIEW, SECTIONS  # noqa: E402
from data_prep.errors import UserError  # noqa: E402

st.set_page_config(
    page_title="rnnscope", page_icon=str(Path(__file__).parent / "icon.svg"), layout="wide", initial_sidebar_state=270
)
page = st.navigation(
    {
        section: [st.Page(one.path, title=one.title, icon=one.icon, default=one is OVERVIEW) for one in pages]
        for section, pages in SECTIONS.items()
    },
    position="top",
)
forget_tables()
drop_empty()
with st.sidebar:
    page_frame()
try:
    with suppress(PageEnded):
        selection.choose()
        page.run()
except UserError as error:
    show_error(error)
with st.sidebar:
    tools(page.title)
spare_imports()
