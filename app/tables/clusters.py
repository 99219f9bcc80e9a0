"""Co-clusters as tables; clusters are counted from 1, units from 0."""

import numpy as np
import pandas as pd

from analysis.clusters.coclustering import Coclusters, own_response
from analysis.clusters.quality import QualityProfile
from analysis.recording.result import ExpectedResponse
from app.tables.responses import words_table


def clusters_table(response: ExpectedResponse, names: list[str], clusters: Coclusters) -> pd.DataFrame:
    """One row per clustered word."""
    table = words_table(response, names)
    table.insert(1, "cluster", clusters.word_labels + 1)
    return table


def cluster_words_table(
    response: ExpectedResponse, names: list[str], clusters: Coclusters, cluster: int
) -> pd.DataFrame:
    """One row per word of a cluster (0-based), by how much it moves the cluster's own units."""
    rows = np.flatnonzero(clusters.word_labels == cluster)
    own = own_response(clusters, response.mean)
    table = pd.DataFrame(
        {
            "word": [names[row] for row in rows],
            "occurrences": response.counts[rows],
            "response of its own units": own[rows],
        }
    )
    return table.sort_values("response of its own units", key=np.abs, ascending=False)


def cluster_units_table(response: ExpectedResponse, clusters: Coclusters, cluster: int) -> pd.DataFrame:
    """One row per unit of a cluster (0-based), by how much the cluster's own words move it."""
    units, words = clusters.unit_labels == cluster, clusters.word_labels == cluster
    own = response.mean[np.ix_(words, units)]
    means = own.mean(0) if len(own) else np.zeros(units.sum())
    table = pd.DataFrame({"unit": np.flatnonzero(units), "response to its own words": means})
    table["mean |response|"] = np.abs(response.mean[:, units]).mean(0)
    return table.sort_values("response to its own words", key=np.abs, ascending=False)


def links_table(clusters: Coclusters) -> pd.DataFrame:
    """Mean expected response of every word cluster (rows) and unit cluster (columns)."""
    numbered = range(1, clusters.k + 1)
    table = pd.DataFrame(clusters.strength, columns=[f"units {number}" for number in numbered])
    table.insert(0, "word cluster", numbered)
    return table


def quality_table(profile: QualityProfile) -> pd.DataFrame:
    """One row per number of clusters."""
    return pd.DataFrame(
        {
            "clusters": profile.ks,
            "verdict": profile.verdicts,
            "normalised cut": profile.normalised_cut,
            "other seeds, words": profile.seed_agreement,
            "other seeds, units": profile.seed_agreement_units,
            "halves of the text": profile.text_half_agreement,
            "halves of the units": profile.unit_half_agreement,
            "parts of speech (NMI)": profile.tag_agreement,
            "shuffled": profile.shuffled_agreement,
            "purity": profile.tag_purity,
            "shuffled purity": profile.shuffled_purity,
        }
    ).dropna(axis=1, how="all")
