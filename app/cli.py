"""The command line: a thin shell over the library. Results on standard output, progress on standard error."""

import functools
import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from data_prep.corpus import DEFAULT_CAP, DEFAULT_FRACTIONS, SPLITS, open_corpus, prepare_corpus
from data_prep.errors import UserError
from data_prep.tokens import Tokenisation

cli = typer.Typer(
    name="rnnscope",
    help="See what a recurrent network for text keeps in its memory.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
errors = Console(stderr=True)
output = Console()

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
Device = Annotated[str, typer.Option(help="auto, cpu or cuda.")]


def shows_user_errors(command: Callable[..., Any]) -> Callable[..., None]:
    """Print what the command returns; turn a UserError into its two sentences and exit code 2."""

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        as_json = kwargs.get("as_json", False)
        try:
            command(*args, **kwargs)
        except UserError as error:
            if as_json:
                print_json({"error": error.message, "hint": error.hint})
            errors.print(f"[bold]error:[/bold] {_plain(error.message)}", highlight=False)
            if error.hint:
                errors.print(f"[dim]{_plain(error.hint)}[/dim]", highlight=False)
            raise typer.Exit(2) from error

    return wrapped


def print_json(value: Any) -> None:
    """One machine-readable object on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n")


@cli.command()
@shows_user_errors
def prepare(
    path: Annotated[Path, typer.Argument(help="A plain text file.")],
    name: Annotated[str | None, typer.Option(help="Name of the corpus; by default from the file's name.")] = None,
    unit: Annotated[str, typer.Option("--as", help="words or bytes.")] = "words",
    sentence_ends: Annotated[
        str, typer.Option(help="For words, where <eos> stands: after 'punctuation', or at the end of 'lines'.")
    ] = "punctuation",
    cap: Annotated[int, typer.Option(help="For words, the size of the vocabulary at most.")] = DEFAULT_CAP,
    fractions: Annotated[
        tuple[float, float, float], typer.Option(help="Parts for training, validation and test.")
    ] = DEFAULT_FRACTIONS,
    as_json: AsJson = False,
) -> None:
    """Turn a text file into a corpus."""
    _check_choice(unit, ("words", "bytes"), "--as")
    _check_choice(sentence_ends, ("punctuation", "lines"), "--sentence-ends")
    corpus = prepare_corpus(path, Tokenisation(unit, sentence_ends), name=name, cap=cap, fractions=fractions)
    summary = corpus.summary()
    if as_json:
        return print_json(summary)
    table = Table(title=f"Corpus {corpus.name}: {summary['vocabulary_size']:,} {unit} in the vocabulary")
    for heading in ("part", "tokens", "unknown"):
        table.add_column(heading, justify="left" if heading == "part" else "right")
    for part in SPLITS:
        table.add_row(part, f"{summary['splits'][part]['tokens']:,}", f"{summary['unknown_rate'][part]:.1%}")
    output.print(table)
    output.print(f"Next: rnnscope train {unit}-lstm --corpus {corpus.name}", highlight=False)


@cli.command()
@shows_user_errors
def train(
    recipe: Annotated[str, typer.Argument(help="A YAML file, or the name of a recipe that ships with rnnscope.")],
    corpus: Annotated[str | None, typer.Option(help="Name or folder of a prepared corpus.")] = None,
    name: Annotated[str | None, typer.Option(help="Id of the run; by default made from corpus and model.")] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help="key=value, such as model.layers=3.")] = None,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Train a model and keep it as a run."""
    from app.progress import training_progress
    from models.recipe import load_recipe
    from models.run import default_run_id, reserve_run_id, save_run
    from models.training import train as train_network

    chosen = load_recipe(recipe).with_settings(settings or [])
    corpus_name = corpus or chosen.corpus
    if corpus_name is None:
        raise UserError("No corpus is named.", "Add --corpus NAME, or a line 'corpus: NAME' to the recipe.")
    text = open_corpus(corpus_name)
    chosen = chosen.model_copy(update={"corpus": text.name})
    run_id = reserve_run_id(name or default_run_id(chosen, text))
    with training_progress(errors) as (on_progress, on_epoch):
        trained = train_network(
            chosen, text, device=_device(device), on_progress=on_progress, on_epoch=on_epoch
        )
    run = save_run(run_id, chosen, text, trained)
    if as_json:
        return print_json(run.summary() | {"folder": str(run.folder)})
    _print_runs([run.summary()])
    output.print(f"Next: rnnscope analyse {run.id}, then rnnscope app", highlight=False)


@cli.command()
@shows_user_errors
def runs(as_json: AsJson = False) -> None:
    """List the runs of the gallery and your own."""
    from models.run import list_runs

    found, faults = list_runs()
    summaries = [run.summary() for run in found]
    if as_json:
        broken = [{"id": run_id, "error": e.message, "hint": e.hint} for run_id, e in faults.items()]
        return print_json({"runs": summaries, "broken": broken})
    _print_runs(summaries)
    for run_id, error in faults.items():
        errors.print(f"{run_id}: {_plain(error.message)} {_plain(error.hint)}", highlight=False)


@cli.command()
@shows_user_errors
def evaluate(
    run: Annotated[str, typer.Argument(help="Id of a run.")],
    split: Annotated[str, typer.Option(help="train, valid or test.")] = "test",
    corpus: Annotated[str | None, typer.Option(help="The corpus; by default the one that the run was trained on.")] = None,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Measure a run on a part of its corpus: cross-entropy, and perplexity or bits per character."""
    from models.evaluation import cross_entropy_nats, figures
    from models.run import open_run

    _check_choice(split, SPLITS, "--split")
    opened = open_run(run)
    text = open_corpus(corpus or opened.corpus["name"])
    if text.vocabulary.tokens != opened.vocabulary.tokens:
        raise UserError(
            f"The corpus {text.name} has another vocabulary than the run {run}.",
            f"Use the corpus that it was trained on: {opened.corpus['name']}, made from "
            f"{opened.corpus['source'].get('file')}.",
        )
    ids = text.splits[split]
    nats = cross_entropy_nats(opened.load_network(_device(device)), ids)
    result = {"run": run, "corpus": text.name, "split": split, "tokens": len(ids) - 1} | figures(
        nats, opened.vocabulary.tokenisation.unit
    )
    if as_json:
        return print_json(result)
    for key, value in result.items():
        output.print(f"{key.replace('_', ' ')}: {value:,.4f}" if isinstance(value, float) else f"{key}: {value}")


def main() -> None:
    """Entry point of the console script."""
    logging.basicConfig(level=logging.WARNING)
    cli()


def _print_runs(summaries: list[dict[str, Any]]) -> None:
    table = Table()
    for heading in ("run", "corpus", "model", "parameters", "test", "minutes", ""):
        table.add_column(heading)
    for run in summaries:
        test = run["test"]
        figure = (
            f"perplexity {test['perplexity']:.1f}"
            if "perplexity" in test
            else f"{test['bits_per_character']:.3f} bits per character"
        )
        model = f"{run['cell'].upper()} {run['layers']}×{run['units']}"
        origin = "gallery" if run["bundled"] else ""
        table.add_row(
            run["id"], run["corpus"], model, f"{run['parameters']:,}", figure, f"{run['minutes']:.1f}", origin
        )
    output.print(table)


def _check_choice(value: str, allowed: tuple[str, ...], option: str) -> None:
    if value not in allowed:
        raise UserError(f"{option} cannot be {value!r}.", f"Choose one of: {', '.join(allowed)}.")


def _device(name: str) -> Any:
    from models.network import resolve_device

    return resolve_device(name)


def _plain(text: str) -> str:
    return text.replace("[", r"\[")


if __name__ == "__main__":
    main()
