"""Co-clusters as tables; clusters are counted from 1, units from 0."""

import pandas as pd

from analysis.clusters.coclustering import Coclusters
from analysis.clusters.quality import QualityProfile
from analysis.recording.result import ExpectedResponse
from app.tables.responses import words_table


def clusters_table(response: ExpectedResponse, names: list[str], clusters: Coclusters) -> pd.DataFrame:
    """One row per clustered word."""
    table = words_table(response, names)
    table.insert(1, "cluster", clusters.word_labels + 1)
    return table


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
