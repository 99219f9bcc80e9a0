"""How the units of both sides respond to the same words, on the same axes."""

import streamlit as st

from app.comparing import Side, figures_of, words_in_common
from app.figures.compared_responses import plot_compared_responses, plot_concentration
from app.notices import how_to_read
from app.numbers import numbers
from app.tables.comparison import compared_responses_table, concentration_table

CHOICE, MOST = "b-words", 6
LIKED = ("for", "he", "she")


def show_responses(first: Side, second: Side) -> None:
    """The curves of some words, and how few units carry them."""
    noun = first.noun
    common = words_in_common(first, second)
    dark = st.context.theme.type == "dark"
    if len(common):
        rows = dict(zip((first.names[row] for row in common.in_first), common.in_first.tolist(), strict=True))
        liked = first_words(first, second)
        kept = st.session_state.get(CHOICE)
        stale = kept is not None and not set(kept) <= set(rows)  # chosen for another run
        if stale:
            st.session_state[CHOICE] = [word for word in kept if word in rows] or liked
        words = st.multiselect(
            f"{noun.capitalize()}s",
            list(rows),
            default=None if stale else liked,
            key=CHOICE,
            bind="query-params",
            max_selections=MOST,
            select_all=False,
        )
        show_curves(first, second, words, dark=dark)
        how_to_read(
            f"How much each unit changes on average when the {noun} is read, units sorted from the lowest response to "
            "the highest on either side, over their number, on one scale; above each panel, how many of the units "
            "carry half of the response.",
            "a unit stands at different places on both sides: the curves compare shapes, not units.",
        )
    else:
        st.info("The two sides have no words in common, so that no two curves belong together.")
    st.subheader("How few units carry a response", anchor=False)
    curves = {name: own.concentration for name, own in figures_of(first, second).items()}
    st.plotly_chart(
        plot_concentration(list(curves.values()), dark=dark),
        theme=None,
        alt="Share of the response that the most responsive units carry, for A and for B",
    )
    how_to_read(
        f"What share of the response to a {noun} its most responsive units carry, on average over the {noun}s as often "
        "as they occur; the mark is at half. A curve further left is sparser; of pure noise it passes half at 24 %.",
        "an expected response is a mean: a unit that goes up and down with a word equally often counts as still.",
    )
    numbers(concentration_table(curves), "concentration-compared", label="What the most responsive units carry")


def first_words(first: Side, second: Side) -> list[str]:
    """Some words to begin with, among those that both sides have."""
    names = [first.names[row] for row in words_in_common(first, second).in_first]
    return [word for word in LIKED if word in names] or names[:3]


def show_curves(first: Side, second: Side, words: list[str], *, dark: bool) -> None:
    """The curves of words that both sides have, by their names on side A."""
    names, common = first.names, words_in_common(first, second)
    if not words:
        st.info("Choose a word.")
        return
    rows = [names.index(word) for word in words]
    sides = [(first.response(), rows), (second.response(), common.second_of[rows].tolist())]
    st.plotly_chart(
        plot_compared_responses(sides, words, dark=dark),
        theme=None,
        alt=f"Expected responses of A and of B to {len(words)} words",
    )
    numbers(compared_responses_table(sides, words), "responses-compared", label="The curves")
