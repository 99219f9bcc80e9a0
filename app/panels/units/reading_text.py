"""The panel where the text is chosen along which units are read, and a property of the visitor's own."""

import streamlit as st

from analysis.interpretation.regular_expression import LONGEST_PATTERN
from analysis.interpretation.source import Source
from app import cached
from app.cached import TextChoice
from app.examples import is_code_model
from app.linked_text import linked_text_area
from app.notices import PageEnded, literal, show_error
from app.passages import CODE, PROSE
from data_prep.errors import UserError
from data_prep.text_file import decode
from models.run import Run

SOURCES = ("test part", "own text")
TOKENS = (20_000, 50_000, 100_000, 200_000, 300_000)
USUAL = 100_000
LARGEST_UPLOAD_MB = 10
TEXT, PASSAGE = "passage", "the passage that comes with rnnscope"


def choose_text(run: Run) -> tuple[TextChoice, Source, str]:
    """(what is read, its tokens, a regular expression or nothing); ends the page where there is nothing to read."""
    fault = _fault(run)
    places = st.columns([2.2, 2.2, 3.4], vertical_alignment="bottom")
    which = places[0].segmented_control(
        "Text", SOURCES, default=SOURCES[0 if fault is None else 1], required=True, key="read", bind="query-params",
        help="The test part of the run's corpus, which no model was trained on, or a text that you paste or upload.",
    )  # fmt: skip
    tokens = USUAL
    if which == SOURCES[0]:
        tokens = places[1].select_slider(
            "Tokens, from the start", TOKENS, value=USUAL, key="tokens", bind="query-params", format_func="{:,}".format
        )
    pattern = places[2].text_input(
        "Regular expression", key="regex", bind="query-params", max_chars=LONGEST_PATTERN,
        placeholder=r"a property of your own, such as \bthe\b or [A-Z]\w+",
        help="Python's syntax; ^ and $ are the ends of a line. Every unit is tested for being inside a match.",
    )  # fmt: skip
    if which == SOURCES[0] and fault is not None:
        show_error(fault)
        raise PageEnded
    try:
        choice = TextChoice(tokens) if which == SOURCES[0] else _own_text(run, fault, places[1])
        source = cached.find_source(run, choice)
    except UserError as error:
        show_error(error)
        raise PageEnded from error
    _notes(run, source)
    return choice, source, pattern or ""


def _fault(run: Run) -> UserError | None:
    """Why the test part cannot be read, if it cannot."""
    try:
        cached.find_source(run, TextChoice(USUAL))
    except UserError as error:
        return error
    return None


def _own_text(run: Run, fault: UserError | None, place: st.delta_generator.DeltaGenerator) -> TextChoice:
    if fault is not None:
        st.caption(
            f"{literal(fault.message)} {literal(fault.hint)} Until then, a passage written for rnnscope; paste or "
            "upload a longer one, for scores that can be trusted."
        )
    passage = CODE if is_code_model(run.vocabulary) else PROSE
    if st.session_state.get(TEXT) in (CODE, PROSE):  # nobody typed: it follows the run
        st.session_state[TEXT] = passage
    with place.popover("Upload a text file", icon=":material/upload:"):
        upload = st.file_uploader("Plain text, UTF-8", type=["txt", "c", "h"], max_upload_size=LARGEST_UPLOAD_MB)
    if upload is not None:
        st.caption(
            f"{literal(upload.name)} is read; remove it under “Upload a text file” to go back to what was typed."
        )
        return TextChoice(max(TOKENS), decode(upload.getvalue(), upload.name), upload.name)
    with st.expander("The text", expanded=False, key="own-text"):
        text = linked_text_area(st, "Text", passage, key=TEXT, height=160, label_visibility="collapsed")
    return TextChoice(max(TOKENS), text, PASSAGE) if text == passage else TextChoice(max(TOKENS), text)


def _notes(run: Run, source: Source) -> None:
    noun = run.vocabulary.tokenisation.noun
    said = [f"Read: {len(source.ids):,} {noun}s of {literal(source.name)}"]
    said += [f"{source.left_out:,} more are left out"] * bool(source.left_out)
    said += [f"{source.unknown:,} are not in the vocabulary, and read as \\<unk\\>"] * bool(source.unknown)
    said += [f"{source.skipped:,} symbols are not in the vocabulary, and were skipped"] * bool(source.skipped)
    st.caption(" · ".join(said))
