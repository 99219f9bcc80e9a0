"""What follows from a recording, as plain values: measures of the layers, and words that are alike."""

from dataclasses import asdict
from typing import Any

import numpy as np

from analysis.layer_measures import distribution_measures, response_measures, word_share
from analysis.recording.result import ExpectedResponse, Recording
from analysis.similarity import Extremes, nearest_words, strongest_units
from data_prep.errors import UserError
from data_prep.tokens import display_token
from data_prep.vocabulary import Vocabulary

NEIGHBOURS, STRONGEST = 15, 10
MEASURED_WORDS = 600  # the most frequent: means of rare words are noisy, and look large and dense
FEWEST_OCCURRENCES = 20  # of a neighbour, for the same reason


def layers_summary(recording: Recording) -> list[dict[str, Any]]:
    """Of every state and layer: size, sparsity and density of the expected responses to frequent words, the share of
    the responses' variance that the word alone decides, and the size and saturation of the states.
    """
    layers = []
    for state in recording.states:
        for layer in range(recording.layers):
            response = recording.response(state, layer).most_frequent(MEASURED_WORDS)
            found: dict[str, Any] = {"state": state, "layer": layer + 1, **asdict(response_measures(response))}
            found["word_share"] = word_share(response.mean, response.deviation, response.counts)
            if state in recording.distributions:
                values = distribution_measures(recording.distributions[state][layer])
                found |= {"state_size": values.size, "saturated": values.saturated, "stuck_units": values.stuck}
            layers.append(found)
    return layers


def neighbours_summary(response: ExpectedResponse, vocabulary: Vocabulary, word: str) -> dict[str, Any]:
    """The words that move a layer most like `word` does, and the units that it moves most."""
    token_id = vocabulary.ids.get(word)
    rows = np.flatnonzero(response.token_ids == token_id) if token_id is not None else []
    if len(rows) == 0:
        raise UserError(
            f"The recording has no {vocabulary.tokenisation.noun} {word!r}.",
            f"It has the {len(response.token_ids):,} most frequent, as the vocabulary writes them.",
        )
    row = int(rows[0])
    among = max(row + 1, int(np.count_nonzero(response.counts >= FEWEST_OCCURRENCES)))
    response = response.most_frequent(among)
    nearest = nearest_words(response, row, NEIGHBOURS)
    return {
        "state": response.state,
        "layer": response.layer + 1,
        "word": word,
        "occurrences": int(response.counts[row]),
        "among": among,
        "fewest_occurrences": FEWEST_OCCURRENCES,
        "nearest": [
            {
                "word": vocabulary.tokens[response.token_ids[near]],
                "cosine": round(float(cosine), 4),
                "occurrences": int(response.counts[near]),
            }
            for near, cosine in zip(nearest.rows.tolist(), nearest.cosines, strict=True)
        ],
        "units": _units(strongest_units(response, row, STRONGEST)),
    }


def layer_rows(layers: list[dict[str, Any]]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """(headings, rows) of `layers_summary`."""
    headings = ("state", "layer", "size", "sparsity", "units moved", "saturated", "word alone")
    return headings, [
        (
            one["state"],
            str(one["layer"]),
            f"{one['size']:.3f}",
            f"{one['sparsity']:.2f}",
            f"{one['moved']:.0%}",
            f"{one['saturated']:.1%}" if "saturated" in one else "–",
            f"{one['word_share']:.0%}",
        )
        for one in layers
    ]


def neighbour_rows(found: dict[str, Any], vocabulary: Vocabulary) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """(headings, rows) of the nearest words of `neighbours_summary`."""
    return ("rank", "word", "cosine", "occurrences"), [
        (
            str(place + 1),
            display_token(near["word"], vocabulary.tokenisation),
            f"{near['cosine']:.2f}",
            f"{near['occurrences']:,}",
        )
        for place, near in enumerate(found["nearest"])
    ]


def _units(strongest: Extremes) -> dict[str, list[list[float]]]:
    def pairs(units: np.ndarray, responses: np.ndarray) -> list[list[float]]:
        return [[int(unit), round(float(response), 5)] for unit, response in zip(units, responses, strict=True)]

    return {
        "raised": pairs(strongest.raised, strongest.raised_by),
        "lowered": pairs(strongest.lowered, strongest.lowered_by),
    }
