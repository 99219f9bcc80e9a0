"""The parts of the page Units: words, distributions and contexts of the chosen units, and all units ranked."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from analysis.recording.result import ExpectedResponse, Recording
from analysis.similarity import RARE, strongest_words, without_rare
from analysis.strongest_contexts import strongest_contexts
from analysis.unit_measures import UnitMeasures
from app import cached
from app.components.contexts import contexts
from app.figures.response_boxes import Boxes, boxes_of, plot_response_boxes
from app.figures.unit_distributions import plot_unit_distributions
from app.notices import how_to_read, literal
from app.numbers import numbers
from app.page_tables import note_table
from app.selection import Selection
from app.tables.responses import distributions_table
from app.tables.units import contexts_table, unit_distributions_table
from data_prep.errors import UserError

WORDS_A_SIDE = {1: 8, 2: 6, 3: 5, 4: 5}  # by the number of units
PERCENT = st.column_config.NumberColumn(format="percent")
NUMBER = st.column_config.NumberColumn(format="%.3f")
TABLE, LAST_ROW = "units-table", "units-table-last-row"


def strongest(chosen: Selection, names: Sequence[str], units: Sequence[int], titles: Sequence[str]) -> None:
    """Boxes of the words that raise and lower each unit most."""
    noun = chosen.run.vocabulary.tokenisation.noun
    banded = cached.find_banded(chosen.run, chosen.state, chosen.layer)
    response, sampled = without_rare(banded), cached.find_recording(chosen.run).sampled
    st.subheader(
        f"The {noun}s that move it most" if len(units) == 1 else f"The {noun}s that move them most", anchor=False
    )
    groups = [
        _boxes(response, sampled, unit, names, title if len(units) > 1 else "", WORDS_A_SIDE[len(units)])
        for unit, title in zip(units, titles, strict=True)
    ]
    st.plotly_chart(
        plot_response_boxes(groups, state=chosen.state, dark=st.context.theme.type == "dark"),
        theme=None,
        alt=f"Distributions of the strongest responses of {', '.join(titles)}",
    )
    left_out = len(banded.counts) - len(response.counts)
    how_to_read(
        "The full bar holds the middle half of the responses at all occurrences, the pale one 82 %, the line 96 %; the "
        f"gap is the median, the diamond the mean. Of {len(banded.counts):,} {noun}s, "
        + (f"{left_out:,} that occur fewer than {RARE} times are left out." if left_out else "none is too rare."),
        "the strongest of many are in part the luckiest: look at how far the bars are from zero.",
    )
    table = pd.concat(
        [distributions_table(response, sampled, range(len(response.counts)), names[: len(response.counts)], unit)
         for unit in units]
    )  # fmt: skip
    numbers(table, "unit-words", label=f"Responses to every {noun}")


def distributions(chosen: Selection, recording: Recording, units: Sequence[int], titles: Sequence[str]) -> None:
    """Histograms of the states and gates, with the shares that are saturated."""
    st.subheader(
        "How open its gates are, how full it is" if recording.left_saturated else "How full it is", anchor=False
    )
    if not recording.distributions:
        st.info(f"{literal(chosen.run.id)} was taken in as recorded states: gates and histograms were not among them.")
        return
    layer = chosen.layer
    drawn = {name: counts[layer, list(units)] for name, counts in recording.distributions.items()}
    alone = len(units) == 1
    saturated = {
        gate: (float(below[layer, units[0]]) / recording.tokens, float(above[layer, units[0]]) / recording.tokens)
        for (gate, below), above in zip(
            recording.left_saturated.items(), recording.right_saturated.values(), strict=True
        )
        if alone
    }
    figure = plot_unit_distributions(
        drawn, saturated, titles, columns=min(2 if alone else 3, len(drawn)), dark=st.context.theme.type == "dark"
    )
    st.plotly_chart(
        figure,
        theme=None,
        alt=f"Distributions of the states and gates of {', '.join(titles)}",
    )
    how_to_read(
        f"The share of {recording.distributed:,} tokens, spread over the text, at which a value lies in each bin of "
        ".05; in the grey margins it is saturated"
        + (f", over a gate at so many of all {recording.tokens:,} tokens." if saturated else "."),
        "every panel has a scale of its own.",
    )
    numbers(unit_distributions_table(recording, layer, units), "unit-distributions", label="These distributions")


def strongest_places(chosen: Selection, recording: Recording, units: Sequence[int], titles: Sequence[str]) -> None:
    """Where in the recorded text the units were highest and lowest, or why that cannot be shown."""
    st.subheader(
        "Where it is highest and lowest" if len(units) == 1 else "Where they are highest and lowest", anchor=False
    )
    vocabulary = chosen.run.vocabulary
    reason = text = None
    try:
        text = cached.find_recorded_text(chosen.run)
    except UserError as error:
        reason = f"{literal(error.message)} {literal(error.hint)}"
    found = {unit: strongest_contexts(recording, chosen.state, chosen.layer, unit, vocabulary, text) for unit in units}
    recorded = any(map(any, found.values()))
    if reason:
        st.info(f"The places are known, but not what stands there. {reason}" if recorded else reason)
    if not recorded:
        return
    spaced = vocabulary.tokenisation.unit == "words"
    shown = None if len(units) == 1 else 5
    if text is not None:
        for (unit, (highest, lowest)), title in zip(found.items(), titles, strict=True):
            sides = (("highest", highest), ("lowest", lowest))
            contexts(
                [(f"{title} is {side}", places[:shown]) for side, places in sides],
                title=f"Strongest contexts of {title}",
                spaced=spaced,
                key=f"contexts-{unit}",
            )
        how_to_read(
            f"The {vocabulary.tokenisation.noun} at which the {chosen.state} state was most extreme, with its value, "
            "and what stands around it; no two places are close together.",
            "a few extremes are not what a unit does all day.",
        )
    numbers(contexts_table(found, " " if spaced else ""), "unit-contexts", label="These places")


def compared(table: pd.DataFrame, units: Sequence[int]) -> None:
    """The figures of a few units, one below another."""
    note_table(table.iloc[list(units)], "The units beside each other")
    st.dataframe(table.iloc[list(units)], hide_index=True, column_config=_config(table))


def ranked(table: pd.DataFrame, order: Sequence[int], measures: UnitMeasures, noun: str) -> None:
    """All units in the order of flipping; a row that is clicked is the unit to look at."""
    st.subheader("All units", anchor=False)
    st.dataframe(
        table.iloc[list(order)],
        hide_index=True,
        height=320,
        column_config=_config(table),
        on_select=lambda: _take_row(order),
        selection_mode="single-row",
        key=TABLE,
    )
    how_to_read(
        "A click on a heading sorts, one beside a row goes to the unit. Activity: root mean square of the expected "
        f"response, each {noun} as often as it occurs; sparsity: 0 responds to all {noun}s alike, 1 to one; "
        f"saturation: share of tokens. From {measures.words:,} {noun}s that occur at least {RARE} times.",
        "a unit that moves as often up as down with the same word looks still.",
    )
    numbers(table.iloc[list(order)], "units", label="All units")


def _config(table: pd.DataFrame) -> dict[str, Any]:
    shares = [name for name in table if name.endswith((" < .1", " > .9"))]
    return dict.fromkeys(shares, PERCENT) | dict.fromkeys(("activity", "sparsity", "highest", "lowest"), NUMBER)


def _boxes(
    response: ExpectedResponse, sampled: np.ndarray, unit: int, names: Sequence[str], title: str, a_side: int
) -> Boxes:
    found = strongest_words(response, unit, a_side)
    rows = [*found.raised.tolist(), *reversed(found.lowered.tolist())]
    return boxes_of(response, sampled, rows, unit, [names[row] for row in rows], title)


def _take_row(order: Sequence[int]) -> None:
    rows = st.session_state[TABLE]["selection"]["rows"]
    if not rows:  # a second click on the same row takes the choice back; the visitor wants to be there again
        rows = [st.session_state.get(LAST_ROW, 0)]
    st.session_state[LAST_ROW] = rows[0]
    if rows[0] < len(order):
        st.session_state["unit"] = order[rows[0]]
