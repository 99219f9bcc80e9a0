"""The dashboard: `streamlit run app/main.py`."""

import sys
from pathlib import Path

ROOT = str(Path(__file__).resolve().parent.parent)
if ROOT not in sys.path:  # where only the requirements are installed, not rnnscope itself
    sys.path.insert(0, ROOT)

import streamlit as st  # noqa: E402

from app import selection  # noqa: E402
from app.components.page_frame import page_frame  # noqa: E402
from app.notices import show_error  # noqa: E402
from app.page_tables import forget_tables  # noqa: E402
from app.page_tools import tools  # noqa: E402
from data_prep.errors import UserError  # noqa: E402

st.set_page_config(
    page_title="rnnscope", page_icon=str(Path(__file__).parent / "icon.svg"), layout="wide", initial_sidebar_state=270
)
page = st.navigation(
    [
        st.Page("views/overview.py", title="Overview", icon=":material/home:", default=True),
        st.Page("views/memory_map.py", title="Memory map", icon=":material/hub:"),
        st.Page("views/words.py", title="Words", icon=":material/sort_by_alpha:"),
        st.Page("views/units.py", title="Units", icon=":material/grain:"),
        st.Page("views/sentences.py", title="Sentences", icon=":material/notes:"),
        st.Page("views/compare.py", title="Compare", icon=":material/compare:"),
        st.Page("views/generate.py", title="Generate", icon=":material/edit_note:"),
        st.Page("views/corpora.py", title="Corpora", icon=":material/library_books:"),
        st.Page("views/training.py", title="Training", icon=":material/model_training:"),
        st.Page("views/own_model.py", title="Your model", icon=":material/upload_file:"),
    ]
)
forget_tables()
with st.sidebar:
    page_frame()
try:
    selection.choose()
    page.run()
except UserError as error:
    show_error(error)
finally:  # a page may also stop early
    with st.sidebar:
        tools(page.title)
