"""The panel that draws texts one under another, and what of it stands in the address: token, alignment, columns."""

import hashlib
import re
from collections.abc import Sequence
from typing import Any

import streamlit as st

from analysis.texts.reading import Reading
from analysis.texts.token_changes import TokenChanges
from app import cached
from app.components.sentence_glyphs import Picked, sentence_glyphs, sentence_glyphs_data
from app.notices import how_to_read, literal
from app.panels.sentences.landmark import common_tokens
from app.selection import Selection
from data_prep.tokens import display_token
from models.run import Run

KEY, WINDOW, ALIGN = "sentence-glyphs", "columns", "align"
BEGINNINGS = "(the beginnings)"
_SEEN = "texts-seen"
GUESSES = 3
LANDMARK = "though"  # where texts that have it are aligned at first


def follow_texts(texts: Sequence[str]) -> None:
    """Forget the token and the columns that were looked at when another text stands in their place."""
    before, row = st.session_state.get(_SEEN, texts), (st.session_state.get("row") or 1) - 1
    if list(before[row : row + 1]) != list(texts[row : row + 1]):
        st.session_state["position"] = None
    if before[0] != texts[0]:
        st.query_params.pop(WINDOW, None)
    st.session_state[_SEEN] = list(texts)


def choose_alignment(run: Run, readings: Sequence[Reading]) -> str | None:
    """The token at which several texts are aligned, or None for their beginnings.

    Not bound to the address, because what it is at first depends on the texts, and so do its options.
    """
    linked = st.query_params.get(ALIGN)
    if len(readings) < 2:
        st.query_params.pop(ALIGN, None)
        return None
    common, tokenisation = common_tokens(readings), run.vocabulary.tokenisation
    options, first = [BEGINNINGS, *common], LANDMARK if LANDMARK in common else BEGINNINGS
    if st.session_state.get(ALIGN) not in options:
        st.session_state[ALIGN] = linked if linked in options else first
    chosen = st.selectbox(
        "Align at",
        options,
        key=ALIGN,
        format_func=lambda token: token if token == BEGINNINGS else display_token(token, tokenisation),
        help="A token that all texts have: its first occurrence in each of them.",
        width=190,
    )
    if chosen == first:
        st.query_params.pop(ALIGN, None)
    else:
        st.query_params[ALIGN] = chosen
    return None if chosen == BEGINNINGS else chosen


def choose_guesses(run: Run) -> bool:
    """Whether guesses are written below each token; a classifier has none."""
    return not run.classes and st.toggle("Guesses", value=True, key="guesses", bind="query-params")


def choose_token(place: st.delta_generator.DeltaGenerator, readings: Sequence[Reading]) -> None:
    """Boxes for text and position, which the address knows; a click in the picture fills them."""
    row, position = place.columns(2) if len(readings) > 1 else (None, place)
    if row is not None:
        if st.session_state.get("row", 1) > len(readings):
            st.session_state["row"] = 1
        row.segmented_control(
            "Text", list(range(1, len(readings) + 1)), default=1, required=True, key="row", bind="query-params"
        )
    length = len(readings[_row(readings)].tokens)
    if (st.session_state.get("position") or 0) > length:
        st.session_state["position"] = None
    position.number_input(
        "Token",
        1,
        length,
        value=None,
        key="position",
        bind="query-params",
        placeholder="strongest",
        help="Empty: where the texts are aligned, else the token after the first that moved the state most.",
    )


def picked_token(readings: Sequence[Reading], changes: Sequence[TokenChanges], aligned: Sequence[int | None]) -> Picked:
    """The token that is looked at: the chosen one, else the aligned one, else the one that moved the state most."""
    row, position = _row(readings), st.session_state.get("position")
    if position is not None and position <= len(readings[row].tokens):
        return Picked(row, position - 1, by_hand=True)
    if aligned[row] is not None:
        return Picked(row, aligned[row])
    after_first = changes[row].change[1:]
    return Picked(row, 1 + int(after_first.argmax()) if len(after_first) else 0)


def draw_glyphs(
    chosen: Selection,
    texts: Sequence[str],
    offsets: Sequence[int],
    aligned: Sequence[int | None],
    picked: Picked,
    named: list[dict[str, Any]],
    *,
    guesses: bool,
) -> None:
    """The picture, and below it a link to the memory map where the name of a cluster was clicked.

    named: the clusters, as by `named_clusters`.
    """
    run, clustered = chosen.run, chosen.clustered
    rows = [cached.find_glyph_row(text, *clustered) for text in texts]
    titles = [f"Text {number}" for number in range(1, len(rows) + 1)]
    shown = 0 if run.classes or not guesses else GUESSES
    drawn = hashlib.sha256(repr((run.digest, clustered, list(texts), offsets, aligned, shown)).encode()).hexdigest()
    data = sentence_glyphs_data(
        rows,
        offsets,
        aligned,
        titles,
        named,
        run.vocabulary.tokenisation.noun,
        guesses=shown,
        window=_window(),
        key=drawn,
    )
    sentence_glyphs(data, picked, key=KEY, on_pick=_take_pick, on_window=_take_window)
    _cluster_link(named)
    how_to_read(
        f"A box per token; in it a lane per unit cluster of {chosen.layer_name} ({chosen.state} state): grey is held, "
        "filled gained, dashed lost, and the rulers between boxes show the share that was kept. Point at a lane to see "
        "its cluster everywhere and the units that moved; a click picks the token."
        + (" Below, what it would say of the text if it ended there." if run.classes else ""),
        "the state starts at zero, so that the first tokens always gain much; a mean over a cluster hides what cancels "
        "in it.",
    )


def _row(readings: Sequence[Reading]) -> int:
    return min(st.session_state.get("row") or 1, len(readings)) - 1


def _take_pick() -> None:
    pick = st.session_state[KEY].picked
    if not pick:
        return
    if "cluster" in pick:
        st.session_state["looked-up-cluster"] = pick["cluster"]
        return
    st.session_state["position"] = None if pick["position"] is None else pick["position"] + 1
    if pick["position"] is not None:
        st.session_state["row"] = pick["row"] + 1


def _take_window() -> None:
    window = st.session_state[KEY].window
    if window:
        st.query_params[WINDOW] = f"{window['from']}-{window['to']}"


def _window() -> tuple[int, int] | None:
    found = re.fullmatch(r"(\d{1,5})-(\d{1,5})", st.query_params.get(WINDOW, ""))
    if found is None or int(found[1]) >= int(found[2]):
        st.query_params.pop(WINDOW, None)
        return None
    return int(found[1]), int(found[2])


def _cluster_link(named: Sequence[dict[str, Any]]) -> None:
    cluster = st.session_state.get("looked-up-cluster")
    if cluster is None or cluster >= len(named):
        return
    telling = literal(" ".join(named[cluster]["words"]))
    st.page_link(
        "views/memory_map.py",
        label=f"Cluster {cluster + 1} in the memory map{telling and f': {telling}'}",
        icon=":material/hub:",
        query_params={"cluster": str(cluster + 1)},
    )
