"""What follows from a recording, as plain values: how far clusters are to be trusted, measures, likeness, places."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from analysis.derived_store import ensure_projection, ensure_quality
from analysis.layer_measures import distribution_measures, response_measures, word_share
from analysis.recording.result import ExpectedResponse, Recording
from analysis.similarity import RARE, Extremes, nearest_words, strongest_units, without_rare
from app.cli.analysis_output import decomposition_of, layer_of, response_of
from data_prep.errors import UserError
from data_prep.tokens import display_token
from data_prep.vocabulary import Vocabulary
from models.run import Run

NEIGHBOURS, STRONGEST = 15, 10
MEASURED_WORDS = 600  # the most frequent: means of rare words are noisy, and look large and dense


@dataclass(frozen=True)
class Asked:
    """What a command is about: the responses of a layer (1-based; None for the highest) as recorded."""

    run: Run
    recording: Recording
    recorded: str
    state: str
    layer: int | None
    words: int
    treatment: str

    @property
    def every_word(self) -> ExpectedResponse:
        """The responses to all words of the recording."""
        return self.recording.response(self.state, layer_of(self.run, self.layer))

    @property
    def response(self) -> ExpectedResponse:
        """The responses to the most frequent words."""
        return response_of(self.recording, self.state, layer_of(self.run, self.layer), self.words)

    @property
    def name(self) -> str:
        """Of the layer and state, as people count."""
        return f"{self.state} state, layer {layer_of(self.run, self.layer) + 1}"


def quality_summary(asked: Asked) -> dict[str, Any]:
    """The quality of the co-clusters for every k; a figure that is not known is None."""
    decomposition = decomposition_of(asked.recording, asked.response, asked.treatment)
    profile = ensure_quality(asked.run, asked.recorded, asked.response, decomposition)
    figures = {name: value for name, value in asdict(profile).items() if isinstance(value, np.ndarray)}
    return {
        "state": asked.state,
        "layer": asked.response.layer + 1,
        "treatment": asked.treatment,
        "suggested_k": profile.suggested_k,
        "tagged": profile.tagged,
        "seed": profile.seed,
        "ks": [
            {"k": int(k), "verdict": verdict}
            | {name: round(float(values[place]), 4) for name, values in figures.items() if name != "ks"}
            for place, (k, verdict) in enumerate(zip(profile.ks, profile.verdicts, strict=True))
        ],
    }


def quality_rows(found: dict[str, Any]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """(headings, rows) of `quality_summary`."""
    shown = {
        "seed_agreement": "other seeds",
        "text_half_agreement": "halves of the text",
        "unit_half_agreement": "halves of the units",
        "tag_agreement": "parts of speech",
        "shuffled_agreement": "shuffled",
    }
    rows = [
        (str(one["k"]), one["verdict"], *("–" if np.isnan(one[key]) else f"{one[key]:.2f}" for key in shown))
        for one in found["ks"]
    ]
    return ("clusters", "verdict", *shown.values()), rows


def projection_summary(asked: Asked, method: str, of: str) -> dict[str, Any]:
    """The points of the words or units in the plane."""
    found = ensure_projection(asked.run, asked.recorded, asked.response, method, of)
    names = (
        [asked.run.vocabulary.tokens[token_id] for token_id in asked.response.token_ids]
        if of == "words"
        else range(len(found.points))
    )
    return {
        "state": asked.state,
        "layer": asked.response.layer + 1,
        "of": of,
        "method": method,
        "seed": found.seed,
        "perplexity": found.perplexity,
        "explained": found.explained,
        "points": [
            [name, round(float(x), 5), round(float(y), 5)] for name, (x, y) in zip(names, found.points, strict=True)
        ],
    }


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
    response = without_rare(response, keep=row + 1)
    nearest = nearest_words(response, row, NEIGHBOURS)
    return {
        "state": response.state,
        "layer": response.layer + 1,
        "word": word,
        "occurrences": int(response.counts[row]),
        "among": len(response.counts),
        "fewest_occurrences": RARE,
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
