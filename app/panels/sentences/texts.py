"""The panel where the texts of a page are typed, taken from the examples, uploaded, added and removed."""

import streamlit as st

from app.examples import example_texts, first_texts
from app.linked_text import TEXT_KEYS, begin_texts, link_texts, set_texts, texts
from app.notices import literal
from data_prep.text_file import decode
from models.run import Run

LARGEST_UPLOAD_MB = 10
PER_ROW = 2


def choose_texts(run: Run) -> tuple[list[str], st.delta_generator.DeltaGenerator]:
    """(the texts to read, at least one; a row with room for more widgets). An uploaded one stands in for all others.

    Raises UserError for an upload that is no text.
    """
    examples = example_texts(run.vocabulary, run.classes)
    first = first_texts(run.vocabulary, run.classes)
    count = begin_texts(first)
    for start in range(0, count, PER_ROW):
        some = TEXT_KEYS[start : min(start + PER_ROW, count)]
        for place, key, column in zip(range(start, count), some, st.columns(len(some)), strict=False):
            _box(column, key, place, count)
    link_texts(first)
    row = st.container(horizontal=True, vertical_alignment="bottom")
    with row:
        if count < len(TEXT_KEYS):
            st.button("Add a text", icon=":material/add:", on_click=_add, args=(examples,), help="Below the others.")
        st.selectbox(
            "Examples",
            examples,
            index=None,
            key="example",
            on_change=_take_example,
            placeholder=f"an example for text {count}" if count > 1 else "choose an example",
            label_visibility="collapsed",
        )
        with st.popover("Upload a text file", icon=":material/upload:"):
            upload = st.file_uploader(
                "Plain text, UTF-8",
                type=["txt"],
                max_upload_size=LARGEST_UPLOAD_MB,
                key=f"upload-{st.session_state.get('uploads', 0)}",
            )
    if upload is None:
        return texts(), row
    st.caption(f"Reading {literal(upload.name)}; remove it under “Upload a text file” to go back to what was typed.")
    return [decode(upload.getvalue(), upload.name)], row


def take_texts(new: list[str]) -> None:
    """Read these texts from now on, and put an uploaded one away; for a callback."""
    set_texts(new)
    st.session_state["uploads"] = st.session_state.get("uploads", 0) + 1  # another key is an empty uploader


def _box(column: st.delta_generator.DeltaGenerator, key: str, place: int, count: int) -> None:
    label = f"Text {place + 1}" if count > 1 else "Text"
    column.text_area(label, key=key, height=68, persist_state="session")
    if count > 1:
        column.button(
            f"Remove text {place + 1}",
            key=f"remove-{key}",
            icon=":material/close:",
            type="tertiary",
            on_click=_remove,
            args=(place,),
        )


def _add(examples: tuple[str, ...]) -> None:
    shown = texts()
    take_texts([*shown, next((text for text in examples if text not in shown), "")])


def _remove(place: int) -> None:
    shown = texts()
    take_texts(shown[:place] + shown[place + 1 :])


def _take_example() -> None:
    if st.session_state["example"] is not None:
        take_texts([*texts()[:-1], st.session_state["example"]])
