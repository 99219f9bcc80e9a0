"""The panel that records a run when a page needs its recording and there is none."""

import streamlit as st

from analysis.recording.store import RecordingOptions
from app import cached, jobs
from app.cached import RECORDED
from app.notices import PageEnded, literal
from models.run import Run

_PARTS = {"train": "the training part", "valid": "the validation part", "test": "the test part"}


def ensure_recorded(run: Run, options: RecordingOptions = RECORDED) -> None:
    """Go on when the run is recorded; else offer to record it, show how far that is, and stop the page."""
    recorder = jobs.recorder_of(run.id, options)
    ended = recorder is None or recorder.process.poll() is not None  # asked first: it may end between two questions
    if cached.is_recorded(run, options):
        return
    if run.corpus["name"] is None:
        run.open_corpus()  # says why there is none
    if ended:
        what = "" if options == RECORDED else f" on {recorded_text(run, options)}"
        st.info(
            f"{literal(run.id)} has not been recorded{literal(what)} yet. Recording reads a text once and keeps how "
            "every unit responds to the most frequent words; a million words take about a minute."
        )
        if recorder is not None:
            st.error(f"The last attempt failed: {literal(recorder.last_line())}", icon=":material/error:")
        if options.text is not None:
            st.caption("The text is not kept: give it again under “Another text”, with these weights chosen.")
        elif st.button("Record it now", type="primary"):
            jobs.start_recording(run.id, options)
            st.rerun()
    else:
        _follow(run, options)
    raise PageEnded


def recorded_from(run: Run, options: RecordingOptions = RECORDED) -> str:
    """What the recording that the pages show was made from, in words."""
    recording, noun = cached.find_recording(run, options), run.vocabulary.tokenisation.noun
    if run.origin == "states":
        return f"{recording.tokens:,} {noun}s that came with their states"
    return f"{recording.tokens:,} {noun}s of {recorded_text(run, options)}"


def recorded_text(run: Run, options: RecordingOptions) -> str:
    """The text, and of a checkpoint the weights, that a recording is of."""
    text = _PARTS.get(options.split)
    if options.text is not None:
        titles = cached.find_stored_texts(run) | jobs.texts_in_progress(run.id)
        text = titles.get(options.text) or f"own text {options.text[:8]}"
    return f"{text}, with the weights after update {options.checkpoint:,}" if options.checkpoint else str(text)


@st.fragment(run_every=1.0)
def _follow(run: Run, options: RecordingOptions) -> None:
    recorder = jobs.recorder_of(run.id, options)
    if cached.is_recorded(run, options) or recorder is None or recorder.process.poll() is not None:
        st.rerun(scope="app")
    st.info(f"Recording {literal(run.id)} …", icon=":material/hourglass_top:")
    if st.button("Cancel"):
        jobs.stop_recording(run.id, options)
        st.rerun(scope="app")
