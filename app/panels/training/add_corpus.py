"""The panel that turns an upload into a corpus, after showing how it will be cut."""

from pathlib import Path

import pandas as pd
import streamlit as st

from app.links import link_to, offer_choice
from app.notices import literal, show_error
from app.uploads import on_disk
from data_prep.errors import UserError
from data_prep.labelled import LabelOptions
from data_prep.preparing import prepare_corpus
from data_prep.preview import Preview, preview
from data_prep.tokens import Tokenisation, display_token

ENDINGS = ["txt", "csv", "tsv", "jsonl", "parquet", "gz", "zst"]
LARGEST_MB = 200
SHOWN_TOKENS = 40
NO_LABELS = "(no labels)"
PREPARED = "corpus-prepared"  # (corpus, what was said of it)


def add_corpus() -> None:
    """Upload, choose, preview, prepare."""
    _say_prepared()
    with st.expander("Add a corpus", icon=":material/add:"):
        upload = st.file_uploader("Text or table", type=ENDINGS, max_upload_size=LARGEST_MB, key="corpus-upload")
        if upload is None:
            st.caption("Plain text in any encoding, or a table with a column of texts; .gz and .zst are unpacked.")
            return
        try:
            with on_disk(upload, ENDINGS) as path:  # the corpus remembers the file by its name
                _choose_and_prepare(path, path.name.split(".", maxsplit=1)[0])
        except UserError as error:
            show_error(error)


def _choose_and_prepare(path: Path, suggested_name: str) -> None:
    left, middle, right = st.columns(3)
    name = left.text_input("Name", suggested_name, key="corpus-name")
    unit = middle.segmented_control(
        "Cut into", ["words", "characters", "bytes"], default="words", required=True, key="corpus-unit"
    )
    ends = right.selectbox(
        "Sentence ends", ["punctuation", "lines", "none"], key="corpus-ends", disabled=unit != "words"
    )
    tokenisation = Tokenisation(unit, ends)
    shown = preview(path, tokenisation)
    labels, text_column = None, "text"
    if shown.columns:
        usual = shown.columns.index(text_column) if text_column in shown.columns else 0
        text_column = left.selectbox("Column of the texts", shown.columns, index=usual, key="corpus-text-column")
        label = middle.selectbox("Column of the labels", [NO_LABELS, *shown.columns], key="corpus-label-column")
        label_column = None if label == NO_LABELS else label
        balance = right.selectbox(
            "Balance the training part",
            ["none", "oversample", "undersample", "class-weights"],
            key="corpus-balance",
            disabled=label_column is None,
        )
        labels = LabelOptions(label_column, balance=balance) if label_column else None
        shown = preview(path, tokenisation, text_column=text_column, label_column=label_column)
    st.caption(f"Read as {literal(shown.encoding or 'plain text')}. The first lines, as they will be cut:")
    st.dataframe(_preview_table(shown, tokenisation), hide_index=True, width="stretch")
    if not st.button("Prepare this corpus", type="primary"):
        return
    bar = st.progress(0.0)  # each report is also where Streamlit may cancel the work: nothing half-written stays
    corpus = prepare_corpus(
        path,
        tokenisation,
        name=name,
        text_column=text_column,
        labels=labels,
        on_progress=lambda fraction, state: bar.progress(min(1.0, fraction), state),
    )
    bar.empty()
    sizes = ", ".join(f"{len(ids):,} {part}" for part, ids in corpus.splits.items())
    said = f"{corpus.name} is prepared: {sizes} {unit}, a vocabulary of {len(corpus.vocabulary):,}. It is chosen above."
    st.session_state[PREPARED] = (corpus.name, said)
    offer_choice("corpus", corpus.name)
    st.rerun()  # what stands above does not know of it yet


def _say_prepared() -> None:
    """What was prepared last, while it is looked at; outside what is folded, which the new page above it may close."""
    name, said = st.session_state.get(PREPARED, ("", ""))
    if name and st.session_state.get("corpus") == name:
        st.success(literal(said))
        link_to("views/training.py", "Train a model on it", ":material/model_training:", corpus=name)


def _preview_table(shown: Preview, tokenisation: Tokenisation) -> pd.DataFrame:
    cut = [" · ".join(display_token(t, tokenisation) for t in line.tokens[:SHOWN_TOKENS]) for line in shown.lines]
    table = pd.DataFrame({"tokens": cut, "count": [len(line.tokens) for line in shown.lines]})
    if shown.labels:
        table.insert(0, "label", [label or "" for label in shown.labels])
    return table
