"""Summaries of many texts as plain values, sorted, for `--json` and for tables in the terminal."""

import math
from typing import Any

import numpy as np

from analysis.texts.many_texts import TextSummaries
from app.cli.console import printable
from app.cli.texts_sorts import SORTS
from data_prep.errors import UserError
from data_prep.text_list import TextList
from data_prep.tokens import display_token
from models.run import Run

SHOWN_ROWS, SHOWN_CHARACTERS = 20, 60
NOTHING = "–"


def texts_summary(run: Run, listed: TextList, found: TextSummaries, sort: str | None) -> dict[str, Any]:
    """The `sentence --texts --json` object; its rows are sorted."""
    rows = [_row(run, found, place) for place in range(len(listed.texts))]
    result: dict[str, Any] = {
        "run": run.id,
        "state": found.state,
        "layer": found.layer + 1,
        "left_out": listed.left_out,
        "not_read": sum(map(bool, found.faults)),
    }
    if run.classes:
        result["classes"] = list(run.classes)
        if (judged := (found.labels >= 0) & (found.predicted >= 0)).any():
            result["accuracy"] = float((found.labels == found.predicted)[judged].mean())
    return result | {"texts": _sorted(rows, sort or _usual_sort(run, found))}


def texts_rows(run: Run, listed: TextList, summary: dict[str, Any]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """(headings, rows) of the first texts of `texts_summary`; a column with nothing in it is left out."""
    cells = [_cells(run, listed.texts[row["row"] - 1], row) for row in summary["texts"][:SHOWN_ROWS]]
    headings = tuple(name for name in cells[0] if any(row[name] != NOTHING for row in cells))
    return headings, [tuple(row[name] for name in headings) for row in cells]


def _row(run: Run, found: TextSummaries, place: int) -> dict[str, Any]:
    row: dict[str, Any] = {
        "row": place + 1,
        "fault": found.faults[place] or None,
        "tokens": int(found.tokens[place]),
        "unknown": _number(found.unknown[place]),
        "left_out": int(found.left_out[place]),
        "change": _number(found.change[place]),
        "kept_rate": _number(found.kept_rate[place]),
    }
    if not run.classes:
        nats = _number(found.nats[place])
        row["surprise_nats"] = nats
        if run.vocabulary.tokenisation.unit == "words":
            return row | {"perplexity": None if nats is None else math.exp(min(nats, 700.0))}
        return row | {"bits_per_character": None if nats is None else nats / math.log(2)}
    label, predicted = int(found.labels[place]), int(found.predicted[place])
    row["label"] = run.classes[label] if label >= 0 else None
    row["label_probability"] = _number(found.label_probability[place])
    row["class"] = run.classes[predicted] if predicted >= 0 else None
    row["class_probabilities"] = [_number(p) for p in found.class_probabilities[place]]
    settled = int(found.settled[place])
    row["settled"] = {"position": settled + 1, "token": found.settled_tokens[place]} if settled >= 0 else None
    return row


def _sorted(rows: list[dict[str, Any]], sort: str) -> list[dict[str, Any]]:
    if sort not in SORTS:
        raise UserError(f"--sort cannot be {sort!r}.", f"Choose one of: {', '.join(SORTS)}.")
    keys = {row["row"]: _key(row, sort) for row in rows}
    if all(key is None for key in keys.values()) and sort in ("surprise", "probability", "label", "settled"):
        raise UserError(
            f"These texts have no {sort} to sort by.",
            "A language model has surprise; a classifier probability and settled, and label with --label-column.",
        )
    sign = -1 if SORTS[sort] else 1
    return sorted(rows, key=lambda row: (keys[row["row"]] is None, sign * (keys[row["row"]] or 0)))


def _key(row: dict[str, Any], sort: str) -> float | None:
    if sort == "probability":
        return max((p for p in row.get("class_probabilities", ()) if p is not None), default=None)
    if sort == "settled":
        return row["settled"] and row["settled"]["position"] if "settled" in row else None
    return row.get({"surprise": "surprise_nats", "label": "label_probability", "kept": "kept_rate"}.get(sort, sort))


def _usual_sort(run: Run, found: TextSummaries) -> str:
    if not run.classes:
        return "surprise" if np.isfinite(found.nats).any() else "row"
    return "label" if np.isfinite(found.label_probability).any() else "probability"


def _cells(run: Run, text: str, row: dict[str, Any]) -> dict[str, str]:
    """Heading → cell of one line of the table, the text itself last."""
    beginning = " ".join(text[: 2 * SHOWN_CHARACTERS].split())
    shown = printable(beginning[:SHOWN_CHARACTERS]) + "…" * (len(beginning) > SHOWN_CHARACTERS)
    cells = {"row": f"{row['row']:,}", "tokens": f"{row['tokens']:,}"}
    if run.classes:
        settled = row["settled"]
        token = settled and display_token(settled["token"], run.vocabulary.tokenisation)
        cells["class"] = f"{row['class']} {_percent(_key(row, 'probability'))}" if row["class"] else NOTHING
        cells["label"] = f"{row['label']} {_percent(row['label_probability'])}" if row["label"] else NOTHING
        cells["settled at"] = f"{settled['position']} {token}" if settled else NOTHING
    else:
        cells["unknown"] = _percent(row["unknown"])
        cells["surprise (nats)"] = _decimals(row["surprise_nats"])
        cells["change"] = _decimals(row["change"])
        cells["kept"] = _percent(row["kept_rate"])
    return cells | {"text": f"({row['fault']})" if row["fault"] else shown}


def _number(value: Any) -> float | None:
    return round(float(value), 5) if np.isfinite(value) else None


def _percent(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.0%}"


def _decimals(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3f}"
