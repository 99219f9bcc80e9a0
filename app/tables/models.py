"""Models of one corpus beside each other as a table."""

import math
from collections.abc import Sequence

import pandas as pd

from analysis.model_table import ModelEntry


def models_table(entries: Sequence[ModelEntry], unit: str) -> pd.DataFrame:
    """One row per model, the best first; unit: of the corpus's tokens, as bits are told per character only."""
    rows = [
        {
            "model": entry.name,
            "kind": entry.kind,
            "layers": entry.layers if entry.kind == "recurrent" else None,
            "units": entry.units,
            "context": entry.context,
            "nats per token": entry.nats,
            "± standard error": entry.error,
            **_second(entry.nats, unit),
            "parameters": entry.parameters,
            "megabytes": entry.bytes / 1e6,
            "recalled, unchecked": entry.recalled,
        }
        for entry in sorted(entries, key=lambda entry: entry.nats)
    ]
    return pd.DataFrame(rows).astype({"layers": "Int64", "units": "Int64", "context": "Int64"})


def _second(nats: float, unit: str) -> dict[str, float]:
    if unit == "words":
        return {"perplexity": math.exp(nats) if nats < 700 else math.inf}
    return {"bits per character": nats / math.log(2)}
