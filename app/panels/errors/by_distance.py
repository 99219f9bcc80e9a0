"""The panel of what closes, ends or indents, by how far back is what announced it."""

from collections.abc import Sequence

import streamlit as st

from analysis.errors.places import NAMES, sought_by_name
from app import cached
from app.figures.long_range import plot_by_distance
from app.notices import PageEnded, how_to_read, literal, show_error
from app.numbers import numbers
from app.panels.errors.predicted import ensure_predicted
from app.tables.errors import distance_table
from data_prep.errors import UserError
from models.run import Run

OWN = "marks of your own"
FARTHEST = (20, 50, 100, 200, 500, 1000, 2000)
WIDTHS = {"ever wider": None, "5 wide": 5, "10 wide": 10, "50 wide": 50}
NGRAMS = (3, 19)


def show_by_distance(runs: Sequence[Run]) -> None:
    """The mean probability of closing marks, line ends or indentation by distance."""
    ensure_predicted(runs)
    run = runs[0]
    noun = run.vocabulary.tokenisation.noun
    ngrams, no_ngrams = cached.find_ngrams(run)
    columns = st.columns([3, 2, 2, 3], vertical_alignment="bottom")
    likeliest = cached.find_likeliest(run)
    name = columns[0].selectbox(
        "What is foreseen", [*NAMES, OWN], index=None, key="what", bind="query-params", placeholder=likeliest,
        help="Grey: what this text has most of.",
    ) or likeliest  # fmt: skip
    farthest = columns[1].select_slider(f"{noun}s, at most", FARTHEST, value=200, key="farthest", bind="query-params")
    width = columns[2].selectbox("Bins", list(WIDTHS), key="bins", bind="query-params")
    offered = [str(context) for context in range(len(ngrams))] if ngrams is not None else []
    contexts = columns[3].multiselect(
        f"n-gram models, {noun}s of context",
        offered,
        default=[str(context) for context in NGRAMS if str(context) in offered],
        key="beside-ngrams",
        bind="query-params",
        max_selections=3,
        select_all=False,
        disabled=not offered,
    )
    if no_ngrams:
        st.info(literal(no_ngrams.replace("oracle is", "models are")))
    if name == OWN:
        name = st.text_input(
            "What opens and what closes, with a space between", "begin end", key="marks", bind="query-params"
        )
    try:
        found = cached.find_by_distance(
            runs, [int(one) for one in contexts], sought_by_name(name), farthest, WIDTHS[width]
        )
    except UserError as error:
        show_error(error)
        raise PageEnded from error
    st.plotly_chart(
        plot_by_distance(found, dark=st.context.theme.type == "dark"),
        theme=None,
        key="distance-chart",
        alt=f"Mean probability of {found.what} by {found.unit}",
    )
    said = ", ".join(f"{literal(name)} {value:.2f}" for name, value in zip(found.names, found.overall, strict=True))
    beyond = f"{found.left_out:,} are farther than {farthest:,}" if found.left_out else ""
    notes = "; ".join(note for note in (beyond, found.unmatched) if note)
    how_to_read(
        f"The mean probability of {literal(found.what)} where it stands, by {literal(found.unit)}, in "
        f"{found.means.counts.sum():,} places; on all of them {said}. The bands are 95 % of "
        f"{found.means.samples:,} resamples of {found.means.blocks} stretches of the text; hollow marks have "
        f"too few places for one"
        f"{f' ({literal(notes)})' if notes else ''}.",
        "what stands at other distances is other text, too: an n-gram model, which cannot see far, says how hard it "
        "is without a memory.",
    )
    numbers(distance_table(found), "by-distance")
