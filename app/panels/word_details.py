"""What stands below the curves of the page Words: the words most like the first, and one unit closely."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import streamlit as st

from analysis.recording.result import ExpectedResponse
from analysis.similarity import RARE, Nearest
from app import cached
from app.components.word_bars import word_bars
from app.figures.response_boxes import boxes_of, plot_response_boxes
from app.figures.style import SERIES, isolated, series, shortened
from app.links import link_to
from app.notices import how_to_read, literal
from app.numbers import numbers
from app.selection import Selection
from app.tables.responses import distributions_table, nearest_table

LISTED = 9
NEAREST = "nearest-words"


def nearest_words(
    chosen: Selection, response: ExpectedResponse, names: list[str], rows: Sequence[int], on_pick: Callable[[int], None]
) -> None:
    """The words whose responses are most like those to the first; `on_pick` gets the row of one that is clicked."""
    noun, first = chosen.run.vocabulary.tokenisation.noun, rows[0]
    found = cached.find_nearest(chosen.run, chosen.state, chosen.layer, first)
    listed = found.rows[:LISTED].tolist()
    st.subheader(f"Most like “{literal(isolated(shortened(names[first])))}”", anchor=False)
    if not listed:
        st.caption(f"No other {noun} was recorded at least {RARE} times.")
        return
    word_bars(
        [
            {
                "name": names[row],
                "share": float(cosine),
                "figure": f"{cosine:+.2f}".replace("-", "−"),
                "count": int(response.counts[row]),
                "rare": bool(response.counts[row] < RARE),
                "chosen": row in rows or len(rows) == len(SERIES),
            }
            for row, cosine in zip(listed, found.cosines.tolist(), strict=False)
        ],
        label=f"{noun.capitalize()}s most like {names[first]}",
        key=NEAREST,
        on_pick=partial(_take_row, listed, on_pick),
    )
    how_to_read(
        f"Similarity of the responses of all units, −1 … +1, and how often the {noun} was recorded; "
        + ("a click adds it. " if len(rows) < len(SERIES) else "to add one, take another out. ")
        + f"Of {len(found.rows):,} {noun}s, those recorded fewer than {RARE} times are left out.",
        "alike in the memory is not alike in meaning.",
    )
    numbers(nearest_table(response, names, found), "nearest-words", label="All by similarity")


def unit_closely(
    chosen: Selection,
    response: ExpectedResponse,
    rows: Sequence[int],
    words: Sequence[str],
    unit: int,
    unit_names: Mapping[int, str],
) -> None:
    """The distribution of the responses of one unit to the chosen words."""
    own = f" “{isolated(unit_names[unit])}”" if unit in unit_names else ""
    st.subheader(f"Unit {unit}{literal(own)}", anchor=False)
    sampled = cached.find_recording(chosen.run).sampled
    labels = [
        f"{shortened(word, 20)} (rare)" if response.counts[row] < RARE else word
        for word, row in zip(words, rows, strict=True)
    ]
    dark = st.context.theme.type == "dark"
    colours = [colour for colour, _ in series(dark=dark)[: len(rows)]]
    boxes = boxes_of(response, sampled, rows, unit, labels, "", colours)
    st.plotly_chart(
        plot_response_boxes([boxes], state=chosen.state, dark=dark),
        theme=None,
        alt=f"Distribution of the responses of unit {unit} to {len(rows)} words",
    )
    counted = ", ".join(
        f"{literal(isolated(shortened(word)))} {response.counts[row]:,}× ({sampled[row]:,} sampled)"
        for word, row in zip(words, rows, strict=True)
    )
    how_to_read(
        "The full bar holds the middle half of the occurrences, the pale one 82 %, the line 96 %; the gap is the "
        f"median, the diamond the mean. Occurrences: {counted}.",
        "from few samples the ends are guesses.",
    )
    link_to("views/units.py", f"All about unit {unit}", ":material/grain:", unit=str(unit))
    numbers(distributions_table(response, sampled, rows, words, unit), "distributions", label="These distributions")


def nearness(found: Nearest) -> dict[int, float]:
    """Row → similarity."""
    return dict(zip(found.rows.tolist(), found.cosines.tolist(), strict=True))


def _take_row(listed: list[int], on_pick: Callable[[int], None]) -> None:
    picked = st.session_state[NEAREST].picked
    if picked and 0 <= picked["index"] < len(listed):
        on_pick(listed[picked["index"]])
