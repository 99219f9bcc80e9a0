"""The command about what a network does with a whole text: analyse.

What needs torch is imported where it is used, so that `--help` and `prepare` need not wait for it.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.cluster_options import K, Layer, State, TreatmentName, Words
from app.cli.console import AsJson, Device, check_choice, print_json, print_line, print_note, progress_bar
from app.defaults import TREATMENT, WORDS
from data_prep.corpus import SPLITS
from data_prep.errors import UserError
from data_prep.text_file import decode, read_bytes

UNRECORDED = ("interpret", "gates", "dynamics")  # need no recording
ANALYSES = ("recording", "clusters", "quality", "layers", "neighbours", "unit", "projection", *UNRECORDED)
USUAL = ("recording", "clusters")
ENGINES, METHODS, PROJECTED = ("local", "ray"), ("pca", "tsne"), ("words", "units")
FAMILIES = ("n-gram", "n-NN")
LARGEST_TEXT = 256 << 20  # bytes of a text of one's own


def analyse(
    run: Annotated[str, typer.Argument(help="Id of a run.")],
    names: Annotated[
        list[str] | None, typer.Argument(help=f"Any of: {', '.join(ANALYSES)}; by default {', '.join(USUAL)}.")
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(help="Part of the corpus: train, valid or test; by default gates are of test, the rest of train."),
    ] = None,
    text: Annotated[Path | None, typer.Option(help="Record a text of your own instead.")] = None,
    checkpoint: Annotated[
        int | None, typer.Option(help="Of the weights kept after this update on the way; by default the best.")
    ] = None,
    again: Annotated[bool, typer.Option(help="Record again, even if a stored recording is there.")] = False,
    layer: Layer = None,
    state: State = "hidden",
    k: K = None,
    words: Words = WORDS,
    treatment: TreatmentName = TREATMENT,
    word: Annotated[str | None, typer.Option(help="Of neighbours: the word whose like is looked for.")] = None,
    unit: Annotated[int | None, typer.Option(help="Of unit: which, counted from 0.")] = None,
    below: Annotated[float, typer.Option(help="Of gates: shut below, in steps of .01.")] = 0.1,
    above: Annotated[float, typer.Option(help="Of gates: open above.")] = 0.9,
    beside: Annotated[str, typer.Option(help="Of dynamics: n-gram, or n-NN models that were trained.")] = "n-gram",
    method: Annotated[str, typer.Option(help="Of projection: pca or tsne.")] = "pca",
    of: Annotated[str, typer.Option(help="Of projection: words or units.")] = "words",
    regex: Annotated[str, typer.Option(help="Of interpret: one property more, being inside a match.")] = "",
    tokens: Annotated[int, typer.Option(min=1000, help="Of interpret: how many are read.")] = 100_000,
    device: Device = "auto",
    engine: Annotated[str, typer.Option(help="local, or ray: shards of the text on a cluster.")] = "local",
    shards: Annotated[int, typer.Option(min=1, help="Ray: parts that are recorded side by side.")] = 4,
    address: Annotated[str | None, typer.Option(help="Ray: HOST:PORT of a cluster; else this machine.")] = None,
    cpus_per_shard: Annotated[float, typer.Option(min=0.01, help="Ray: CPUs that each shard asks for.")] = 1.0,
    gpus_per_shard: Annotated[float, typer.Option(min=0.0, help="Ray: GPUs, or a fraction of one.")] = 0.0,
    as_json: AsJson = False,
) -> None:
    """Record a run's responses on its corpus and store them; and what follows from them: clusters and how far to trust
    them, measures of the layers, similar words, a projection. Without a recording, `interpret` tells what single units
    keep track of, `gates` how often they are open, `dynamics` what the run resembled while it learnt."""
    from analysis.recording.engine import record
    from analysis.recording.store import RecordingOptions, ensure_recording, recording_folder
    from app.cli import analysis_output, derived_output, recorded_output
    from models.network import resolve_device
    from models.run import open_run

    names = names or list(USUAL)
    for name in names:
        check_choice(name, ANALYSES, "The analysis")
    if (word is None) == ("neighbours" in names):
        raise UserError(
            "Neighbours and --word belong together.", f"Like this: rnnscope analyse {run} neighbours --word the"
        )
    if (unit is None) == ("unit" in names):
        raise UserError(
            "The analysis unit and --unit belong together.", f"Like this: rnnscope analyse {run} unit --unit 0"
        )
    for value, allowed, option in (
        (split or "train", SPLITS, "--split"),
        (engine, ENGINES, "--engine"),
        (method, METHODS, "--method"),
        (of, PROJECTED, "--of"),
        (beside, FAMILIES, "--beside"),
    ):
        check_choice(value, allowed, option)
    opened = open_run(run)
    result: dict[str, Any] = {"run": run}
    if "interpret" in names:
        result |= _interpret(opened, state, layer, tokens, regex, text, again=again, as_json=as_json)
    if {"gates", "dynamics"} & set(names):
        if text is not None:
            raise UserError("Gates and dynamics are of the run's own corpus.", "Leave out --text, or name others.")
        how = {"device": str(resolve_device(device)), "again": again}
        result |= _counted(opened, names, split or "test", checkpoint, (below, above), beside, how, printed=not as_json)
    if set(names) <= set(UNRECORDED):
        return print_json(result) if as_json else None
    split = split or "train"
    options, ids = RecordingOptions(split=split, checkpoint=checkpoint), None
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
            title="" if text is None else text.name,
            record=record,
            on_progress=update,
        )
    folder = recording_folder(opened, options)
    asked = derived_output.Asked(opened, recording, folder.name if folder else "", state, layer, words, treatment)
    result["recording"] = analysis_output.recording_summary(recording, options)
    result |= recorded_output.derived_results(asked, names, k, word, method, of)
    if unit is not None:
        from app.cli.unit_output import text_of, unit_summary

        result["unit"] = unit_summary(asked, unit, text_of(asked, ids))
    if as_json:
        return print_json(result)
    source = f"of the {split} part" if text is None else f"of {text.name}"
    print_line(
        f"{run}: {recording.tokens:,} tokens {source} recorded: the mean responses to {len(recording.token_ids):,} "
        f"{opened.vocabulary.tokenisation.noun}s, and the bands of the {recording.banded:,} most frequent."
    )
    recorded_output.print_results(asked, result)
    print_line("Next: rnnscope app")


def _counted(
    run: Any,
    names: list[str],
    part: str,
    checkpoint: int | None,
    thresholds: tuple[float, float],
    beside: str,
    how: dict[str, Any],
    *,
    printed: bool,
) -> dict[str, Any]:
    """Gates and dynamics, printed unless they go into an object."""
    from app.cli import gates_output

    result: dict[str, Any] = {}
    if "gates" in names:
        result["gates"] = gates_output.gates_summary(run, part, checkpoint, thresholds, **how)
        if printed:
            gates_output.print_gates(result["gates"], run)
    if "dynamics" in names:
        result["dynamics"] = gates_output.dynamics_summary(run, beside, **how)
        if printed:
            gates_output.print_dynamics(result["dynamics"], run)
    return result


def _interpret(
    opened: Any,
    state: str,
    layer: int | None,
    tokens: int,
    regex: str,
    text: Path | None,
    *,
    again: bool,
    as_json: bool,
) -> dict[str, Any]:
    """What single units tell, printed unless it goes into an object."""
    from app.cli.interpret_output import interpret_summary, print_interpretation

    found = interpret_summary(opened, state=state, layer=layer, tokens=tokens, regex=regex, text=text, again=again)
    if not as_json:
        print_interpretation(found)
    return {"interpret": found}


def _own_text(run: Any, path: Path, options: Any) -> tuple[Any, Any]:
    """(options, token ids) of a text in a file."""
    from analysis.recording.store import options_for_text
    from data_prep.encoded_text import encode_running_text

    raw = read_bytes(path, LARGEST_TEXT + 1)
    if len(raw) > LARGEST_TEXT:
        raise UserError(f"{path} is larger than {LARGEST_TEXT >> 20} MB.", "Give a part of it.")
    found = encode_running_text(decode(raw, path.name), run.vocabulary)
    if unknown := int((~found.known).sum()):
        print_note(f"{unknown:,} of {len(found.ids):,} tokens are not in the vocabulary, and read as <unk>.")
    return options_for_text(found.ids, options), found.ids
