"""The entry point, and the commands that start something else: app, bench."""

import logging
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from app.cli import (
    analyse_command,
    corpus_commands,
    errors_command,
    generation_commands,
    import_command,
    ngram_command,
    notes_command,
    results_command,
    run_commands,
    sentence_command,
    sweep_commands,
)
from app.cli.console import AsJson, print_json, print_line, print_table, shows_user_errors
from app.defaults import PORT

cli = typer.Typer(
    name="rnnscope",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def app(
    port: Annotated[int, typer.Option(help="Where the dashboard listens.")] = PORT,
    address: Annotated[str, typer.Option(help="0.0.0.0 lets other machines in.")] = "localhost",
) -> None:
    """Start the dashboard."""
    script = Path(__file__).resolve().parent.parent / "main.py"
    command = [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}"]
    command += [f"--server.address={address}", "--server.headless=true", "--browser.gatherUsageStats=false"]
    if os.name == "posix":
        os.execv(sys.executable, command)  # signals reach the server itself
    raise typer.Exit(subprocess.call(command))


def bench(
    names: Annotated[list[str] | None, typer.Argument(help="Which; by default all.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure speed now, each figure beside its peer in the same run."""
    from app.bench.benches import run_benches

    results = run_benches(names or [])
    if as_json:
        return print_json({"benches": results} if len(results) > 1 else results[0])
    for result in results:
        rows = [
            (
                figure["what"],
                f"{figure['value']:,.4g} {figure['unit']}",
                f"{figure['peer_value']:,.4g} {figure['peer']}",
                f"{figure['ratio']:.2f}",
                "–" if figure["goal"] is None else f"{figure['goal']} ({'met' if figure['met'] else 'not met'})",
            )
            for figure in result["figures"]
        ]
        print_table(("figure", "ours", "peer", "ratio", "goal"), rows, f"{result['bench']} · {result['machine']}")


def _print_version(asked: bool) -> None:
    if asked:
        print_line(f"rnnscope {version('rnnscope')}")
        raise typer.Exit


@cli.callback()
def about(
    _: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """See what a recurrent network for text keeps in its memory."""


for command in (
    corpus_commands.corpora,
    corpus_commands.prepare,
    run_commands.train,
    sweep_commands.sweep,
    run_commands.runs,
    run_commands.evaluate,
    import_command.import_,
    analyse_command.analyse,
    ngram_command.ngram,
    sentence_command.sentence,
    errors_command.errors,
    generation_commands.generate,
    notes_command.notes,
    results_command.results,
    app,
    bench,
):
    cli.command(command.__name__.rstrip("_"))(shows_user_errors(command))  # import is a word of Python


def main() -> None:
    """Entry point of the console script."""
    logging.basicConfig(level=logging.WARNING)
    cli()
