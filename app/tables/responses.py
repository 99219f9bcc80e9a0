"""Expected responses as tables; clusters are counted from 1, units from 0."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.clusters.coclustering import Coclusters
from analysis.recording.result import ExpectedResponse, Recording
from analysis.similarity import RARE, Nearest


def words_table(response: ExpectedResponse, names: list[str], recording: Recording | None = None) -> pd.DataFrame:
    """One row per recorded word; with the recording of a language model its mean surprise, and at how many places.

    rare: too few occurrences for a mean.
    """
    strength = np.abs(response.mean).mean(1)
    columns = {"word": names, "occurrences": response.counts, "rare": response.counts < RARE}
    columns["mean |response|"] = strength
    if recording is not None and recording.surprise_nats is not None:
        columns["mean surprise (nats)"] = recording.surprise_nats[: len(names)]
        columns["measured at"] = recording.surprise_counts[: len(names)]
    return pd.DataFrame(columns)


def word_table(response: ExpectedResponse, row: int, clusters: Coclusters) -> pd.DataFrame:
    """Response of every unit to one word, strongest first."""
    units = {"unit": np.arange(response.mean.shape[1]), "cluster": clusters.unit_labels + 1}
    spread = {"expected response": response.mean[row], "standard deviation": response.deviation[row]}
    return _strongest_first(units | spread | _quantile_columns(response, row))


def unit_table(response: ExpectedResponse, unit: int, names: list[str], clusters: Coclusters) -> pd.DataFrame:
    """Response of one unit to every word, strongest first."""
    words = {"word": names, "cluster": clusters.word_labels + 1, "occurrences": response.counts}
    spread = {"expected response": response.mean[:, unit], "standard deviation": response.deviation[:, unit]}
    return _strongest_first(words | spread)


def expected_response_table(response: ExpectedResponse, rows: Sequence[int], words: Sequence[str]) -> pd.DataFrame:
    """One row per unit; of each word the mean and the bands; sorted by the first word."""
    columns = {"unit": np.arange(response.mean.shape[1])}
    for word, row in zip(words, rows, strict=True):
        columns[f"{word} mean"] = response.mean[row]
        for name, values in _quantile_columns(response, row).items():
            columns[f"{word} {name}"] = values
    return pd.DataFrame(columns).sort_values(f"{words[0]} mean", ascending=False)


def nearest_table(response: ExpectedResponse, names: Sequence[str], found: Nearest) -> pd.DataFrame:
    """One row per word, the most similar first."""
    return pd.DataFrame(
        {
            "word": [names[row] for row in found.rows],
            "similarity": found.cosines,
            "occurrences": response.counts[found.rows],
            "rare": response.counts[found.rows] < RARE,
        }
    )


def distributions_table(
    response: ExpectedResponse, sampled: np.ndarray, rows: Sequence[int], words: Sequence[str], unit: int
) -> pd.DataFrame:
    """The responses of one unit to some words: one row per word; sampled: how many the quantiles are from."""
    rows = list(rows)
    columns = {"unit": unit, "word": words, "occurrences": response.counts[rows], "sampled": sampled[rows]}
    columns |= {"mean": response.mean[rows, unit], "standard deviation": response.deviation[rows, unit]}
    columns |= {f"{q:.0%}": response.quantile(q)[rows, unit] for q in response.fractions}
    return pd.DataFrame(columns)


def _quantile_columns(response: ExpectedResponse, row: int) -> dict[str, np.ndarray]:
    return {f"{fraction:.0%}": response.quantile(fraction)[row] for fraction in response.fractions}


def _strongest_first(columns: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(columns).sort_values("expected response", key=np.abs, ascending=False)
