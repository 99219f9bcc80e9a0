"""Uploaded files of texts, and what a network makes of them."""

from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from analysis.texts.many_texts import TextSummaries, read_many
from app.cached.runs import find_run, network_of
from app.uploads import on_disk
from data_prep.tables import column_names, table_kind
from data_prep.text_list import TextList, read_text_list
from models.class_labels import class_places
from models.run import Run


def find_columns(upload: UploadedFile, endings: list[str]) -> list[str]:
    """The columns of an uploaded table; none of a text file."""
    return _columns(upload.file_id, endings, upload)


def find_texts(
    upload: UploadedFile, endings: list[str], text_column: str, label_column: str | None, most: int
) -> TextList:
    """The first `most` texts of an uploaded file."""
    return _texts(upload.file_id, endings, text_column, label_column, most, upload)


def find_summaries(run: Run, state: str, layer: int, upload: UploadedFile, *read: Any) -> TextSummaries:
    """What the run's network makes of the texts of an uploaded file; `read` as the rest of `find_texts`."""
    return _summaries(run.id, run.digest, state, layer, upload.file_id, read, upload)


# An upload's id names its content: it is new with every upload, and an upload never changes.
@st.cache_resource(max_entries=8, show_spinner=False)
def _columns(file_id: str, endings: list[str], _upload: UploadedFile) -> list[str]:  # noqa: ARG001 (part of the key)
    with on_disk(_upload, endings) as path:
        return column_names(path) if table_kind(path) else []


@st.cache_resource(max_entries=4, show_spinner=False)
def _texts(
    file_id: str,  # noqa: ARG001 (part of the key)
    endings: list[str],
    text_column: str,
    label_column: str | None,
    most: int,
    _upload: UploadedFile,
) -> TextList:
    with on_disk(_upload, endings) as path:
        return read_text_list(path, text_column=text_column, label_column=label_column, most=most)


@st.cache_resource(max_entries=8, show_spinner="Reading the texts …")
def _summaries(
    run_id: str,
    digest: str,
    state: str,
    layer: int,
    file_id: str,  # noqa: ARG001 (part of the key)
    read: tuple[Any, ...],
    _upload: UploadedFile,
) -> TextSummaries:
    run, listed = find_run(run_id), find_texts(_upload, *read)
    labels = None if listed.labels is None else class_places(run, listed.labels)
    return read_many(network_of(run_id, digest), run.vocabulary, listed.texts, labels=labels, state=state, layer=layer)
