"""Train a model: choose a corpus and a recipe, edit it, start, watch; stop, resume, keep."""

import streamlit as st

from app import cached
from app.panels.training.new_training import choose_and_begin
from app.panels.training.trainings import show_trainings

st.title("Training", anchor=False)
one_runs = show_trainings()
if not cached.prepared_corpora():
    st.info("There is no corpus to train on yet. Upload a text on the Corpora page; it is prepared in seconds.")
    st.page_link("views/corpora.py", label="Upload a text", icon=":material/library_books:")
elif one_runs:
    with st.expander("Train another model", icon=":material/add:"):
        choose_and_begin()
else:
    choose_and_begin()
