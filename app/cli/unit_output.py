"""What a recording tells of one unit, as plain values: its strongest words and contexts, its gates."""

from typing import Any

import numpy as np

from analysis.similarity import strongest_words
from app.cli.derived_output import FEWEST_OCCURRENCES, STRONGEST, Asked
from data_prep.errors import UserError

WORDS_AROUND, SYMBOLS_AROUND = (8, 3), (24, 8)  # tokens before and after a context that are shown


def recorded_ids(asked: Asked, ids: np.ndarray | None) -> np.ndarray | None:
    """The text that was recorded, where it is at hand; `ids` of a text that was just given."""
    if ids is not None or asked.recording.split is None:
        return ids
    try:
        corpus = asked.run.open_corpus()
    except UserError:
        return None
    same = corpus.digest == asked.run.corpus["digest"]
    return corpus.splits[asked.recording.split] if same else None


def unit_summary(asked: Asked, unit: int, ids: np.ndarray | None) -> dict[str, Any]:
    """ids: the recorded text, from which the words around the strongest contexts come; None leaves them out."""
    response, recording = asked.every_word, asked.recording
    response = response.most_frequent(max(1, int(np.count_nonzero(response.counts >= FEWEST_OCCURRENCES))))
    strongest = strongest_words(response, unit, STRONGEST)
    vocabulary, layer = asked.run.vocabulary, response.layer
    before, after = WORDS_AROUND if vocabulary.tokenisation.unit == "words" else SYMBOLS_AROUND

    def words(rows: np.ndarray, responses: np.ndarray) -> list[list[Any]]:
        names = [vocabulary.tokens[token_id] for token_id in response.token_ids[rows]]
        return [[name, round(float(value), 5)] for name, value in zip(names, responses, strict=True)]

    def written(first: int, last: int) -> list[str]:
        return [vocabulary.display(int(token_id)) for token_id in ids[max(0, first) : last]]

    def contexts(side: int) -> list[dict[str, Any]]:
        found = recording.contexts[asked.state]
        listed = []
        for at, value in zip(found.positions[layer, unit, side], found.values[layer, unit, side], strict=True):
            if at < 0:
                break
            place: dict[str, Any] = {"position": int(at), "value": round(float(value), 5)}
            if ids is not None:
                place |= {"before": written(at - before, at), "token": written(at, at + 1)[0]}
                place["after"] = written(at + 1, at + 1 + after)
            listed.append(place)
        return listed

    known = asked.state in recording.contexts
    return {
        "state": asked.state,
        "layer": layer + 1,
        "unit": unit,
        "raised_by": words(strongest.raised, strongest.raised_by),
        "lowered_by": words(strongest.lowered, strongest.lowered_by),
        "left_saturated": _fractions(recording.left_saturated, layer, unit, recording.tokens),
        "right_saturated": _fractions(recording.right_saturated, layer, unit, recording.tokens),
        "highest": contexts(0) if known else [],
        "lowest": contexts(1) if known else [],
    }


def unit_rows(found: dict[str, Any]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """(headings, rows) of the strongest contexts of `unit_summary`."""
    rows = []
    for place in found["highest"] + found["lowest"]:
        text = f"{' '.join(place['before'])} [{place['token']}] {' '.join(place['after'])}" if "token" in place else "–"
        rows.append((f"{place['value']:+.2f}", f"{place['position']:,}", text))
    return ("state", "position", "text"), rows


def _fractions(counts: dict[str, np.ndarray], layer: int, unit: int, tokens: int) -> dict[str, float]:
    return {gate: round(float(count[layer, unit]) / tokens, 5) for gate, count in counts.items()}
