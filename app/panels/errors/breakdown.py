"""The panel of oracles: what would remove the errors of one model, or of two beside each other."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from analysis.errors.breakdown import ErrorBreakdown
from analysis.errors.oracle_settings import OracleSettings
from app import cached
from app.figures.error_breakdown import plot_breakdown, plot_crossing
from app.notices import how_to_read, literal
from app.numbers import numbers
from app.panels.errors.examples import show_examples
from app.tables.errors import breakdown_table, crossing_groups, crossing_table, ngram_table
from models.run import Run

CHART, KIND, OF_ERRORS, OF_LOSS = "breakdown-chart", "kind", "errors", "loss"
LONGEST_NGRAM = 19


def show_breakdown(runs: Sequence[Run], threshold: float) -> None:
    """Oracles in order, the n-gram question, two models beside each other, and examples of a kind."""
    columns = st.columns([2, 3, 3], vertical_alignment="bottom")
    of = columns[0].segmented_control(
        "Shares of", [OF_ERRORS, OF_LOSS], default=OF_ERRORS, required=True, key="shares", bind="query-params"
    )
    lowest, highest = columns[1].slider(
        f"Context of the n-gram models, in {runs[0].vocabulary.tokenisation.noun}s",
        0,
        LONGEST_NGRAM,
        value=(0, 9),
        key="ngrams",
        bind="query-params",
        help="The first oracle: some of these models gives the true token more than one half.",
    )
    settings = OracleSettings(threshold=threshold, ngram_contexts=tuple(range(lowest, highest + 1)))
    found = {run.id: cached.find_breakdown(run, settings) for run in runs[:2]}
    first = next(iter(found.values()))
    shown = [kind.label for kind, many in zip(first.kinds, first.counts, strict=True) if many]
    picked = columns[2].selectbox("Examples of", shown, index=None, key=KIND, bind="query-params", placeholder="a kind")
    for sentence in first.left_out:
        st.caption(literal(sentence))
    if len(runs) > 2:
        st.caption(f"Beside each other stand two; {literal(runs[2].id)} is in the errors in common.")
    labels = [kind.label for kind in first.kinds]
    st.plotly_chart(
        plot_breakdown(
            found,
            of_loss=of == OF_LOSS,
            picked=labels.index(picked) if picked else None,
            dark=st.context.theme.type == "dark",
        ),
        theme=None,
        key=CHART,
        on_select=lambda: _take_kind(first),
        selection_mode="points",
        alt=f"What would remove the {of} of {' and '.join(found)}, one oracle after the other",
    )
    how_to_read(
        "From top to bottom each oracle takes away the errors that it could have prevented; a bar begins where the one "
        "above ends, so that all bars together are all errors. A click on a bar shows examples.",
        "the order decides: what two oracles could have prevented counts for the upper one. And a frequent word stands "
        "among the last tokens almost anywhere: under a bar, and in the numbers, is what it would be by chance.",
    )
    numbers(breakdown_table(found), "error-breakdown")
    if picked:
        kind = labels.index(picked)
        places = np.flatnonzero(first.kind_of == kind)
        group = first.kinds[kind].group
        name = f"{group if group == picked else f'{group}, {picked}'}: errors of {runs[0].id}"
        show_examples(name, places, runs[:2], threshold, key="breakdown-examples")
    _ngram_question(found)
    if len(runs) > 1:
        _two_models(runs, settings, first)


def _take_kind(found: ErrorBreakdown) -> None:
    if points := st.session_state[CHART].selection.points:
        kind = int(points[0]["customdata"][0])
        if kind < len(found.kinds) and found.counts[kind]:
            st.session_state[KIND] = found.kinds[kind].label


def _ngram_question(found: dict[str, ErrorBreakdown]) -> None:
    """How many errors n-gram models get right, by several readings of the question."""
    known = {name: one.ngram for name, one in found.items() if one.ngram is not None}
    if not known:
        return
    st.subheader("Do n-gram models know better?", anchor=False)
    for name, shares in known.items():
        span = f"{shares.contexts[0]} to {shares.contexts[-1]}"
        best = int(shares.each.argmax())
        st.markdown(
            f"Of the errors of {literal(name)}, **{shares.any:.1%}** are right in one or more n-gram models with "
            f"{span} tokens of context; in the best model alone ({shares.best} tokens) **{shares.best_share:.1%}**; "
            f"in no single one more than {shares.each[best]:.1%} ({shares.contexts[best]} tokens)."
        )
    how_to_read(
        "An n-gram model is right where it gives the true token more than one half. Articles about the original study "
        "say 42 % of the errors of another model, and 18 % is recalled, unchecked, without a definition that could be "
        "repeated: these are the candidates, of this model.",
        "to choose the best of many models after the fact is more than any of them can do.",
    )
    numbers(ngram_table(next(iter(known.values()))), "ngram-shares", label="Every context length")


def _two_models(runs: Sequence[Run], settings: OracleSettings, first: ErrorBreakdown) -> None:
    table = cached.find_crossing(runs[0], runs[1], settings)
    groups, names = crossing_groups(table, first)
    sides = (runs[0].id, runs[1].id)
    st.subheader("Where one gains on the other", anchor=False)
    st.plotly_chart(
        plot_crossing(groups, names, sides, dark=st.context.theme.type == "dark"),
        theme=None,
        key="crossing-chart",
        alt=f"Errors of {sides[0]} alone, of both, and of {sides[1]} alone, by kind",
    )
    how_to_read(
        "For each kind the errors of both, and those that only one makes; at the right how many more (+) or fewer (−) "
        f"{literal(sides[1])} makes, and the share of that in the whole difference.",
        "errors near the threshold change sides by chance, with another seed too.",
    )
    numbers(crossing_table(table, first), "crossing", label="Every kind against every kind")
