"""What the selected run remembers at a glance, what it is, how good, and where to look."""

import streamlit as st

from app import cached, selection
from app.notices import literal
from app.pages import SECTIONS
from app.panels.glance import show_glance
from app.panels.run import facts, show_import, show_training
from app.tables.runs import headline, runs_table
from data_prep.errors import UserError

st.title("What does a recurrent network remember?", anchor=False)
st.caption(
    "Which words move which units of its memory, what a sentence writes and erases, what it expects, where it errs."
)
chosen = None
try:
    chosen = selection.current()
except UserError as error:
    st.info(f"{literal(error.message)} {literal(error.hint)}")

if chosen:
    run = chosen.run
    show_glance(chosen)
    st.subheader(f":material/deployed_code: {literal(run.id)}", anchor=False)
    columns = st.columns(4)
    columns[0].metric("Model", run.model_name, border=True)
    columns[1].metric("Parameters", f"{run.parameters:,}" if run.parameters else "–", border=True)
    columns[2].metric("Trained on" if run.origin == "trained" else "Text", run.corpus["name"] or "–", border=True)
    name, value, meaning = headline(run)
    columns[3].metric(name, value, border=True, help=meaning)
    st.caption(literal(facts(run)))

    left, right = st.columns(2, gap="large")
    for column, (section, pages) in zip((left, right, right), list(SECTIONS.items())[1:], strict=True):
        column.subheader(section, anchor=False)
        for page in pages:
            column.page_link(page.path, label=f"**{page.title}** · {page.shows}", icon=page.icon)
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.subheader("What the words mean", anchor=False)
        st.markdown(
            "A *unit* is one number of the network's state. Its *response* to a word is how much that number "
            "changes when the word is read; the *expected response* is the mean over every place where the word "
            "stands in the text. Orange raises a unit, blue lowers it. Run, layer and state are chosen in the "
            "sidebar; the address of this page holds every choice, so a link shows the same to somebody else."
        )
    with right:
        if run.origin == "trained":
            show_training(run)
        else:
            show_import(run)

runs, faults = cached.find_runs()
st.subheader("All runs", anchor=False)
if runs:
    st.dataframe(runs_table([run.summary() for run in runs]), hide_index=True, width="stretch", placeholder="–")
for fault in faults.values():
    st.warning(f"{literal(fault.message)} {literal(fault.hint)}", icon=":material/warning:")
