"""Expected responses as tables; clusters are counted from 1, units from 0."""

from typing import Any

import numpy as np
import pandas as pd

from analysis.clusters.coclustering import Coclusters
from analysis.recording.result import ExpectedResponse, Recording


def words_table(response: ExpectedResponse, names: list[str], recording: Recording | None = None) -> pd.DataFrame:
    """One row per recorded word; with the recording of a language model its mean surprise, and at how many places."""
    strength = np.abs(response.mean).mean(1)
    columns = {"word": names, "occurrences": response.counts, "mean |response|": strength}
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


def expected_response_table(response: ExpectedResponse, rows: list[int], words: list[str]) -> pd.DataFrame:
    """One row per unit; of each word the mean and the bands; sorted by the first word."""
    table = pd.DataFrame({"unit": np.arange(response.mean.shape[1])})
    for word, row in zip(words, rows, strict=True):
        table[word] = response.mean[row]
        for name, values in _quantile_columns(response, row).items():
            table[f"{word} {name}"] = values
    return table.sort_values(words[0], ascending=False)


def _quantile_columns(response: ExpectedResponse, row: int) -> dict[str, np.ndarray]:
    return {f"{fraction:.0%}": response.quantile(fraction)[row] for fraction in response.fractions}


def _strongest_first(columns: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(columns).sort_values("expected response", key=np.abs, ascending=False)
