"""The numbers behind a memory map: of what is picked, or of the whole."""

import streamlit as st

from analysis.clusters.coclustering import Coclusters
from analysis.recording.result import ExpectedResponse
from app.notices import literal
from app.numbers import numbers
from app.page_tables import note_table
from app.tables.clusters import cluster_units_table, cluster_words_table, clusters_table, links_table
from app.tables.responses import unit_table, word_table
from app.wording import counted


def show_details(
    picked: tuple[str, int] | None, response: ExpectedResponse, clusters: Coclusters, names: list[str], noun: str
) -> None:
    """picked: ("word", "unit" or "cluster", index), all counted from 0. names: of the W words. noun: what they are."""
    match picked:
        case None:
            label = f"All {noun}s and their clusters"
            numbers(clusters_table(response, names, clusters), "memory-map-words", label=label)
            numbers(links_table(clusters), "memory-map-links", label="All links, as mean expected responses")
        case "word", row:
            st.markdown(
                f"**{literal(names[row])}** stands {counted(response.counts[row], 'time')} in the recorded text."
            )
            numbers(word_table(response, row, clusters), "memory-map-word", label="Response of every unit")
        case "unit", unit:
            label = f"Response of unit {unit} to every {noun}"
            numbers(unit_table(response, unit, names, clusters), "memory-map-unit", label=label)
        case "cluster", place:
            words, units = (
                cluster_words_table(response, names, clusters, place),
                cluster_units_table(response, clusters, place),
            )
            note_table(words, f"Cluster {place + 1}: {noun}s")
            note_table(units, f"Cluster {place + 1}: units")
            left, right = st.columns(2)
            left.markdown(f"**Cluster {place + 1}: {counted(len(words), noun)}**")
            left.dataframe(words, hide_index=True, key="cluster-words")
            right.markdown(f"**and {counted(len(units), 'unit')}**")
            right.dataframe(units, hide_index=True, key="cluster-units")
