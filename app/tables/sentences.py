"""One text as tables; clusters and tokens are counted from 1, units from 0."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.clusters.coclustering import Coclusters
from analysis.recording.result import ExpectedResponse
from analysis.texts.cluster_flow import ClusterFlow
from analysis.texts.percentiles import percentiles
from analysis.texts.reading import Reading
from analysis.texts.replacing import Downstream, Replacement
from analysis.texts.token_changes import TokenChanges
from data_prep.tokens import display_token
from data_prep.vocabulary import Vocabulary

UNITS = 12  # that a token moved most


def guesses_table(reading: Reading, position: int, vocabulary: Vocabulary) -> pd.DataFrame:
    """What the model expected after a position, likeliest first."""
    guesses = [vocabulary.display(guess) for guess in reading.guess_ids[position]]
    return pd.DataFrame({"expected next": guesses, "probability": reading.guess_probabilities[position]})


def classes_table(reading: Reading, position: int, classes: tuple[str, ...]) -> pd.DataFrame:
    """What a classifier would say if the text ended after a position, likeliest first."""
    table = pd.DataFrame({"class": classes, "probability": reading.class_probabilities[position]})
    return table.sort_values("probability", ascending=False, kind="stable")


def occurrence_table(reading: Reading, position: int, response: ExpectedResponse, clusters: Coclusters) -> pd.DataFrame:
    """What one token did to every unit beside what its word usually does, strongest first.

    percentile: within the outermost recorded fractions; empty where the word's distribution was not recorded.
    """
    own = reading.responses(response.state)[position, response.layer]
    compared = percentiles(reading, response, [position])
    columns = {"unit": np.arange(len(own)), "cluster": clusters.unit_labels + 1, "response": own}
    rows = np.flatnonzero(response.token_ids == reading.ids[position])
    columns["expected response"] = response.mean[rows[0]] if len(rows) else np.full(len(own), np.nan)
    columns["percentile"] = (100 * compared.fractions[0]).round(1)
    return pd.DataFrame(columns).sort_values("response", key=np.abs, ascending=False)


def strongest_units_table(
    reading: Reading, position: int, state: str, layer: int, clusters: Coclusters
) -> pd.DataFrame:
    """The `UNITS` units of a layer that one token moved most, strongest first."""
    before = reading.states[state][position - 1, layer] if position else 0
    after = reading.states[state][position, layer]
    table = pd.DataFrame(
        {"unit": np.arange(len(after)), "cluster": clusters.unit_labels + 1, "change": after - before, "state": after}
    )
    return table.sort_values("change", key=np.abs, ascending=False).head(UNITS)


def changes_table(
    readings: Sequence[Reading], changes: Sequence[TokenChanges], positions: Sequence[int], vocabulary: Vocabulary
) -> pd.DataFrame:
    """One row per text: what the token at its position did to the state, and how that ranks and compares."""
    rows = [
        {
            "text": number,
            "token": display_token(reading.tokens[position], vocabulary.tokenisation),
            "position": position + 1,
            "change": found.change[position],
            "rank": f"{found.rank[position]} of {len(reading.tokens)}",
            "raised": found.raised[position],
            "lowered": found.lowered[position],
            "kept": found.kept_rate[position],
            "of its usual size": found.usual[position],
        }
        for number, (reading, found, position) in enumerate(zip(readings, changes, positions, strict=True), 1)
    ]
    return pd.DataFrame(rows)


def downstream_table(
    replacement: Replacement, found: Downstream, vocabulary: Vocabulary, classes: tuple[str, ...]
) -> pd.DataFrame:
    """One row per token of the original from the replaced one on."""
    start, places = replacement.position, replacement.places
    tokens = replacement.changed.tokens
    columns: dict[str, Any] = {
        "position": np.arange(start + 1, len(places) + 1),
        "token": [display_token(token, vocabulary.tokenisation) for token in replacement.original.tokens[start:]],
        "in the changed text": [
            display_token(tokens[place], vocabulary.tokenisation) if place >= 0 else "" for place in places[start:]
        ],
        "relative difference": found.relative[start:],
        "difference": found.difference[start:],
    }
    if not classes:
        columns["surprise, nats more"] = found.surprise[start:]
    for place, name in enumerate(classes):
        columns[f"probability of {name}, more"] = found.classes[start:, place]
    for cluster in range(found.clusters.shape[1]):
        columns[f"cluster {cluster + 1}"] = found.clusters[start:, cluster]
    return pd.DataFrame(columns)


def unit_values_table(values: np.ndarray, start: int, tokens: Sequence[str], unit_labels: np.ndarray) -> pd.DataFrame:
    """One row per unit, one column per token; values: (T, H) of tokens from position `start` on."""
    columns = {"unit": np.arange(values.shape[1]), "cluster": unit_labels + 1}
    named = {f"{start + place + 1} {token}": values[place] for place, token in enumerate(tokens)}
    return pd.DataFrame(columns | named)


def step_table(flow: ClusterFlow, position: int, labels: list[str]) -> pd.DataFrame:
    """What one token did to every cluster, in sums over its units."""
    gained, lost = _changes(flow)
    return pd.DataFrame(
        {
            "cluster": range(1, len(labels) + 1),
            "words": labels,
            "gained": gained[position],
            "lost": lost[position],
            "kept": flow.kept_rate[position],
        }
    )


def steps_table(
    reading: Reading, flow: ClusterFlow | None, vocabulary: Vocabulary, classes: tuple[str, ...]
) -> pd.DataFrame:
    """One row per token: surprise and guesses, or the classes, and what it did to every cluster, if there are any."""
    shown = [display_token(token, vocabulary.tokenisation) for token in reading.tokens]
    columns: dict[str, Any] = {"token": shown, "known": reading.known}
    if not classes:
        columns["surprise (nats)"] = reading.surprise_nats
    for place, name in enumerate(classes):
        columns[f"probability of {name}"] = reading.class_probabilities[:, place]
    for rank in range(reading.guess_ids.shape[1]):
        columns[f"guess {rank + 1}"] = [vocabulary.display(guess) for guess in reading.guess_ids[:, rank]]
        columns[f"probability {rank + 1}"] = reading.guess_probabilities[:, rank]
    gained, lost = _changes(flow) if flow else (None, None)
    for cluster in range(len(flow.sizes) if flow else 0):
        columns[f"gained {cluster + 1}"] = gained[:, cluster]
        columns[f"lost {cluster + 1}"] = lost[:, cluster]
        columns[f"kept {cluster + 1}"] = flow.kept_rate[:, cluster]
    return pd.DataFrame(columns)


def _changes(flow: ClusterFlow) -> tuple[np.ndarray, np.ndarray]:
    return flow.gained_positive + flow.gained_negative, flow.lost_positive + flow.lost_negative
