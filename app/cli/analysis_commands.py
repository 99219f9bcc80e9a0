"""Commands about what a network does: analyse, sentence.

What needs torch is imported where it is used, so that `--help` and `prepare` need not wait for it.
"""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from analysis.coclustering import TREATMENTS
from app.cli.console import AsJson, Device, check_choice, print_json, print_line, print_table, progress_bar
from app.defaults import CLUSTERS, TREATMENT, WORDS
from data_prep.corpus import SPLITS
from data_prep.errors import UserError
from data_prep.text_file import decode, read_bytes

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
    from analysis.store import RecordingOptions, ensure_recording, record_run
    from app.cli import analysis_output
    from models.network import resolve_device
    from models.run import open_run

    for name in names or ANALYSES:
        check_choice(name, ANALYSES, "The analysis")
    check_choice(split, SPLITS, "--split")
    opened = open_run(run)
    options = RecordingOptions(split=split)
    with progress_bar(f"recording {run}") as update:
        make = record_run if again else ensure_recording
        recording = make(opened, options, device=str(resolve_device(device)), on_progress=update)
    result: dict[str, Any] = {"run": run, "recording": analysis_output.recording_summary(recording, options)}
    if "clusters" in (names or ANALYSES):
        response = analysis_output.response_of(recording, state, analysis_output.layer_of(opened, layer), words)
        clusters = analysis_output.clusters_of(recording, response, treatment, k)
        result["clusters"] = analysis_output.clusters_summary(response, clusters, opened.vocabulary)
    if as_json:
        return print_json(result)
    print_line(
        f"{run}: {recording.tokens:,} tokens of the {split} part recorded, responses to the "
        f"{len(recording.token_ids):,} most frequent kept."
    )
    if "clusters" in result:
        rows = analysis_output.cluster_rows(result["clusters"], opened.vocabulary)
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
    from analysis.sentence import cluster_flow, read_text
    from analysis.store import RecordingOptions, ensure_recording
    from app.cli import analysis_output
    from models.run import open_run

    if (text is None) == (file is None):
        raise UserError("Give either a text or --file.", 'Like this: rnnscope sentence RUN "A short text."')
    raw, source = (os.fsencode(text), "The text") if file is None else (read_bytes(file), file.name)
    opened = open_run(run)
    at_layer = analysis_output.layer_of(opened, layer)
    reading = read_text(opened.load_language_model(), opened.vocabulary, decode(raw, source))
    recording = ensure_recording(opened, RecordingOptions())
    response = analysis_output.response_of(recording, state, at_layer, words)
    clusters = analysis_output.clusters_of(recording, response, treatment, k)
    flow = cluster_flow(reading.states[state][:, at_layer], clusters.unit_labels, clusters.k)
    if as_json:
        return print_json(analysis_output.sentence_summary(opened, reading, flow, state, at_layer))
    rows = analysis_output.sentence_rows(opened, reading, flow)
    print_table(("token", "surprise (nats)", "kept", "likeliest next"), rows)
    if reading.left_out:
        print_line(f"{reading.left_out:,} further tokens were left out.")
