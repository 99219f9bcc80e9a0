"""Two sides beside each other as tables; clusters and layers are counted from 1, units from 0."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.clusters.coclustering import Coclusters
from analysis.clusters.partitions import evenness
from analysis.clusters.quality import QualityProfile
from analysis.comparison.cluster_matching import ClusterMatching
from analysis.comparison.layer_figures import LayerFigures
from analysis.recording.result import ExpectedResponse
from app.tables.runs import headline
from models.run import Run

_UNKNOWN = "–"


def fates_table(found: ClusterMatching) -> pd.DataFrame:
    """What becomes of every cluster on the other side."""
    rows = [
        {
            "cluster": f"{side} {place + 1}",
            "words in common": int(size),
            "becomes": fate,
            "on the other side": ", ".join(f"{other} {partner + 1}" for partner in partners),
            "largest overlap": int(shared.max(initial=0)),
        }
        for side, other, table, fates, all_partners in (
            ("A", "B", found.shared, found.fates, found.partners),
            ("B", "A", found.shared.T, found.fates_of_second, found.partners_of_second),
        )
        for place, (size, shared, fate, partners) in enumerate(
            zip(table.sum(1), table, fates, all_partners, strict=True)
        )
    ]
    return pd.DataFrame(rows)


def common_words_table(
    names: Sequence[str], counts: np.ndarray, other_counts: np.ndarray, labels: np.ndarray, other_labels: np.ndarray
) -> pd.DataFrame:
    """One row per word in common: how often it occurs on either side, and its clusters there."""
    return pd.DataFrame(
        {
            "word": names,
            "occurrences A": counts,
            "occurrences B": other_counts,
            "cluster A": labels + 1,
            "cluster B": other_labels + 1,
        }
    )


def compared_responses_table(
    sides: Sequence[tuple[ExpectedResponse, Sequence[int]]], names: Sequence[str]
) -> pd.DataFrame:
    """The curves: of each word and side the responses by rank, with their units."""
    parts = []
    for side, (response, rows) in zip("AB", sides, strict=True):
        for row, name in zip(rows, names, strict=True):
            order = np.argsort(response.mean[row])
            parts.append(
                pd.DataFrame(
                    {
                        "word": name,
                        "side": side,
                        "rank": np.arange(1, len(order) + 1),
                        "unit": order,
                        "expected response": response.mean[row, order],
                    }
                )
            )
    return pd.concat(parts)


def steps_beside_table(
    tokens: Mapping[str, Sequence[str]], rows: Mapping[str, Mapping[str, np.ndarray]]
) -> pd.DataFrame:
    """One row per token and side."""
    parts = [
        pd.DataFrame(
            {"side": side, "position": np.arange(1, len(own) + 1), "token": own}
            | {measure: sides[side] for measure, sides in rows.items() if side in sides}
        )
        for side, own in tokens.items()
    ]
    return pd.concat(parts)


def concentration_table(curves: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Of each side, what share of |response| how many of the most responsive units carry; curves: (H + 1,)."""
    parts = [
        pd.DataFrame({"side": side, "units": np.arange(len(own)), "of all": np.linspace(0, 1, len(own)), "carry": own})
        for side, own in curves.items()
    ]
    return pd.concat(parts)


def values_table(counts: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Of each side, what share of all values of its units falls into which bin over −1 … 1; counts: (H, bins)."""
    parts = []
    for side, own in counts.items():
        edges = np.linspace(-1, 1, own.shape[1] + 1).round(6)
        shares = own.sum(0) / own.sum()
        parts.append(pd.DataFrame({"side": side, "from": edges[:-1], "to": edges[1:], "share of values": shares}))
    return pd.concat(parts)


def gates_table(figures: Mapping[str, LayerFigures]) -> pd.DataFrame:
    """Of every gate of either side how often it is shut and open, on average over the units."""
    rows = [
        {"side": side, "gate": gate.replace("_", " "), "below .1": left, "above .9": right}
        for side, own in figures.items()
        for gate, (left, right) in own.gates.items()
    ]
    return pd.DataFrame(rows, columns=["side", "gate", "below .1", "above .9"])


def layer_rows(figures: LayerFigures) -> dict[str, str]:
    """Figures of a layer, in words and numbers, by what they are."""
    response, values = figures.response, figures.values
    surprise = figures.surprise_nats
    return {
        "mean surprise of the tokens (nats)": _UNKNOWN if surprise is None else f"{surprise:.2f}",
        "half of a response is in": f"{response.carriers:.0%} of the units",
        "sparsity of responses (Hoyer; noise about 0.2)": f"{response.sparsity:.2f}",
        "units moved by a token (> .1 of the reach)": f"{response.moved:.0%}",
        "mean |response| of a unit": f"{response.size:.3f}",
        "change of a unit per token (root mean square)": f"{figures.change:.3f}",
        "mean |value|": _UNKNOWN if values is None else f"{values.size:.3f}",
        "values beyond ±.9": _UNKNOWN if values is None else f"{values.saturated:.1%}",
        "units beyond ±.9 most of the time": _UNKNOWN if values is None else f"{values.stuck:.1%}",
        "variance that the token alone decides": f"{figures.word_share:.0%}",
    }


def run_rows(run: Run, checkpoint: int | None) -> dict[str, str]:
    """What a run is and how good, in words and numbers, by what they are."""
    rows = {
        "run": run.id,
        "corpus": run.corpus["name"] or _UNKNOWN,
        "model": run.model_name,
        "parameters": f"{run.parameters:,}" if run.parameters else _UNKNOWN,
        "vocabulary": f"{len(run.vocabulary):,} {run.vocabulary.tokenisation.unit}",
    }
    if checkpoint is None:
        name, value, _ = headline(run)
        return rows | {"weights": "best", name.lower() if run.test else "test part": value}
    found = next(one for one in run.checkpoints if one["update"] == checkpoint)
    per = "text" if run.classes else run.vocabulary.tokenisation.noun
    return rows | {
        "weights": f"after update {checkpoint:,}, epoch {found['epoch']:.3g}",
        f"validation cross-entropy (nats per {per})": f"{found['valid_nats']:.3f}",
    }


def quality_rows(profile: QualityProfile | None, k: int) -> dict[str, str]:
    """How far k clusters are to be trusted, and what they have to do with parts of speech."""
    if profile is None or not profile.ks[0] <= k <= profile.ks[-1]:
        return {"clusters": f"{k}, trust not known"}
    at = k - int(profile.ks[0])
    rows = {"clusters": f"{k}, {profile.verdicts[at]}"}
    if profile.tagged:
        agreement, shuffled = profile.tag_agreement[at], profile.shuffled_agreement[at]
        rows["agreement with parts of speech (NMI)"] = f"{agreement:.2f}, shuffled {shuffled:.2f}"
    return rows


def cluster_rows(clusters: Coclusters) -> dict[str, str]:
    """How even the clusters are: smallest, largest, and the evenness of all."""
    sizes = {
        "units": np.bincount(clusters.unit_labels[clusters.unit_labels >= 0], minlength=clusters.k),
        "words": np.bincount(clusters.word_labels[clusters.word_labels >= 0], minlength=clusters.k),
    }
    return {
        f"{what} per cluster (evenness, 1 all alike)": f"{own.min()} to {own.max()} ({evenness(own):.2f})"
        for what, own in sizes.items()
    }


def sides_table(first: Mapping[str, Any], second: Mapping[str, Any]) -> pd.DataFrame:
    """One row per figure, A beside B; what only one of them has is a dash on the other."""
    names = list(first)
    for place, name in enumerate(second):
        if name not in first:  # after what stands before it on its own side
            names.insert(names.index(list(second)[place - 1]) + 1 if place else 0, name)
    return pd.DataFrame(
        {
            "figure": names,
            "A": [first.get(name, _UNKNOWN) for name in names],
            "B": [second.get(name, _UNKNOWN) for name in names],
        }
    )
