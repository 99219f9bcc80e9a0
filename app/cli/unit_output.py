"""What a recording tells of one unit, as plain values: its strongest words and contexts, its gates."""

from typing import Any

import numpy as np

from analysis.similarity import strongest_words, without_rare
from analysis.strongest_contexts import RecordedText, StrongestContext, recorded_text, strongest_contexts
from app.cli.derived_output import STRONGEST, Asked
from data_prep.errors import UserError


def text_of(asked: Asked, ids: np.ndarray | None) -> RecordedText | None:
    """The text that was recorded, where it is at hand; `ids` of a text that was just given."""
    if ids is not None:
        return RecordedText(ids)
    try:
        return recorded_text(asked.run, asked.recording)
    except UserError:
        return None


def unit_summary(asked: Asked, unit: int, text: RecordedText | None) -> dict[str, Any]:
    """text: that was recorded, from which the words around the strongest contexts come; None leaves them out."""
    response, recording = without_rare(asked.every_word), asked.recording
    strongest = strongest_words(response, unit, STRONGEST)
    vocabulary, layer = asked.run.vocabulary, response.layer
    highest, lowest = strongest_contexts(recording, asked.state, layer, unit, vocabulary, text)

    def words(rows: np.ndarray, responses: np.ndarray) -> list[list[Any]]:
        names = [vocabulary.tokens[token_id] for token_id in response.token_ids[rows]]
        return [[name, round(float(value), 5)] for name, value in zip(names, responses, strict=True)]

    return {
        "state": asked.state,
        "layer": layer + 1,
        "unit": unit,
        "raised_by": words(strongest.raised, strongest.raised_by),
        "lowered_by": words(strongest.lowered, strongest.lowered_by),
        "left_saturated": _fractions(recording.left_saturated, layer, unit, recording.tokens),
        "right_saturated": _fractions(recording.right_saturated, layer, unit, recording.tokens),
        "highest": [_place(context) for context in highest],
        "lowest": [_place(context) for context in lowest],
    }


def unit_rows(found: dict[str, Any]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """(headings, rows) of the strongest contexts of `unit_summary`."""
    rows = []
    for place in found["highest"] + found["lowest"]:
        text = f"{' '.join(place['before'])} [{place['token']}] {' '.join(place['after'])}" if "token" in place else "–"
        rows.append((f"{place['value']:+.2f}", f"{place['position']:,}", text))
    return ("state", "position", "text"), rows


def _place(context: StrongestContext) -> dict[str, Any]:
    place: dict[str, Any] = {"position": context.position, "value": round(context.value, 5)}
    if context.token is not None:
        place |= {"before": list(context.before), "token": context.token, "after": list(context.after)}
    return place


def _fractions(counts: dict[str, np.ndarray], layer: int, unit: int, tokens: int) -> dict[str, float]:
    return {gate: round(float(count[layer, unit]) / tokens, 5) for gate, count in counts.items()}
