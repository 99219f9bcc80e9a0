"""Which clusters of A are which of B: the flow of words between them."""

import streamlit as st

from analysis.comparison.cluster_matching import FATES, ClusterMatching
from app.comparing import Side, matching, words_in_common
from app.components.word_flow import flow_names, word_flow, word_flow_data
from app.notices import how_to_read, literal
from app.numbers import numbers
from app.tables.comparison import common_words_table, fates_table
from data_prep.errors import UserError

KEY, CHOICE = "word-flow", "b-flow"


def show_clusters(first: Side, second: Side) -> None:
    """The flow, how far the clusters agree, and what becomes of each."""
    noun = first.noun
    common = words_in_common(first, second)
    try:
        found = matching(first, second)
    except UserError as error:
        st.info(literal(f"{error.message} {why_none(first, second)}"))
        return
    left, right = st.columns([3, 1], vertical_alignment="center")
    left.markdown(
        f"By **{found.words:,} {noun}s in common**, the clusters agree with an adjusted Rand index of "
        f"**{found.adjusted_rand_index:.2f}** (1 is the same clusters, 0 chance) and a normalised mutual information "
        f"of **{found.normalised_mutual_information:.2f}** (shuffled {found.by_chance:.2f}). {_summary(found)}"
    )
    only = len(common.second_of) - len(common), len(common.first_of) - len(common)
    foreign = int(common.foreign_to_second.sum()), int(common.foreign_to_first.sum())
    if any(only):
        st.caption(
            f"Not in common: {only[0]} {noun}s of A, of which B has {foreign[0]} not in its vocabulary, and {only[1]} "
            f"of B, of which A has {foreign[1]} not; the others are rarer there than the {noun}s shown."
        )
    names = flow_names(found)
    if st.session_state.get(CHOICE) not in (None, *names):
        st.session_state[CHOICE] = None
    picked = right.selectbox(
        "Cluster or ribbon", names, index=None, key=CHOICE, bind="query-params", placeholder="find one"
    )
    word_flow(word_flow_data(first, second, common, found), picked, key=KEY, on_pick=_take_pick)
    how_to_read(
        f"Left the {noun} clusters of A, right those of B, in the order in which the ribbons cross least; a ribbon is "
        f"as wide as the {noun}s that two clusters share. A cluster stays if most of it is most of one on the other "
        "side, splits into some that are mostly its own, is merged with others, or is scattered.",
        "clusters are cut out of something continuous: one that splits here may stay with one cluster more.",
    )
    labels, others = first.clusters().word_labels, second.clusters().word_labels
    rows, other_rows = common.in_first, common.in_second
    numbers(fates_table(found), "clusters-compared", label="What becomes of every cluster")
    numbers(
        common_words_table(
            [first.names[row] for row in rows],
            first.response().counts[rows],
            second.response().counts[other_rows],
            labels[rows],
            others[other_rows],
        ),
        "words-compared",
        label=f"All {noun}s in common and their clusters",
    )


def _take_pick() -> None:
    pick = st.session_state[KEY].picked
    if pick:
        st.session_state[CHOICE] = pick["name"]


def _summary(found: ClusterMatching) -> str:
    counted = [(fate, found.fates.count(fate)) for fate in FATES]
    became = ", ".join(
        f"{count} {fate if fate != 'stays' or count == 1 else 'stay'}" for fate, count in counted if count
    )
    return f"Of A's {len(found.fates)} clusters: {became}."


def why_none(first: Side, second: Side) -> str:
    """Why the two have too few words in common."""
    units = [side.run.vocabulary.tokenisation.unit for side in (first, second)]
    if units[0] != units[1]:
        return f"A reads {units[0]}, B reads {units[1]}: what is not of the same kind cannot be matched."
    return "Take more words in the sidebar."
