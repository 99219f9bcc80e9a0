"""The panel that takes in a network, or recorded states, from elsewhere, after showing what was found."""

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from analysis.recording.recorded_states import describe_states, import_states, open_states
from app import selection
from app.notices import literal, show_error
from app.panels.training.add_corpus import ENDINGS as TEXT_ENDINGS
from app.uploads import without_folder
from data_prep.errors import UserError
from data_prep.recorded_states import are_recorded_states
from data_prep.sealed_folder import name_from
from models.foreign import states_run
from models.foreign.examining import Examined, ImportOptions, examine_network
from models.foreign.importing import keep_network, prepare_text, suggested_run_id
from models.run import Run
from models.run_folders import reserve_run_id

LARGEST_MB, LARGEST_VOCABULARY_MB, LARGEST_CHECK_MB = 1000, 60, 200
MEASURED_UP_TO = 100_000  # tokens of the test part; more takes longer than a visitor waits
FOUND_OUT = "found out"
_KEPT = "kept-models"  # ids of the runs kept in this session; the last one is shown


def add_model() -> None:
    """Upload, look at what was found, keep."""
    _show_kept()
    left, middle, right = st.columns(3)
    weights = left.file_uploader(
        "Weights, or recorded states",
        type=["safetensors", "pt", "pth", "bin", "ckpt", "npz"],
        max_upload_size=LARGEST_MB,
        key=_key("weights"),
        help="A state dict, as safetensors or as torch.save(model.state_dict(), …) writes it; or an npz with states "
        "(T × H, or T × layers × H) and tokens (T).",
    )
    vocabulary = middle.file_uploader(
        "Vocabulary",
        type=["json", "txt"],
        max_upload_size=LARGEST_VOCABULARY_MB,
        key=_key("vocabulary"),
        help="A JSON list of the tokens in the order of their ids, a JSON object {token: id}, or one token a line.",
    )
    text = right.file_uploader(
        "Text to look at it with",
        type=TEXT_ENDINGS,
        max_upload_size=200,
        key=_key("text"),
        help="The memory map and the words are about what happens while a text is read. Any text of the kind that the "
        "network was trained on.",
    )
    with st.expander("More: a check, a mapping, classes, how text is cut"):
        more = _choose_more()
    if weights is None:
        st.caption("Nothing in the files is run: pickles that hold more than tensors are refused.")
        return
    with tempfile.TemporaryDirectory(prefix="rnnscope-") as folder:
        uploads = {"weights": weights, "vocabulary": vocabulary, "text": text, **more.pop("uploads")}
        paths = {role: _written(Path(folder) / role, upload) for role, upload in uploads.items() if upload is not None}
        try:
            with without_folder(Path(folder)):
                if are_recorded_states(paths["weights"]):
                    _offer_states(paths)
                elif vocabulary is None:
                    st.info("Add the vocabulary: which token has which id is nowhere in the weights.")
                else:
                    _offer_network(paths, more)
        except UserError as error:
            show_error(error)


def _choose_more() -> dict[str, Any]:
    left, middle, right = st.columns(3)
    uploads = {
        "check": left.file_uploader(
            "Probabilities to compare with",
            type=["npz", "json"],
            max_upload_size=LARGEST_CHECK_MB,
            key=_key("check"),
            help="ids or tokens (T), and probabilities, log_probabilities or logits (T × V): what the network expects "
            "after each of them, from a zero state.",
        ),
        "mapping": middle.file_uploader(
            "Mapping",
            type=["yaml", "yml", "json"],
            max_upload_size=1,
            key=_key("mapping"),
            help="Where names do not tell: embedding: KEY, recurrent: PREFIX, decoder: KEY",
        ),
        "classes": right.file_uploader(
            "Classes",
            type=["json", "txt"],
            max_upload_size=1,
            key=_key("classes"),
            help="For a classifier: the names of its outputs, in order, one a line.",
        ),
    }
    unit = left.selectbox("Tokens are", [FOUND_OUT, "words", "characters", "bytes"], key=_key("unit"))
    style = middle.selectbox(
        "Words are cut",
        [FOUND_OUT, "plain", "treebank", "spaces"],
        key=_key("style"),
        help="plain: lower-cased, punctuation apart; treebank: as in the Penn Treebank; spaces: as they are written.",
    )
    label_column = left.text_input(
        "Column of the labels", key=_key("labels"), help="Of a classifier's text, which is a table of labelled texts."
    )
    text_column = middle.text_input("Column of the texts", "text", key=_key("texts"), help="Where the text is a table.")
    ignored = right.text_input(
        "Tensors to leave out", key=_key("ignored"), help="Keys or patterns such as norm.*, with spaces between them."
    )
    return {
        "uploads": uploads,
        "unit": None if unit == FOUND_OUT else unit,
        "style": None if style == FOUND_OUT else style,
        "ignored": tuple(ignored.split()),
        "columns": {"text_column": text_column, "label_column": label_column or None},
    }


def _offer_network(paths: dict[str, Path], more: dict[str, Any]) -> None:
    columns = more.pop("columns")
    options = ImportOptions(
        classes=paths.get("classes"), mapping=paths.get("mapping"), check=paths.get("check"), **more
    )
    examined = examine_network(paths["weights"], paths["vocabulary"], options)
    _show_network(examined)
    if "text" not in paths:
        st.info("Add a text too: the memory map, the words and the sentences need one to be recorded on.")
    run_id = _choose_name(suggested_run_id(paths["weights"], examined), str(examined.source["sha256"]))
    if not st.button("Keep this network", type="primary"):
        return
    reserve_run_id(run_id)
    corpus = None
    if "text" in paths:
        bar = st.progress(0.0)  # each report is also where Streamlit may cancel the work: nothing half-written stays
        corpus = prepare_text(
            examined,
            run_id,
            [paths["text"]],
            **columns,
            on_progress=lambda fraction, state: bar.progress(min(1.0, fraction), state),
        )
    with st.spinner("Measuring it on the test part …"):
        run = keep_network(examined, run_id, corpus, measured_up_to=MEASURED_UP_TO)
    _go_on(run)


def _offer_states(paths: dict[str, Path]) -> None:
    states = open_states(paths["weights"], paths.get("vocabulary"))
    found = describe_states(states)
    st.subheader(literal(found.description), anchor=False)
    for note in found.notes:
        st.caption(literal(note))
    st.info("There is no network to run: the memory map and the words work, sentences do not.")
    run_id = _choose_name(states_run.suggested_run_id(paths["weights"], states), paths["weights"].name)
    if not st.button("Keep these states", type="primary"):
        return
    bar = st.progress(0.0)
    run, _ = import_states(
        paths["weights"],
        name=run_id,
        vocabulary=paths.get("vocabulary"),
        on_progress=lambda fraction: bar.progress(min(1.0, fraction), "reading the states"),
    )
    _go_on(run)


def _show_network(examined: Examined) -> None:
    st.subheader(literal(examined.description), anchor=False)
    if examined.agreement:
        kind = st.success if examined.agreement.agrees else st.warning
        kind(literal(examined.agreement_sentence))
    left, right = st.columns([3, 2], gap="large")
    left.dataframe(
        pd.DataFrame(examined.rows(), columns=["here", "in the file", "shape"]), hide_index=True, width="stretch"
    )
    for note in examined.notes:
        right.markdown(f"- {literal(note)}")


def _choose_name(suggested: str, source: str) -> str:
    return st.text_input("Name", suggested, key=_key(f"name-{name_from(source)}"))  # another file, another name


def _written(folder: Path, upload: Any) -> Path:
    """The upload as a file, under its own name made safe: the run remembers it, and its ending says what it is."""
    folder.mkdir()
    stem, *endings = upload.name.lower().split(".")
    path = folder / ".".join([name_from(stem), *(name_from(ending) for ending in endings[-2:])])
    path.write_bytes(upload.getbuffer())
    return path


def _key(role: str) -> str:
    """The key of a widget: another one after each model that was kept, so that the uploads go."""
    return f"model-{role}-{len(st.session_state.get(_KEPT, ()))}"


def _go_on(run: Run) -> None:
    st.session_state[_KEPT] = [*st.session_state.get(_KEPT, ()), run.id]
    selection.choose_next(run.id)
    st.rerun()


def _show_kept() -> None:
    if not st.session_state.get(_KEPT):
        return
    run_id = st.session_state[_KEPT][-1]
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.success(f"{literal(run_id)} is kept, and chosen in the sidebar.")
    right.page_link("views/overview.py", label="**Look at it**", icon=":material/arrow_forward:")
