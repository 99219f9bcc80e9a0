"""Errors as tables."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.errors.breakdown import ErrorBreakdown, NgramShares
from analysis.errors.by_distance import ByDistance
from analysis.errors.context_lengths import ContextCurve
from analysis.errors.error_sets import ErrorSets
from analysis.errors.examples import ErrorExample
from analysis.errors.ranked_tokens import RankedTokens


def breakdown_table(breakdowns: Mapping[str, ErrorBreakdown]) -> pd.DataFrame:
    """One row per kind, the figures of each model beside each other."""
    first = next(iter(breakdowns.values()))
    columns: dict[str, object] = {
        "kind": [kind.group for kind in first.kinds],
        "removed by": [kind.label for kind in first.kinds],
        "share if errors fell anywhere": first.by_chance,
    }
    for name, found in breakdowns.items():
        of = "" if len(breakdowns) == 1 else f", {name}"
        columns |= {
            f"errors{of}": found.counts,
            f"share of errors{of}": found.shares,
            f"loss (nats){of}": found.nats,
            f"share of all loss{of}": found.loss_shares,
        }
    return pd.DataFrame(columns)


def crossing_groups(table: np.ndarray, found: ErrorBreakdown) -> tuple[np.ndarray, list[str]]:
    """((G, 3), groups): the errors of each group of kinds that only the first model makes, both, only the second.

    What an oracle knows is about the text, so that an error of both is of one group. Groups without errors are left
    out.
    """
    every = list(found.groups())
    of = np.array([every.index(kind.group) for kind in found.kinds])
    alone, both, new = table[:-1, -1], table[:-1, :-1].sum(1), table[-1, :-1]
    parts = np.stack([np.bincount(of, part, len(every)) for part in (alone, both, new)], axis=1).astype(int)
    kept = parts.sum(1) > 0
    return parts[kept], [group for group, keep in zip(every, kept, strict=True) if keep]


def crossing_table(table: np.ndarray, first: ErrorBreakdown) -> pd.DataFrame:
    """Kinds of the first model's errors in rows, of the second's in columns."""
    names = [f"{kind.group}, {kind.label}" for kind in first.kinds] + ["no error"]
    return pd.DataFrame({"error of the first": names} | {name: table[:, place] for place, name in enumerate(names)})


def examples_table(examples: Sequence[ErrorExample], models: Sequence[str], *, spaced: bool) -> pd.DataFrame:
    """One row per example: the token in its text, and what each model said of it. spaced: tokens are words."""
    glue = " " if spaced else ""
    columns: dict[str, object] = {
        "token of the test part": [one.position for one in examples],
        "before": [glue.join(one.before) for one in examples],
        "token": [one.token for one in examples],
        "after": [glue.join(one.after) for one in examples],
    }
    for place, name in enumerate(models):
        columns |= {
            f"probability, {name}": [one.probabilities[place] for one in examples],
            f"likeliest, {name}": [one.guesses[place] for one in examples],
            f"probability of that, {name}": [one.guess_probabilities[place] for one in examples],
        }
    return pd.DataFrame(columns)


def ngram_table(found: NgramShares) -> pd.DataFrame:
    """How many of the errors the n-gram model of each context length gets right."""
    return pd.DataFrame(
        {"tokens of context": found.contexts, "share of the errors": found.each, "share of all tokens": found.guessed}
    )


def error_sets_table(found: ErrorSets) -> pd.DataFrame:
    """One row per set of models."""
    regions = range(len(found.counts))
    table = {
        "err": [" and ".join(found.members(region)) or "none" for region in regions],
        "tokens": found.counts,
        "if they erred independently": found.by_chance,
    }
    return pd.DataFrame(table | {f"loss of {name} (nats)": found.nats[:, m] for m, name in enumerate(found.names)})


def ranked_table(found: RankedTokens, names: Sequence[str], sides: tuple[str, str]) -> pd.DataFrame:
    """Every token with enough occurrences, surest differences first."""
    return pd.DataFrame(
        {
            "token": list(names),
            "occurrences": found.counts,
            sides[0]: found.first,
            sides[1]: found.second,
            "difference": found.difference,
            "standard error": found.standard_error,
            "sure": found.sure,
        }
    )


def distance_table(found: ByDistance) -> pd.DataFrame:
    """One row per bin of distances."""
    columns: dict[str, object] = {
        "from": found.means.edges[:-1],
        "to": found.means.edges[1:] - 1,
        "places": found.means.counts,
    }
    for row, name in enumerate(found.names):
        columns |= {name: found.means.means[row]}
        columns |= {f"{name}, low": found.means.low[row], f"{name}, high": found.means.high[row]}
    return pd.DataFrame(columns)


def context_table(curves: Mapping[str, ContextCurve]) -> pd.DataFrame:
    """One row per model and length of context."""
    rows = [
        (name, *values)
        for name, curve in curves.items()
        for values in zip(
            curve.lengths, curve.nats, curve.low, curve.high, curve.excess, curve.excess_low, curve.excess_high,
            strict=True,
        )
    ]  # fmt: skip
    columns = ["model", "context", "nats", "low", "high", "excess", "excess, low", "excess, high"]
    return pd.DataFrame(rows, columns=columns)
