"""The command about single texts: sentence.

What needs torch is imported where it is used, so that `--help` and `prepare` need not wait for it.
"""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.cluster_options import K, Layer, State, TreatmentName, Words
from app.cli.console import AsJson, check_choice, print_json, print_line, print_table, progress_bar
from app.cli.texts_sorts import SORTS
from app.defaults import TREATMENT, WORDS
from data_prep.errors import UserError
from data_prep.text_file import decode, read_bytes


def sentence(
    run: Annotated[str, typer.Argument(help="Id of a run.")],
    text: Annotated[str | None, typer.Argument(help="The text to read.")] = None,
    file: Annotated[Path | None, typer.Option(help="Read the text from a file instead.")] = None,
    texts: Annotated[Path | None, typer.Option(help="Read many: one per line, or a table; a line for each.")] = None,
    text_column: Annotated[str, typer.Option(help="Of a table (csv, tsv, jsonl, parquet).")] = "text",
    label_column: Annotated[str | None, typer.Option(help="Of a table: the true classes.")] = None,
    sort: Annotated[str | None, typer.Option(help=f"Of --texts, by: {', '.join(SORTS)}.")] = None,
    layer: Layer = None,
    state: State = "hidden",
    k: K = None,
    words: Words = WORDS,
    treatment: TreatmentName = TREATMENT,
    units: Annotated[
        bool, typer.Option("--units", help="With --json: the response of every unit, and its percentile, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read a text word by word: what each unit cluster gains, loses and keeps, guesses or classes, surprise."""
    from analysis.recording.store import RecordingOptions, ensure_recording
    from analysis.texts.cluster_flow import cluster_flow
    from analysis.texts.reading import read_text
    from app.cli import analysis_output
    from models.run import open_run

    if sum(given is not None for given in (text, file, texts)) != 1:
        raise UserError(
            "Give either a text or --file, or --texts for many.",
            'Like this: rnnscope sentence RUN "A short text."',
        )
    opened = open_run(run)
    if texts is not None:
        return _many_texts(opened, texts, text_column, label_column, sort, layer, state, as_json=as_json)
    raw, source = (os.fsencode(text), "The text") if file is None else (read_bytes(file), file.name)
    at_layer = analysis_output.layer_of(opened, layer)
    reading = read_text(opened.load_network(), opened.vocabulary, decode(raw, source))
    recording = ensure_recording(opened, RecordingOptions())
    response = analysis_output.response_of(recording, state, at_layer, words)
    clusters = analysis_output.clusters_of(recording, response, treatment, k)
    flow = cluster_flow(reading.states[state][:, at_layer], clusters.unit_labels, clusters.k)
    if as_json:
        recorded = recording.response(state, at_layer) if units else None
        return print_json(analysis_output.sentence_summary(opened, reading, flow, state, at_layer, recorded=recorded))
    print_table(*analysis_output.sentence_rows(opened, reading, flow))
    if not reading.known.any():
        print_line("None of this is in the vocabulary: the network reads <unk> throughout.")
    if reading.left_out:
        print_line(f"{reading.left_out:,} further tokens were left out.")


def _many_texts(
    run: Any,
    path: Path,
    text_column: str,
    label_column: str | None,
    sort: str | None,
    layer: int | None,
    state: str,
    *,
    as_json: bool,
) -> None:
    from analysis.texts.many_texts import read_many
    from app.cli import analysis_output, texts_output
    from data_prep.text_list import read_text_list
    from models.class_labels import class_places

    if sort is not None:
        check_choice(sort, tuple(SORTS), "--sort")
    at_layer = analysis_output.layer_of(run, layer)
    network = run.load_network()
    listed = read_text_list(path, text_column=text_column, label_column=label_column)
    labels = None if listed.labels is None else class_places(run, listed.labels)
    with progress_bar(f"reading {path.name}") as update:
        found = read_many(
            network, run.vocabulary, listed.texts, labels=labels, state=state, layer=at_layer, on_progress=update
        )
    summary = texts_output.texts_summary(run, listed, found, sort)
    if as_json:
        return print_json(summary)
    headings, rows = texts_output.texts_rows(run, listed, summary)
    print_table(headings, rows, f"{len(rows):,} of {len(listed.texts):,} texts, {state} state, layer {at_layer + 1}")
    if "accuracy" in summary:
        print_line(f"Right: {summary['accuracy']:.1%} of the texts with a label.")
    if listed.left_out:
        print_line(f"{listed.left_out:,} further texts were left out.")
