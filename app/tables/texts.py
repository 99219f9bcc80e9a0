"""Many texts as a table."""

from typing import Any

import numpy as np
import pandas as pd

from analysis.texts.many_texts import TextSummaries
from data_prep.text_list import TextList
from data_prep.tokens import display_token
from models.run import Run

SHOWN_CHARACTERS = 200  # of each of many texts


def texts_table(run: Run, listed: TextList, found: TextSummaries) -> pd.DataFrame:
    """One row per text, in the order of the file; positions are counted from 1."""
    columns: dict[str, Any] = {
        "row": np.arange(1, len(listed.texts) + 1),
        "text": [" ".join(text[:SHOWN_CHARACTERS].split()) for text in listed.texts],
    }
    if run.classes:
        read = found.predicted >= 0
        names = np.array([*run.classes, ""])
        columns["class"] = names[found.predicted]
        columns["probability"] = np.where(read, found.class_probabilities.max(1), np.nan)
        if listed.labels is not None:
            columns["true class"] = names[found.labels]
            columns["its probability"] = found.label_probability
        columns["settled at"] = np.where(read, found.settled + 1, np.nan)
        shown = (display_token(token, run.vocabulary.tokenisation) for token in found.settled_tokens)
        columns["settled by"] = list(shown)
    else:
        columns["surprise (nats)"] = found.nats
        if run.vocabulary.tokenisation.unit == "words":
            columns["perplexity"] = np.exp(np.minimum(found.nats, 700))
        else:
            columns["bits per character"] = found.nats / np.log(2)
    columns |= {"tokens": found.tokens, "unknown": found.unknown, "change": found.change, "kept": found.kept_rate}
    columns |= {"left out": found.left_out, "note": found.faults}
    return pd.DataFrame(columns)
