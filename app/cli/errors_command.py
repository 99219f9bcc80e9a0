"""The command about where language models err: errors.

What needs torch is imported where it is used, so that `--help` and `prepare` need not wait for it.
"""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from app.cli.console import AsJson, Device, check_choice, print_json, print_line, print_note, print_table, progress_bar
from data_prep.errors import UserError

PARTS = ("valid", "test")


def errors(
    run: Annotated[str, typer.Argument(help="Id of a run of a language model.")],
    against: Annotated[str | None, typer.Option(help="Another run, to lay beside it.")] = None,
    threshold: Annotated[float, typer.Option(help="A true token with less probability is an error.")] = 0.5,
    ngram_contexts: Annotated[str, typer.Option(help="Context lengths of the n-gram models.")] = "0,1,2,3,4,5,6,7,8,9",
    ngram_probability: Annotated[float, typer.Option(help="What one of them has to give the true token.")] = 0.5,
    memory: Annotated[str, typer.Option(help="Tokens back in which the same word may stand.")] = "100,500,1000,5000",
    rare: Annotated[str, typer.Option(help="Occurrences of a rare word in the training part.")] = "0,1,2,3,4,5",
    boosts: Annotated[str, typer.Option(help="What is added to the probability.")] = "0.1,0.2,0.3,0.4,0.5",
    by_distance: Annotated[
        str | None, typer.Option(help='Also the probability by distance: "( )", "{ }", "end of a line", "begin end" …')
    ] = None,
    split: Annotated[str, typer.Option(help="Part of the corpus: valid or test.")] = "test",
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Where a language model errs, and what would remove each error; with --against, for two and in common."""
    from analysis.errors.comparable import why_not_comparable
    from analysis.errors.of_runs import break_down_run, ngram_probabilities
    from analysis.errors.oracle_settings import OracleSettings
    from analysis.errors.places import sought_by_name
    from analysis.predictions.store import ensure_predictions
    from app.cli import errors_output
    from models.network import resolve_device
    from models.run import open_run

    check_choice(split, PARTS, "--split")
    settings = OracleSettings(
        threshold,
        _numbers(ngram_contexts, "--ngram-contexts", int),
        ngram_probability,
        _numbers(memory, "--memory", int),
        _numbers(rare, "--rare", int),
        boosts=_numbers(boosts, "--boosts", float),
    )
    sought = None if by_distance is None else sought_by_name(by_distance)
    runs = [open_run(name) for name in (run, against) if name is not None]
    if len(runs) > 1 and (reason := why_not_comparable(*runs)):
        raise UserError(
            f"{against} cannot be laid beside {run}: {reason}.", "Choose a run of the same corpus and vocabulary."
        )
    found = {}
    for opened in runs:
        opened.open_corpus()
        with progress_bar(f"reading {opened.id}") as update:
            found[opened.id] = break_down_run(
                opened, settings, split, device=str(resolve_device(device)), on_progress=update
            )
    predictions = [ensure_predictions(opened, split) for opened in runs]
    result = errors_output.errors_summary(found, predictions, runs[0].vocabulary, split)
    if sought is not None:
        ngrams = ngram_probabilities(runs[0].open_corpus(), split)[0]
        result["by_distance"] = errors_output.distance_summary(runs, predictions, ngrams, sought)
    if as_json:
        return print_json(result)
    for sentence in result["left_out"]:
        print_note(sentence)
    for rows in errors_output.tables(result, runs[0].vocabulary):
        print_table(*rows)
    for line in errors_output.ngram_lines(result):
        print_line(line)


def _numbers(text: str, option: str, kind: Callable[[str], Any]) -> tuple[Any, ...]:
    """Numbers with commas between them; an empty text is none."""
    try:
        return tuple(kind(part) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise UserError(f"{option} {text!r} is not a list of numbers.", f"Like this: {option} 1,2,3") from error
