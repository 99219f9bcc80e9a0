"""The panel about one token of a text: what was expected, which units it moved, how that compares with its word."""

from urllib.parse import urlencode

import streamlit as st

from analysis.clusters.coclustering import Coclusters
from analysis.recording.result import ExpectedResponse
from analysis.texts.cluster_flow import ClusterFlow
from analysis.texts.occurrence import Occurrence
from analysis.texts.reading import Reading
from app import cached
from app.figures.occurrence import plot_all_units, plot_most_unusual
from app.notices import how_to_read, literal
from app.numbers import numbers
from app.selection import Selection
from app.tables.sentences import classes_table, guesses_table, occurrence_table, step_table, strongest_units_table
from data_prep.errors import UserError

PROBABILITY = st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1, width=110)
COLUMNS = {
    "probability": PROBABILITY,
    "expected next": st.column_config.TextColumn("token", width=70),
    "class": st.column_config.TextColumn(width=70),
}
RARE = 30  # occurrences below which a distribution is not to be trusted
UNITS_SHOWN = ("the most unusual", "all units")


def token_panel(chosen: Selection, text: str, position: int, labels: list[str]) -> None:
    """What the token did; labels: of the clusters."""
    run, clusters = chosen.run, chosen.clusters()
    reading = cached.find_reading(run, text)
    flow = cached.find_flow(text, *chosen.clustered)
    left, middle, right = st.columns([4, 5, 5])
    _expected(left, chosen, reading, position)
    _clusters(middle, flow, position, labels)
    _units(right, chosen, reading, position, clusters)
    _occurrence(chosen, text, reading, position, clusters)


def _expected(place: st.delta_generator.DeltaGenerator, chosen: Selection, reading: Reading, position: int) -> None:
    run = chosen.run
    if run.classes:
        place.markdown("**If the text ended here**")
        table = classes_table(reading, position, run.classes)
    else:
        place.markdown("**Expected next**")
        table = guesses_table(reading, position, run.vocabulary)
    place.dataframe(table, hide_index=True, column_config=COLUMNS)


def _clusters(place: st.delta_generator.DeltaGenerator, flow: ClusterFlow, position: int, labels: list[str]) -> None:
    place.markdown("**Clusters, in sums over their units**")
    columns = {name: st.column_config.NumberColumn(format="%.2f", width=48) for name in ("gained", "lost")}
    columns["kept"] = st.column_config.NumberColumn(format="%.0f %%", width=48)
    columns |= {"cluster": st.column_config.NumberColumn("", width=24), "words": st.column_config.TextColumn(width=105)}
    table = step_table(flow, position, labels)
    table["kept"] *= 100
    place.dataframe(table, hide_index=True, height=248, column_config=columns)


def _units(
    place: st.delta_generator.DeltaGenerator,
    chosen: Selection,
    reading: Reading,
    position: int,
    clusters: Coclusters,
) -> None:
    place.markdown("**Units that moved most**")
    table = strongest_units_table(reading, position, chosen.state, chosen.layer, clusters)
    table["look"] = [unit_address(chosen, unit) for unit in table["unit"]]
    columns = {name: st.column_config.NumberColumn(format="%+.3f") for name in ("change", "state")}
    columns["look"] = st.column_config.LinkColumn("", display_text="open", help="The page about this unit.")
    place.dataframe(table, hide_index=True, height=248, column_config=columns)


def unit_address(chosen: Selection, unit: int) -> str:
    """Where the page about a unit of the chosen run, layer and state is."""
    return f"units?{urlencode({'run': chosen.run.id, 'layer': chosen.layer, 'state': chosen.state, 'unit': unit})}"


def _occurrence(chosen: Selection, text: str, reading: Reading, position: int, clusters: Coclusters) -> None:
    run, noun = chosen.run, chosen.run.vocabulary.tokenisation.noun
    word = run.vocabulary.display(reading.ids[position])
    head, look = st.columns([3, 2], vertical_alignment="bottom")
    head.markdown(f"**This {literal(word)} against every other {literal(word)} of the recorded text**")
    recorded: ExpectedResponse = cached.find_recording(run).response(chosen.state, chosen.layer)
    try:
        found: Occurrence = cached.find_occurrence(run, text, position, chosen.state, chosen.layer)
    except UserError as error:
        st.info(f"{literal(error.message)} {literal(error.hint)}")
        found = None
    if found is not None:
        shown = look.segmented_control(
            "Units",
            UNITS_SHOWN,
            default=UNITS_SHOWN[0],
            required=True,
            key="units_shown",
            bind="query-params",
            label_visibility="collapsed",
        )
        if found.count < RARE:
            st.warning(f"{literal(word)} stands only {found.count:,} times in the recorded text: its bands are rough.")
        plot = plot_all_units if shown == "all units" else plot_most_unusual
        unusual, units = int(found.unusual.sum()), len(found.own)
        st.plotly_chart(
            plot(found, word, dark=st.context.theme.type == "dark"),
            theme=None,
            alt=f"Response of {units} units to this {noun} against their bands: {unusual} lie outside",
        )
        how_to_read(
            f"Bands: the middle half and the middle 82 % of {found.count:,} recorded occurrences; the mark is this "
            f"one, a diamond where it lies outside, as for {unusual:,} of {units:,} units ({unusual / units:.0%}); in "
            f"an occurrence like any other it is {found.expected_unusual:.0%}.",
            "units move together, so that many unusual ones may be one event; in a short text the state is unusual in "
            "any case, because it has just begun.",
        )
    numbers(
        lambda: occurrence_table(reading, position, recorded, clusters),
        "occurrence",
        label=f"Token {position + 1} against its {noun}: every unit",
        rows=len(clusters.unit_labels),
    )
