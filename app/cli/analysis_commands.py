"""Commands about what a network does: analyse, sentence.

What needs torch is imported where it is used, so that `--help` and `prepare` need not wait for it.
"""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from analysis.coclustering import TREATMENTS
from app.cli.console import AsJson, Device, check_choice, print_json, print_line, print_note, print_table, progress_bar
from app.cli.texts_sorts import SORTS
from app.defaults import CLUSTERS, TREATMENT, WORDS
from data_prep.corpus import SPLITS
from data_prep.errors import UserError
from data_prep.text_file import decode, read_bytes

ANALYSES = ("recording", "clusters", "layers", "neighbours")
ENGINES = ("local", "ray")
LARGEST_TEXT = 256 << 20  # bytes of a text of one's own
USUAL = ("recording", "clusters")
Layer = Annotated[int | None, typer.Option(help="1 is the lowest; by default the highest.")]
State = Annotated[str, typer.Option(help="hidden or cell.")]
K = Annotated[int | None, typer.Option("--clusters", "-k", help=f"How many clusters; by default {CLUSTERS}.")]
Words = Annotated[int, typer.Option(help="How many of the most frequent words are clustered.")]
TreatmentName = Annotated[str, typer.Option(help=f"Of the sign: {', '.join(TREATMENTS)}.")]


def analyse(
    run: Annotated[str, typer.Argument(help="Id of a run.")],
    names: Annotated[
        list[str] | None, typer.Argument(help=f"Any of: {', '.join(ANALYSES)}; by default {', '.join(USUAL)}.")
    ] = None,
    split: Annotated[str, typer.Option(help="Part of the corpus to record: train, valid or test.")] = "train",
    text: Annotated[Path | None, typer.Option(help="Record a text of your own instead.")] = None,
    again: Annotated[bool, typer.Option(help="Record again, even if a stored recording is there.")] = False,
    layer: Layer = None,
    state: State = "hidden",
    k: K = None,
    words: Words = WORDS,
    treatment: TreatmentName = TREATMENT,
    word: Annotated[str | None, typer.Option(help="Of neighbours: the word whose like is looked for.")] = None,
    device: Device = "auto",
    engine: Annotated[str, typer.Option(help="local, or ray: shards of the text on a cluster.")] = "local",
    shards: Annotated[int, typer.Option(min=1, help="Ray: parts that are recorded side by side.")] = 4,
    address: Annotated[str | None, typer.Option(help="Ray: HOST:PORT of a cluster; else this machine.")] = None,
    cpus_per_shard: Annotated[float, typer.Option(min=0.01, help="Ray: CPUs that each shard asks for.")] = 1.0,
    gpus_per_shard: Annotated[float, typer.Option(min=0.0, help="Ray: GPUs, or a fraction of one.")] = 0.0,
    as_json: AsJson = False,
) -> None:
    """Record a run's responses on its corpus and store them; co-cluster, measure the layers, find similar words."""
    from analysis.recording.engine import record
    from analysis.store import RecordingOptions, ensure_recording
    from app.cli import analysis_output, derived_output
    from models.network import resolve_device
    from models.run import open_run

    names = names or list(USUAL)
    for name in names:
        check_choice(name, ANALYSES, "The analysis")
    if (word is None) == ("neighbours" in names):
        raise UserError(
            "Neighbours and --word belong together.", f"Like this: rnnscope analyse {run} neighbours --word the"
        )
    check_choice(split, SPLITS, "--split")
    check_choice(engine, ENGINES, "--engine")
    opened = open_run(run)
    options, ids = RecordingOptions(split=split), None
    if text is not None:
        options, ids = _own_text(opened, text, options)
    if engine == "ray":
        from analysis.recording.on_ray import RayRecorder

        record = RayRecorder(shards, address, cpus_per_shard, gpus_per_shard)
    with progress_bar(f"recording {run}") as update:
        recording = ensure_recording(
            opened,
            options,
            ids=ids,
            device=str(resolve_device(device)),
            again=again,
            record=record,
            on_progress=update,
        )
    result: dict[str, Any] = {"run": run, "recording": analysis_output.recording_summary(recording, options)}
    if "layers" in names:
        result["layers"] = derived_output.layers_summary(recording)
    if word is not None:
        response = recording.response(state, analysis_output.layer_of(opened, layer))
        result["neighbours"] = derived_output.neighbours_summary(response, opened.vocabulary, word)
    if "clusters" in names:
        response = analysis_output.response_of(recording, state, analysis_output.layer_of(opened, layer), words)
        clusters = analysis_output.clusters_of(recording, response, treatment, k)
        result["clusters"] = analysis_output.clusters_summary(response, clusters, opened.vocabulary)
    if as_json:
        return print_json(result)
    source = f"of the {split} part" if text is None else f"of {text.name}"
    print_line(
        f"{run}: {recording.tokens:,} tokens {source} recorded: the mean responses to {len(recording.token_ids):,} "
        f"{opened.vocabulary.tokenisation.noun}s, and the bands of the {recording.banded:,} most frequent."
    )
    if "clusters" in result:
        rows = analysis_output.cluster_rows(result["clusters"], opened.vocabulary)
        title = f"{len(rows)} clusters of {state} state, layer {response.layer + 1}, {treatment}"
        print_table(("cluster", "units", "words", "strongest words"), rows, title)
    if "layers" in result:
        print_table(*derived_output.layer_rows(result["layers"]), "Expected responses, layer by layer")
    if "neighbours" in result:
        title = f"Like “{word}”: {state} state, layer {result['neighbours']['layer']}"
        print_table(*derived_output.neighbour_rows(result["neighbours"], opened.vocabulary), title)
    print_line("Next: rnnscope app")


def _own_text(run: Any, path: Path, options: Any) -> tuple[Any, Any]:
    """(options, token ids) of a text in a file."""
    from analysis.store import options_for_text
    from data_prep.encoded_text import encode_running_text

    raw = read_bytes(path, LARGEST_TEXT + 1)
    if len(raw) > LARGEST_TEXT:
        raise UserError(f"{path} is larger than {LARGEST_TEXT >> 20} MB.", "Give a part of it.")
    found = encode_running_text(decode(raw, path.name), run.vocabulary)
    if unknown := int((~found.known).sum()):
        print_note(f"{unknown:,} of {len(found.ids):,} tokens are not in the vocabulary, and read as <unk>.")
    return options_for_text(found.ids, options), found.ids


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
    from analysis.cluster_flow import cluster_flow
    from analysis.reading import read_text
    from analysis.store import RecordingOptions, ensure_recording
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
    from analysis.many_texts import read_many
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
