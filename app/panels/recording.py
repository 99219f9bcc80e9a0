"""The panel that records a run when a page needs its recording and there is none."""

import streamlit as st

from app import cached, jobs
from app.notices import literal
from models.run import Run


def ensure_recorded(run: Run) -> None:
    """Go on when the run is recorded; else offer to record it, show how far that is, and stop the page."""
    if cached.is_recorded(run):
        return
    if run.corpus["name"] is None:
        run.open_corpus()  # says why there is none
    recorder = jobs.recorder_of(run.id)
    if recorder is None or recorder.process.poll() is not None:
        st.info(
            f"{literal(run.id)} has not been recorded yet. Recording reads its text once and keeps how every "
            "unit responds to the most frequent words; a million words take about a minute."
        )
        if recorder is not None:
            st.error(f"The last attempt failed: {literal(recorder.last_line())}", icon=":material/error:")
        if st.button("Record it now", type="primary"):
            jobs.start_recording(run.id)
            st.rerun()
    else:
        _follow(run)
    st.stop()


def recorded_from(run: Run) -> str:
    """What the recording that the pages show was made from, in words."""
    recording, noun = cached.find_recording(run), run.vocabulary.tokenisation.noun
    part = "that came with their states" if run.origin == "states" else "of the training part"
    return f"{recording.tokens:,} {noun}s {part}"


@st.fragment(run_every=1.0)
def _follow(run: Run) -> None:
    recorder = jobs.recorder_of(run.id)
    if cached.is_recorded(run) or recorder is None or recorder.process.poll() is not None:
        st.rerun(scope="app")
    st.info(f"Recording {literal(run.id)} …", icon=":material/hourglass_top:")
    if st.button("Cancel"):
        jobs.stop_recording(run.id)
        st.rerun(scope="app")
