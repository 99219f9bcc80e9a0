"""The parts of the page Reading units: the coloured text, the ranked list, and the answer to “how do you know?”."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from analysis.interpretation.evidence import telling_start
from analysis.interpretation.properties import TextProperty
from analysis.interpretation.source import Source
from analysis.interpretation.store import InterpretOptions
from analysis.interpretation.unit_scores import UnitScores
from app import cached
from app.cached import TextChoice
from app.components.coloured_text import coloured_text, longest_excerpt
from app.figures.unit_evidence import plot_control, plot_response
from app.notices import how_to_read, literal
from app.numbers import numbers
from app.selection import Selection
from app.tables.interpretation import SIGNIFICANT, best_units_table, pairs_table, values_table

TEXT, TABLE = "coloured-text", "interpretation-table"
EXCERPT = {"words": 1_500, "characters": 5_000, "bytes": 5_000}  # tokens
MOST_BESIDE = 3
NUMBER = st.column_config.NumberColumn(format="%.3f")


def choose_unit(
    chosen: Selection,
    scores: UnitScores | None,
    properties: Sequence[TextProperty],
    pattern: str,
    places: Sequence[Any],
) -> tuple[TextProperty | None, int, list[int]]:
    """(property, unit, units beside it): nobody's choice is the pattern, else what of all that must be remembered is
    told best, and its best unit. places: three columns."""
    units = list(range(chosen.run.recipe.model.units))
    by_name = {one.name: one for one in properties if not one.absence}
    names, first = list(by_name), next(iter(by_name), None)
    if scores is not None:
        table = best_units_table(scores)
        names = table["property"].tolist()
        remembered = table.loc[(table["about"] == "memory") & (table["corrected p"] <= SIGNIFICANT), "property"]
        first = next(iter(remembered), next(iter(names), None))
    if pattern and properties[-1].name in names:
        first = properties[-1].name
    if st.session_state.get("property") not in names:
        st.session_state["property"] = None
    name = places[0].selectbox(
        "Property", names, index=None, key="property", bind="query-params", placeholder=first or "none in this text",
        help="Nobody's choice is the best told of those that must be remembered. The text shows where it holds.",
    )  # fmt: skip
    name = name or first
    best = 0 if scores is None or name is None else scores.best_unit(scores.names.index(name))
    if st.session_state.get("unit") not in units:
        st.session_state["unit"] = None
    unit = places[1].selectbox(
        "Unit", units, index=None, key="unit", bind="query-params", placeholder=f"{best}",
        help="Nobody's choice is the one that suits the property best on the blocks for finding.",
    )  # fmt: skip
    beside = places[2].multiselect(
        f"In bands below, up to {MOST_BESIDE}", units, key="beside", bind="query-params", max_selections=MOST_BESIDE,
        select_all=False, placeholder="other units",
    )  # fmt: skip
    unit = best if unit is None else unit
    return by_name.get(name) if name else None, unit, [one for one in beside if one != unit]


def choose_excerpt(
    chosen: Selection, source: Source, tested: TextProperty | None, place: st.delta_generator.DeltaGenerator
) -> tuple[int, int]:
    """(start, length) of the tokens that are shown: nobody's choice is where the property changes most often."""
    vocabulary, total = chosen.run.vocabulary, len(source.ids)
    length = min(total, longest_excerpt(chosen.run.recipe.model.units, EXCERPT[vocabulary.tokenisation.unit]))
    usual = telling_start(tested, length)
    if total <= length:
        return 0, total
    if not 1 <= (st.session_state.get("from") or 1) <= total:
        st.session_state["from"] = None
    first = place.number_input(
        f"From {vocabulary.tokenisation.noun}", 1, total, value=None, step=length, key="from", bind="query-params",
        placeholder=f"{usual + 1}", help="Nobody's choice is where the property changes most often.",
    )  # fmt: skip
    return usual if first is None else first - 1, length


def draw_text(
    chosen: Selection,
    choice: TextChoice,
    total: int,
    place: tuple[int, int],
    tested: TextProperty | None,
    units: tuple[int, list[int]],
    marked: tuple[str, str, InterpretOptions | None],
) -> None:
    """The text in the colours of the unit; place: start and length of what is shown of the `total` tokens."""
    run, (start, length) = chosen.run, place
    data = cached.find_coloured(run, choice, place, chosen.state, chosen.layer, marked)
    coloured_text(data, *units, key=TEXT, on_pick=_take_unit)
    noun = run.vocabulary.tokenisation.noun
    shown = f"{noun.capitalize()}s {start + 1:,} to {min(total, start + length):,} of {total:,}. "
    if length < min(total, EXCERPT[run.vocabulary.tokenisation.unit]):
        shown += f"Of so many units the browser gets no more than {length:,} at once. "
    clicked = "values" if run.classes else f"values and the likeliest next {noun}s"
    held = f"; a line below: {literal(tested.name)}" if tested is not None and tested.kind == "yes/no" else ""
    how_to_read(
        f"{shown}Each {noun} in the colour of the state *after* it was read{held}. ← → or J K flip through the units, "
        f"a click tells {clicked}.",
        "an eye finds patterns in any colours: what follows says which of them are more than chance."
        if marked[2] is not None
        else "an eye finds patterns in any colours, and of this text nothing says which are more than chance.",
    )
    unit, beside = units
    numbers(
        lambda: values_table(
            cached.find_excerpt(run, choice, place), (chosen.state, chosen.layer, [unit, *beside]),
            run.vocabulary.tokenisation, tested,
        ),
        "values-along-the-text", label=f"The text with the values of unit {unit}", rows=min(total - start, length),
    )  # fmt: skip


def ranked_list(scores: UnitScores) -> None:
    """The best unit of every property; a click on a row shows it in the text."""
    table = best_units_table(scores)
    st.subheader("What single units tell", anchor=False)
    st.dataframe(
        table[["property", "about", "unit", "strength", "chance", "corrected p", "AUC", "correlation"]],
        hide_index=True,
        height=330,
        column_config=dict.fromkeys(("strength", "chance", "AUC", "correlation"), NUMBER),
        on_select=lambda: _take_row(table["property"].tolist(), table["unit"].tolist()),
        selection_mode="single-row",
        key=TABLE,
    )
    how_to_read(
        "A row per property, with the unit found to suit it best; a click beside it shows it in the text. About: of "
        "the symbol just read (now), of what follows (next), or kept in memory. Strength: |2 AUC − 1| of yes and no, "
        "|rank correlation| of a number, on the half that chose nothing; chance: the best of all units, the text "
        "shifted, 95th percentile.",
        "what the symbol itself says (now) needs no memory; and properties that go along with each other "
        "share their units.",
    )
    if scores.dropped:
        with st.expander(f"{len(scores.dropped)} properties that this text cannot test", key="dropped-properties"):
            st.markdown("\n".join(f"- {literal(why)}" for _, why in scores.dropped))
    numbers(table, "properties", label="The best unit of every property")
    numbers(pairs_table(scores), "units-and-properties", label="All pairs beyond chance")


def evidence(
    chosen: Selection, choice: TextChoice, scores: UnitScores, tested: TextProperty, unit: int, pattern: str
) -> None:
    """Why a unit is said to tell a property: what it does, and what chance reaches."""
    place = scores.names.index(tested.name)
    kind, score, p = tested.kind, float(scores.scores[unit, place]), float(scores.corrected_p[unit, place])
    st.subheader(f"How do you know? Unit {unit}, {literal(tested.name)}", anchor=False)
    beyond = p <= SIGNIFICANT
    strength, chance = abs(score), float(scores.control_95[place])
    if kind == "yes/no":
        said, luck = f"AUC {(1 + strength) / 2:.3f}", f"an AUC of {(1 + chance) / 2:.3f}"
        way = "higher" if score > 0 else "lower"
        meaning = (
            f"in {(1 + strength) / 2:.1%} of all pairs of a place where it holds and one where not, it is {way} there"
        )
    else:
        said, luck = f"Rank correlation {score:+.3f}", f"a rank correlation of {chance:.3f}"
        meaning = f"its state {'grows' if score > 0 else 'falls'} with the number"
    st.markdown(
        f"**{said}**: {meaning}; on the half of the text that had no part in choosing the unit. With the text shifted "
        f"against the states, {scores.shifts} times, the best of all {len(scores.scores):,} units reached {luck} (95th "
        f"percentile). Corrected for {scores.tests:,} tests: p {'≤' if p <= 1 / scores.shifts else '='} {p:.2f}, "
        + ("**beyond chance**." if beyond else "**not beyond chance**: it may be luck.")
    )
    dark, quantity = st.context.theme.type == "dark", f"{chosen.state} state"
    response = cached.find_response_to(chosen.run, choice, (chosen.state, chosen.layer, unit), tested.name, pattern)
    left, right = st.columns(2)
    left.plotly_chart(
        plot_response(response, tested.name, quantity, dark=dark), theme=None,
        alt=f"The states of unit {unit} by {tested.name}", key="evidence-response",
    )  # fmt: skip
    right.plotly_chart(
        plot_control(score, scores.control[:, place], dark=dark), theme=None,
        alt=f"The score of unit {unit} beside those of chance", key="evidence-control",
    )  # fmt: skip
    how_to_read(
        f"{literal(tested.says)} Left: the unit's states on the tested half. Right: its strength beside the best "
        "of all units at each shift of the text.",
        "beyond chance is not made for it: with many symbols a weak tie is beyond chance, too, and a unit may follow "
        "something else that goes along with the property.",
    )


def _take_unit() -> None:
    pick = st.session_state[TEXT].picked
    if pick:
        st.session_state["unit"] = pick["unit"]


def _take_row(names: Sequence[str], units: Sequence[int]) -> None:
    rows = st.session_state[TABLE]["selection"]["rows"]
    if rows and rows[0] < len(names):
        st.session_state["property"], st.session_state["unit"] = names[rows[0]], units[rows[0]]
