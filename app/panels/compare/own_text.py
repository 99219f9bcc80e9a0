"""The panel that records a run on a text of the user's own, to be compared."""

from typing import Any

import streamlit as st

from analysis.recording.store import RecordingOptions, options_for_text
from app import cached, jobs
from app.cached import RECORDED
from app.links import offer_choice
from app.notices import literal, show_error
from data_prep.encoded_text import encode_running_text
from data_prep.errors import UserError
from data_prep.sealed_folder import name_from
from data_prep.text_file import decode
from models.run import Run

LARGEST_UPLOAD_MB = 50
_WORDS_OF_TITLE = 5


def own_texts(run: Run) -> dict[str, RecordingOptions]:
    """The user's own texts that a run is recorded on, or is being recorded on, by the names that boxes show."""
    texts = cached.find_stored_texts(run) | jobs.texts_in_progress(run.id)
    return {
        f"{title or 'own text'} ({digest[:8]})": RecordingOptions(split="text", text=digest)
        for digest, title in texts.items()
    }


def record_text(sides: dict[str, tuple[Run, int | None]]) -> None:
    """Offer to record a text, and choose it for a side. sides: name → run, and the update whose weights are chosen."""
    text = st.text_area("A text of your own", key="b-own", height=120, placeholder="paste it here, or upload it below")
    upload = st.file_uploader("Plain text, UTF-8", type=["txt"], max_upload_size=LARGEST_UPLOAD_MB, key="b-upload")
    if st.session_state.get("own-side") not in (None, *sides):  # chosen when that side could read
        del st.session_state["own-side"]
    side = st.segmented_control("For side", list(sides), default=list(sides)[-1], required=True, key="own-side")
    run, checkpoint = sides[side]
    st.caption(f"{literal(run.id)} reads it once.")
    if not st.button("Record it", type="primary", disabled=not (text or upload)):
        return
    try:
        title = upload.name.rpartition(".")[0] if upload else " ".join(text.split()[:_WORDS_OF_TITLE])
        text = decode(upload.getvalue(), upload.name) if upload else text
        found: Any = options_for_text(encode_running_text(text, run.vocabulary).ids, RECORDED)
    except UserError as error:
        show_error(error)
        return
    options = RecordingOptions(split="text", text=found.text, checkpoint=checkpoint)
    if not cached.is_recorded(run, options):
        jobs.start_recording(run.id, options, title=f"{name_from(title)}.txt", text=text)
    names = {own.text: name for name, own in own_texts(run).items()}  # it may have had another title before
    offer_choice(f"{side.lower()}-text", names[found.text])
    st.rerun()
