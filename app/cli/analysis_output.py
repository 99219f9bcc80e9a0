"""Results of the analyses as plain values, for `--json` and for tables in the terminal."""

from typing import Any

import numpy as np

from analysis.clusters.coclustering import Coclusters, cocluster, largest_k, telling_words
from analysis.clusters.decomposition import Decomposition, decompose
from analysis.recording.result import ExpectedResponse, Recording
from analysis.recording.store import RecordingOptions
from analysis.texts.cluster_flow import ClusterFlow
from analysis.texts.percentiles import percentiles
from analysis.texts.reading import Reading
from app.defaults import CLUSTERS
from data_prep.errors import UserError
from data_prep.tokens import display_token
from data_prep.vocabulary import Vocabulary
from models.run import Run

STRONGEST = 14  # words that a row of the table names


def layer_of(run: Run, layer: int | None) -> int:
    """The 0-based layer that a 1-based number means; the highest for None."""
    layers = run.recipe.model.layers
    if layer is not None and not 1 <= layer <= layers:
        raise UserError(f"The run {run.id} has no layer {layer}.", f"Choose 1 to {layers}.")
    return (layer or layers) - 1


def response_of(recording: Recording, state: str, layer: int, words: int) -> ExpectedResponse:
    """The expected responses of one layer to the `words` most frequent words."""
    if words < 2:
        raise UserError(f"{words} words cannot be clustered.", "Take at least --words 2.")
    return recording.response(state, layer).most_frequent(words)


def clusters_of(recording: Recording, response: ExpectedResponse, treatment: str, k: int | None) -> Coclusters:
    """Co-clusters of the responses, as the dashboard has them; for None, k is the default, or less for few words."""
    decomposition = decomposition_of(recording, response, treatment)
    # Only the default gives way to a text of few words; a number that was asked for is refused.
    return cocluster(decomposition, min(CLUSTERS, largest_k(decomposition)) if k is None else k)


def decomposition_of(recording: Recording, response: ExpectedResponse, treatment: str) -> Decomposition:
    """The decomposition of the words of a response: part of that of all words that are frequent enough."""
    decomposed = recording.response(response.state, response.layer).most_frequent(
        max(len(response.mean), recording.banded)
    )
    return decompose(decomposed.mean, treatment).first_words(len(response.mean))


def recording_summary(recording: Recording, options: RecordingOptions) -> dict[str, Any]:
    """What was recorded."""
    return {
        "split": options.split,
        "tokens": recording.tokens,
        "text": options.text,
        "checkpoint": options.checkpoint,
        "words": len(recording.token_ids),
        "words_with_bands": recording.banded,
        "tokens_of_other_words": recording.other_tokens,
        "states": list(recording.states),
        "layers": recording.layers,
        "streams": recording.streams,
    }


def clusters_summary(response: ExpectedResponse, clusters: Coclusters, vocabulary: Vocabulary) -> dict[str, Any]:
    """Words and units of every cluster, strongest words first, and the strength of the links."""
    words = telling_words(clusters, response.mean, len(response.mean))
    return {
        "state": response.state,
        "layer": response.layer + 1,
        "k": clusters.k,
        "treatment": clusters.treatment,
        "seed": clusters.seed,
        "dropped_words": clusters.dropped_words,
        "dropped_units": clusters.dropped_units,
        "strength": clusters.strength.round(5).tolist(),
        "positive_part": clusters.positive_part.round(5).tolist(),
        "negative_part": clusters.negative_part.round(5).tolist(),
        "pairs": [
            {
                "words": [vocabulary.tokens[response.token_ids[word]] for word in words[cluster]],
                "units": np.flatnonzero(clusters.unit_labels == cluster).tolist(),
            }
            for cluster in range(clusters.k)
        ],
    }


def cluster_rows(summary: dict[str, Any], vocabulary: Vocabulary) -> list[tuple[str, ...]]:
    """Number, units, words and the strongest words of every cluster, from `clusters_summary`."""
    return [
        (
            str(place + 1),
            str(len(pair["units"])),
            str(len(pair["words"])),
            " ".join(display_token(word, vocabulary.tokenisation) for word in pair["words"][:STRONGEST]),
        )
        for place, pair in enumerate(summary["pairs"])
    ]


def sentence_summary(
    run: Run, reading: Reading, flow: ClusterFlow, state: str, layer: int, *, recorded: ExpectedResponse | None = None
) -> dict[str, Any]:
    """The `sentence --json` object; recorded: with the response of every unit to every token, compared with these."""
    gained = flow.gained_positive + flow.gained_negative
    lost = flow.lost_positive + flow.lost_negative
    surprise = [None if np.isnan(nats) else round(float(nats), 5) for nats in reading.surprise_nats]
    steps: list[dict[str, Any]] = [
        {
            "token": token,
            "known": bool(reading.known[t]),
            "surprise_nats": surprise[t],
            "guesses": [
                [run.vocabulary.tokens[guess], round(float(p), 5)]
                for guess, p in zip(reading.guess_ids[t], reading.guess_probabilities[t], strict=True)
            ],
            "clusters": [
                {
                    "kept_rate": round(float(flow.kept_rate[t, c]), 5),
                    "gained": round(float(gained[t, c]), 5),
                    "lost": round(float(lost[t, c]), 5),
                }
                for c in range(len(flow.sizes))
            ],
        }
        for t, token in enumerate(reading.tokens)
    ]
    if run.classes:
        for step, probabilities in zip(steps, reading.class_probabilities, strict=True):
            step["class_probabilities"] = probabilities.astype(float).round(5).tolist()
    if recorded is not None:
        compared = percentiles(reading, recorded)
        for step, response, place in zip(steps, reading.responses(state)[:, layer], compared.fractions, strict=True):
            step["responses"] = response.astype(float).round(5).tolist()
            step["percentiles"] = [None if np.isnan(p) else round(100 * float(p), 2) for p in place]
    return {
        "run": run.id,
        "state": state,
        "layer": layer + 1,
        "tokens": list(reading.tokens),
        "unknown": int((~reading.known).sum()),
        "left_out": reading.left_out,
        "skipped": reading.skipped,
        **({"classes": list(run.classes)} if run.classes else {}),
        "steps": steps,
    }


def sentence_rows(run: Run, reading: Reading, flow: ClusterFlow) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """(headings, rows): token, surprise, mean kept rate and guesses of every token; of a classifier its classes."""
    tokens = [
        display_token(token, run.vocabulary.tokenisation) + ("" if known else " (unknown)")
        for token, known in zip(reading.tokens, reading.known, strict=True)
    ]
    kept = [f"{rate:.0%}" for rate in flow.kept_rate.mean(1)]
    if run.classes:
        rows = zip(tokens, kept, *(_percents(column) for column in reading.class_probabilities.T), strict=True)
        return ("token", "kept", *run.classes), list(rows)
    surprise = ["–" if np.isnan(nats) else f"{nats:.2f}" for nats in reading.surprise_nats]
    guesses = [" ".join(run.vocabulary.display(guess) for guess in ids) for ids in reading.guess_ids]
    return ("token", "surprise (nats)", "kept", "likeliest next"), list(
        zip(tokens, surprise, kept, guesses, strict=True)
    )


def _percents(values: np.ndarray) -> list[str]:
    return [f"{value:.1%}" for value in values]
