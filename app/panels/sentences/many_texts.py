"""The panel that reads many texts at once and lets one of them be picked, to be read word by word."""

from collections.abc import Callable
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.uploaded_file_manager import UploadedFile

from app import cached
from app.notices import how_to_read, literal, show_error
from app.selection import Selection
from app.tables.texts import texts_table
from app.wording import counted
from data_prep.errors import UserError

ENDINGS = ["txt", "csv", "tsv", "jsonl", "parquet", "gz", "zst"]
LARGEST_MB = 50
MOST = 10_000  # texts that are read while somebody waits
PERCENT = st.column_config.NumberColumn(format="percent")
COLUMNS = dict.fromkeys(("unknown", "probability", "its probability", "kept"), PERCENT) | {
    "text": st.column_config.TextColumn(width="medium"),
    "surprise (nats)": st.column_config.NumberColumn(format="%.2f", help="Mean per token after the first."),
    "perplexity": st.column_config.NumberColumn(format="%.1f"),
    "bits per character": st.column_config.NumberColumn(format="%.3f"),
    "change": st.column_config.NumberColumn(format="%.3f", help="Mean size of the step that a token makes in a unit."),
    "settled at": st.column_config.NumberColumn(help="Token after which the likeliest class stayed the same."),
}
TABLE, NO_LABELS = "many-texts-table", "(no labels)"


def many_texts(chosen: Selection, on_pick: Callable[[str], None]) -> None:
    """Upload a file of texts, see a line of numbers for each; `on_pick` gets the text of a row that is picked."""
    with st.expander("Many texts", icon=":material/table_rows:", key="many-texts"):
        columns = st.columns([2, 1, 1])
        upload = columns[0].file_uploader(
            "One text per line, or a table", type=ENDINGS, max_upload_size=LARGEST_MB, key="many-texts-upload"
        )
        if upload is None:
            st.caption("A line of numbers for every text; the one that is picked is read word by word below.")
            return
        try:
            _summaries(chosen, upload, columns[1:], on_pick)
        except UserError as error:
            show_error(error)


def _summaries(
    chosen: Selection, upload: UploadedFile, places: list[DeltaGenerator], on_pick: Callable[[str], None]
) -> None:
    run, text_column, label_column = chosen.run, "text", None
    if columns := cached.find_columns(upload, ENDINGS):
        usual = columns.index(text_column) if text_column in columns else 0
        text_column = places[0].selectbox("Column of the texts", columns, index=usual, key="many-texts-column")
        if run.classes:
            label = places[1].selectbox("Column of the true classes", [NO_LABELS, *columns], key="many-texts-labels")
            label_column = None if label == NO_LABELS else label
    read = (upload, ENDINGS, text_column, label_column, MOST)
    listed = cached.find_texts(*read)
    found = cached.find_summaries(run, chosen.state, chosen.layer, *read)
    if listed.left_out:
        st.warning(f"The first {len(listed.texts):,} texts were read; {listed.left_out:,} more were left out.")
    table = texts_table(run, listed, found)
    st.dataframe(
        table,
        hide_index=True,
        height=280,
        column_config=COLUMNS,
        on_select=partial(_take_row, listed.texts, on_pick),
        selection_mode="single-row",
        key=TABLE,
    )
    st.download_button(
        "Download as CSV",
        table.to_csv(index=False).encode("utf-8"),
        file_name="texts.csv",
        mime="text/csv",
        key="download-texts",
        icon=":material/download:",
    )
    unread = sum(map(bool, found.faults))
    note = f", {unread:,} of them with nothing to read (see their note)" if unread else ""
    texts = counted(len(listed.texts), "text")
    how_to_read(
        f"{texts} of {literal(upload.name)}{note}. A click on a heading sorts, one beside a row picks it. "
        f"Change and kept are means of {chosen.layer_name} ({chosen.state} state).",
        "the mean surprise of a short text is that of its first words, which are the hardest to foresee; unknown words "
        "are read as <unk>, which may surprise little.",
    )


def _take_row(texts: tuple[str, ...], on_pick: Callable[[str], None]) -> None:
    rows = st.session_state[TABLE]["selection"]["rows"]
    if rows:
        on_pick(texts[rows[0]])
