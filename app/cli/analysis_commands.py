"""Commands about what a network does: analyse, sentence."""

import os
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from analysis.coclustering import TREATMENTS, Coclusters, cocluster, decompose, largest_k, telling_words
from analysis.recording import ExpectedResponse, Recording
from analysis.sentence import ClusterFlow, Reading, cluster_flow, read_text
from analysis.store import RecordingOptions, ensure_recording, record_run
from app.cli.console import AsJson, Device, check_choice, print_json, print_line, print_table, progress_bar
from app.defaults import CLUSTERS, TREATMENT, WORDS
from data_prep.corpus import SPLITS
from data_prep.errors import UserError
from data_prep.text_file import decode, read_bytes
from data_prep.tokens import display_token
from data_prep.vocabulary import Vocabulary
from models.network import resolve_device
from models.run import Run, open_run

ANALYSES = ("recording", "clusters")
Layer = Annotated[int | None, typer.Option(help="1 is the lowest; by default the highest.")]
State = Annotated[str, typer.Option(help="hidden or cell.")]
K = Annotated[int | None, typer.Option("--clusters", "-k", help=f"How many clusters; by default {CLUSTERS}.")]
Words = Annotated[int, typer.Option(help="How many of the most frequent words are clustered.")]
TreatmentName = Annotated[str, typer.Option(help=f"Of the sign: {', '.join(TREATMENTS)}.")]


def analyse(
    run: Annotated[str, typer.Argument(help="Id of a run.")],
    names: Annotated[list[str] | None, typer.Argument(help=f"Any of: {', '.join(ANALYSES)}; by default all.")] = None,
    split: Annotated[str, typer.Option(help="Part of the corpus to record: train, valid or test.")] = "train",
    again: Annotated[bool, typer.Option(help="Record again, even if a stored recording is there.")] = False,
    layer: Layer = None,
    state: State = "hidden",
    k: K = None,
    words: Words = WORDS,
    treatment: TreatmentName = TREATMENT,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Record a run's responses on its corpus, store them, and co-cluster words and units."""
    for name in names or ANALYSES:
        check_choice(name, ANALYSES, "The analysis")
    check_choice(split, SPLITS, "--split")
    opened = open_run(run)
    options = RecordingOptions(split=split)
    with progress_bar(f"recording {run}") as update:
        make = record_run if again else ensure_recording
        recording = make(opened, options, device=str(resolve_device(device)), on_progress=update)
    result: dict[str, Any] = {"run": run, "recording": _recording_summary(recording, options)}
    if "clusters" in (names or ANALYSES):
        response = _response(recording, state, _layer(opened, layer), words)
        clusters = _cocluster(response, treatment, k)
        result["clusters"] = _clusters_summary(response, clusters, opened.vocabulary)
    if as_json:
        return print_json(result)
    print_line(
        f"{run}: {recording.tokens:,} tokens of the {split} part recorded, responses to the "
        f"{len(recording.token_ids):,} most frequent kept."
    )
    if "clusters" in result:
        rows = [
            (str(place + 1), str(len(pair["units"])), str(len(pair["words"])), " ".join(pair["words"][:14]))
            for place, pair in enumerate(result["clusters"]["pairs"])
        ]
        title = f"{len(rows)} clusters of {state} state, layer {response.layer + 1}, {treatment}"
        print_table(("cluster", "units", "words", "strongest words"), rows, title)
    print_line("Next: rnnscope app")


def sentence(
    run: Annotated[str, typer.Argument(help="Id of a run.")],
    text: Annotated[str | None, typer.Argument(help="The text to read.")] = None,
    file: Annotated[Path | None, typer.Option(help="Read the text from a file instead.")] = None,
    layer: Layer = None,
    state: State = "hidden",
    k: K = None,
    words: Words = WORDS,
    treatment: TreatmentName = TREATMENT,
    as_json: AsJson = False,
) -> None:
    """Read a text word by word: what each unit cluster gains, loses and keeps, guesses, surprise."""
    if (text is None) == (file is None):
        raise UserError("Give either a text or --file.", 'Like this: rnnscope sentence RUN "A short text."')
    raw, source = (os.fsencode(text), "The text") if file is None else (read_bytes(file), file.name)
    opened = open_run(run)
    at_layer = _layer(opened, layer)
    reading = read_text(opened.load_network(), opened.vocabulary, decode(raw, source))
    response = _response(ensure_recording(opened, RecordingOptions()), state, at_layer, words)
    clusters = _cocluster(response, treatment, k)
    flow = cluster_flow(reading.states[state][:, at_layer], clusters.unit_labels, clusters.k)
    if as_json:
        return print_json(_sentence_summary(opened, reading, flow, state, at_layer))
    rows = [
        (
            display_token(reading.tokens[t], opened.vocabulary.tokenisation) + ("" if known else " (unknown)"),
            "–" if np.isnan(reading.surprise_nats[t]) else f"{reading.surprise_nats[t]:.2f}",
            f"{flow.kept_rate[t].mean():.0%}",
            " ".join(opened.vocabulary.display(guess) for guess in reading.guess_ids[t]),
        )
        for t, known in enumerate(reading.known)
    ]
    print_table(("token", "surprise (nats)", "kept", "likeliest next"), rows)
    if reading.left_out:
        print_line(f"{reading.left_out:,} further tokens were left out.")


def _layer(run: Run, layer: int | None) -> int:
    layers = run.recipe.model.layers
    if layer is not None and not 1 <= layer <= layers:
        raise UserError(f"The run {run.id} has no layer {layer}.", f"Choose 1 to {layers}.")
    return (layer or layers) - 1


def _response(recording: Recording, state: str, layer: int, words: int) -> ExpectedResponse:
    if words < 2:
        raise UserError(f"{words} words cannot be clustered.", "Take at least --words 2.")
    return recording.response(state, layer).most_frequent(words)


def _cocluster(response: ExpectedResponse, treatment: str, k: int | None) -> Coclusters:
    decomposition = decompose(response.mean, treatment)
    # Only the default gives way to a text of few words; a number that was asked for is refused.
    return cocluster(decomposition, min(CLUSTERS, largest_k(decomposition)) if k is None else k)


def _recording_summary(recording: Recording, options: RecordingOptions) -> dict[str, Any]:
    return {
        "split": options.split,
        "tokens": recording.tokens,
        "words": len(recording.token_ids),
        "states": list(recording.states),
        "layers": recording.layers,
        "streams": recording.streams,
        "left_out": recording.left_out,
    }


def _clusters_summary(response: ExpectedResponse, clusters: Coclusters, vocabulary: Vocabulary) -> dict[str, Any]:
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
        "pairs": [
            {
                "words": [vocabulary.tokens[response.token_ids[word]] for word in words[cluster]],
                "units": np.flatnonzero(clusters.unit_labels == cluster).tolist(),
            }
            for cluster in range(clusters.k)
        ],
    }


def _sentence_summary(run: Run, reading: Reading, flow: ClusterFlow, state: str, layer: int) -> dict[str, Any]:
    gained = flow.gained_positive + flow.gained_negative
    lost = flow.lost_positive + flow.lost_negative
    surprise = [None if np.isnan(nats) else round(float(nats), 5) for nats in reading.surprise_nats]
    return {
        "run": run.id,
        "state": state,
        "layer": layer + 1,
        "tokens": list(reading.tokens),
        "left_out": reading.left_out,
        "skipped": reading.skipped,
        "steps": [
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
        ],
    }
