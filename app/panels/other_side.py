"""The panel that chooses side B of a comparison: another run, layer, state, weights or text."""

from collections.abc import Iterable
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analysis.recording.store import RecordingOptions, options_for_text
from app import cached, jobs
from app.cached import RECORDED
from app.comparing import Side, states_of, suggested_layer, suggested_run, suggested_state
from app.links import take_choice
from app.notices import show_error
from data_prep.encoded_text import encode_running_text
from data_prep.errors import UserError
from data_prep.sealed_folder import name_from
from data_prep.text_file import decode
from models.run import Run

BEST = "best"
PARTS = {"training part": "train", "validation part": "valid", "test part": "test"}
LARGEST_UPLOAD_MB = 50
_WORDS_OF_TITLE = 5


def choose_other(first: Side, corner: DeltaGenerator) -> Side:
    """Side B as the boxes of the page say, which stand in the address; where they are empty, what suits A.

    corner: a place on the page for recording another text.
    """
    runs = {run.id: run for run in cached.find_runs()[0]}
    columns = st.columns([4, 2, 2, 3, 3], vertical_alignment="bottom")
    run = runs[_choose(columns[0], "B · run", runs, "b-run", suggested_run(first, list(runs.values())).id)]
    checkpoints = {BEST: None} | {
        f"epoch {one['epoch']:.3g} (update {one['update']})": one["update"] for one in run.checkpoints
    }
    checkpoint = checkpoints[_choose(columns[3], "Weights", checkpoints, "b-weights", BEST)]
    texts = _texts(run)
    options = texts[_choose(columns[4], "Recorded from", texts, "b-text", next(iter(texts)))]
    options = RecordingOptions(split=options.split, text=options.text, checkpoint=checkpoint)
    layers = {str(layer + 1): layer for layer in range(run.recipe.model.layers)}
    suggested = str(suggested_layer(first, run, options) + 1)
    layer = layers[_choose(columns[1], "Layer", layers, "b-layer", suggested)]
    states = states_of(run)
    state = _choose(columns[2], "State", states, "b-state", suggested_state(first, run, options, layer))
    if run.origin != "states":
        with corner.popover("Another text for B", icon=":material/upload:", width="stretch"):
            _record_text(run, checkpoint)
    return first.other(run, options, layer, state)


def _choose(place: DeltaGenerator, label: str, options: Iterable[str], key: str, suggested: str) -> str:
    """One of the options; the suggested one, which follows A, while nobody chose."""
    names = list(options)
    take_choice(key, names)
    if st.session_state.get(key) not in (None, *names):  # chosen for another run
        st.session_state[key] = None
    chosen = place.selectbox(
        label,
        names,
        index=None,
        key=key,
        bind="query-params",
        persist_state="session",
        placeholder=suggested,
        help="Grey is a suggestion, which follows what the sidebar says of A." if key == "b-run" else None,
    )
    return chosen or suggested


def _texts(run: Run) -> dict[str, RecordingOptions]:
    if run.origin == "states":
        return {"the text of its states": RECORDED}
    own = cached.find_stored_texts(run) | jobs.texts_in_progress(run.id)
    texts = {_label(title, digest): RecordingOptions(split="text", text=digest) for digest, title in own.items()}
    return {name: RecordingOptions(split=split) for name, split in PARTS.items()} | texts


def _label(title: str, digest: str) -> str:
    return f"{title or 'own text'} ({digest[:8]})"


def _record_text(run: Run, checkpoint: int | None) -> None:
    """Offer to record a text of the user's own, and choose it for B."""
    text = st.text_area("A text of your own", key="b-own", height=120, placeholder="paste it here, or upload it below")
    upload = st.file_uploader("Plain text, UTF-8", type=["txt"], max_upload_size=LARGEST_UPLOAD_MB, key="b-upload")
    if not st.button("Record it", type="primary", disabled=not (text or upload)):
        return
    try:
        title = upload.name.rpartition(".")[0] if upload else " ".join(text.split()[:_WORDS_OF_TITLE])
        text = decode(upload.getvalue(), upload.name) if upload else text
        found: Any = options_for_text(encode_running_text(text, run.vocabulary).ids, RECORDED)
    except UserError as error:
        show_error(error)
        return
    title = f"{name_from(title)}.txt"
    options = RecordingOptions(split="text", text=found.text, checkpoint=checkpoint)
    if not cached.is_recorded(run, options):
        jobs.start_recording(run.id, options, title=title, text=text)
    else:
        title = cached.find_stored_texts(run)[found.text]
    st.query_params["to-b-text"] = _label(title, found.text)
    st.rerun()
