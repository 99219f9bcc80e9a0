"""The command that takes in a network, or recorded states, from elsewhere.

What needs torch is imported where it is used, so that `--help` and `prepare` need not wait for it.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from app.cli.console import AsJson, check_choice, print_json, print_line, print_table, progress_bar
from data_prep.errors import UserError
from data_prep.recorded_states import are_recorded_states
from data_prep.tokens import SentenceEnds, Style, Unit

if TYPE_CHECKING:
    from models.foreign.examining import Examined, ImportOptions


def import_(
    source: Annotated[
        Path,
        typer.Argument(
            help="A state dict (safetensors, or .pt of tensors alone), or recorded states (npz, folder of LSTMVis)."
        ),
    ],
    vocabulary: Annotated[
        Path | None, typer.Option(help="The tokens by id: a JSON list, a JSON object {token: id}, or one a line.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Id of the run; by default made from the file's name.")] = None,
    text: Annotated[
        list[Path] | None, typer.Option(help="Text to look at the network with; give it again for more files.")
    ] = None,
    text_column: Annotated[str, typer.Option(help="Of a table (csv, tsv, jsonl, parquet).")] = "text",
    label_column: Annotated[str | None, typer.Option(help="Of a table, for a classifier.")] = None,
    classes: Annotated[
        Path | None, typer.Option(help="For a classifier: a file of the names of its outputs, one a line, or JSON.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="YAML that says what names do not: embedding, recurrent, decoder: KEY.")
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option(help="A tensor to leave out, or a pattern: 'norm.*'.")] = None,
    recipe: Annotated[str | None, typer.Option(help="A recipe whose model the weights must be.")] = None,
    check: Annotated[
        Path | None, typer.Option(help="What the model predicts where it comes from: npz or JSON, to compare.")
    ] = None,
    unit: Annotated[str | None, typer.Option("--as", help="words, characters or bytes; by default found out.")] = None,
    style: Annotated[
        str | None, typer.Option(help="Of words: plain, treebank, or spaces (as written); by default found out.")
    ] = None,
    sentence_ends: Annotated[str | None, typer.Option(help="punctuation, lines or none.")] = None,
    unknown: Annotated[str | None, typer.Option(help="The vocabulary's name for a word outside it.")] = None,
    end: Annotated[str | None, typer.Option(help="The vocabulary's name for the end of a sentence.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take in a network that was trained elsewhere, or the states that it was recorded with."""
    for value, allowed, option in ((unit, Unit, "--as"), (style, Style, "--style")):
        if value is not None:
            check_choice(value, get_args(allowed), option)
    if sentence_ends is not None:
        check_choice(sentence_ends, get_args(SentenceEnds), "--sentence-ends")
    if are_recorded_states(source):
        return _import_states(source, name, vocabulary, unit, as_json)
    if vocabulary is None:
        raise UserError("No vocabulary is named.", "Add --vocabulary FILE: the tokens in the order of their ids.")
    from models.foreign.examining import ImportOptions

    options = ImportOptions(
        classes=classes,
        mapping=mapping,
        ignored=tuple(ignore or ()),
        recipe=recipe,
        check=check,
        unit=unit,
        sentence_ends=sentence_ends,
        style=style,
        unknown=unknown,
        end=end,
    )
    _import_weights(source, vocabulary, options, name, text or [], text_column, label_column, as_json)


def _import_weights(
    weights: Path,
    vocabulary: Path,
    options: "ImportOptions",
    name: str | None,
    text: list[Path],
    text_column: str,
    label_column: str | None,
    as_json: bool,
) -> None:
    from models.foreign.examining import examine_network
    from models.foreign.importing import keep_network, prepare_text, suggested_run_id
    from models.run_folders import reserve_run_id

    examined = examine_network(weights, vocabulary, options)
    run_id = reserve_run_id(name or suggested_run_id(weights, examined))
    corpus = None
    if text:
        with progress_bar("preparing the text") as update:
            corpus = prepare_text(
                examined,
                run_id,
                text,
                text_column=text_column,
                label_column=label_column,
                on_progress=lambda fraction, state: update(fraction, state=state),
            )
    run = keep_network(examined, run_id, corpus)
    if as_json:
        return print_json(run.summary() | {"folder": str(run.folder), "imported": run.imported})
    _print_found(examined)
    print_line(f"Kept as {run.id}, in {run.folder}")
    print_line(f"Next: rnnscope analyse {run.id}, then rnnscope app" if corpus else _WITHOUT_TEXT)


def _import_states(source: Path, name: str | None, vocabulary: Path | None, unit: str | None, as_json: bool) -> None:
    from analysis.recording.recorded_states import import_states

    with progress_bar(f"reading {source.name}") as update:
        run, found = import_states(source, name=name, vocabulary=vocabulary, unit=unit, on_progress=update)
    if as_json:
        return print_json(run.summary() | {"folder": str(run.folder), "imported": run.imported})
    print_line(found.description)
    for note in found.notes:
        print_line(note)
    print_line(f"Kept as {run.id}, in {run.folder}")
    print_line("Next: rnnscope app; what needs a live model is not there for it.")


_WITHOUT_TEXT = "The memory map and the words need a text: import it again with --text FILE, under another --name."


def _print_found(examined: "Examined") -> None:
    print_line(examined.description)
    print_table(("here", "in the file", "shape"), examined.rows())
    for note in examined.notes:
        print_line(note)
    if examined.agreement:
        print_line(examined.agreement_sentence)
