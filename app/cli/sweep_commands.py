"""The command about many models: sweep."""

import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, redirect_stdout
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from app.cli.console import AsJson, Device, check_choice, errors, print_json, print_line, print_table
from app.cli.run_commands import test_figure
from data_prep.corpus import open_corpus

if TYPE_CHECKING:
    from models.sweeps.sweep import Engine, Event, Standing, Sweep

ENGINES = ("local", "ray")
JOBS_ON_A_GPU = 4
LINES_AROUND_THE_TABLE = 6


def sweep(
    grid: Annotated[str, typer.Argument(help="A YAML file, or the name of a grid that ships with rnnscope.")],
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="key=value, such as seed=[0,1] or corpus=NAME.")
    ] = None,
    engine: Annotated[str, typer.Option(help="local, or ray for a cluster.")] = "local",
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Local: models at once; by default one per core, 4 on a GPU.")
    ] = None,
    device: Device = "auto",
    address: Annotated[str | None, typer.Option(help="Ray: HOST:PORT of a cluster; else this machine.")] = None,
    cpus_per_model: Annotated[float, typer.Option(min=0.01, help="Ray: CPUs that each model asks for.")] = 1.0,
    gpus_per_model: Annotated[float, typer.Option(min=0.0, help="Ray: GPUs, or a fraction of one.")] = 0.0,
    as_json: AsJson = False,
) -> None:
    """Train every model of a grid. Finished ones are skipped, unfinished ones go on, failed ones are tried twice."""
    from models.sweeps.grid import expand_grid, load_grid
    from models.sweeps.sweep import Sweep

    check_choice(engine, ENGINES, "--engine")
    loaded = load_grid(grid, settings or [])
    corpus_of = cache(open_corpus)
    work = Sweep(expand_grid(loaded, corpus_of), corpus_of)
    standings = list(work.standings.values())
    waiting = sum(standing.state == "waiting" for standing in standings)
    if waiting:
        if engine == "ray":
            from models.sweeps.on_ray import RayEngine

            runner: Engine = RayEngine(
                corpus_of, address=address, cpus=cpus_per_model, gpus=gpus_per_model, device=device
            )
        else:
            runner = _local_engine(corpus_of, jobs, waiting, device)
        # Ray prints warnings on standard output, where the result alone belongs
        with redirect_stdout(sys.stderr), closing(runner), _shown(standings) as show, _stopping_when_interrupted(work):
            work.run(runner, show)
    if as_json:
        print_json({"grid": loaded.name, "models": [_for_json(standing) for standing in standings]})
    else:
        rows = [(it.id, _state(it), str(it.attempts), f"{it.seconds / 60:.1f}") for it in standings]
        print_table(("model", "state", "attempts", "minutes"), rows)
        if any(standing.state in ("stopped", "waiting") for standing in standings):
            print_line("Stopped. The same command goes on.")
    if any(standing.state == "failed" for standing in standings):
        raise typer.Exit(2)


def _local_engine(corpus_of: Callable[[str], Any], jobs: int | None, waiting: int, device: str) -> "Engine":
    from models.network import resolve_device
    from models.sweeps.local import LocalEngine

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    usual = JOBS_ON_A_GPU if resolve_device(device).type == "cuda" else cores
    return LocalEngine(corpus_of, jobs=min(jobs or usual, waiting), cores=cores, device=device)


@contextmanager
def _shown(standings: list["Standing"]) -> Iterator[Callable[["Event", "Standing"], None]]:
    """A table that is kept up to date on standard error; one line per event where that is no terminal."""
    if not errors.is_terminal:
        yield _print_event
        return
    with Live(console=errors, get_renderable=lambda: _table(standings), transient=True):
        yield lambda *_: None


def _print_event(event: "Event", standing: "Standing") -> None:
    if event.kind == "moved":
        return
    said = event.kind if event.error is None else f"{event.kind}: {event.error}"
    if event.kind == "finished" and standing.test is not None:
        said = f"finished, {test_figure(standing.test)}"
    elif standing.state == "waiting":
        said += " Once more."
    errors.print(escape(f"{standing.id}: {said}"), soft_wrap=True)


def _table(standings: list["Standing"]) -> Table:
    """As many models as there is room for: first those under way, then those that failed, then the others."""
    order = ("running", "failed", "stopped", "finished", "waiting", "skipped")
    counts = Counter(standing.state for standing in standings)
    room = max(1, errors.height - LINES_AROUND_THE_TABLE)
    shown = {standing.id for standing in sorted(standings, key=lambda it: order.index(it.state))[:room]}
    table = Table(box=None, pad_edge=False, caption_justify="left")
    table.caption = ", ".join(f"{counts[state]} {state}" for state in order if counts[state])
    table.add_column("model", no_wrap=True)
    table.add_column("state", no_wrap=True, overflow="ellipsis")
    for standing in standings:
        if standing.id in shown:
            table.add_row(escape(standing.id), escape(_state(standing)))
    return table


def _state(standing: "Standing") -> str:
    if standing.test is not None:
        return f"{standing.state}, {test_figure(standing.test)}"
    if standing.state == "running" and standing.epoch:
        return f"epoch {standing.epoch}/{standing.epochs}" + (f", loss {standing.loss:.3f}" if standing.loss else "")
    return f"{standing.state}: {standing.error}" if standing.error else standing.state


def _for_json(standing: "Standing") -> dict[str, Any]:
    return {key: getattr(standing, key) for key in ("id", "state", "test", "error", "attempts", "seconds")}


@contextmanager
def _stopping_when_interrupted(work: "Sweep") -> Iterator[None]:
    """Control-C or a polite kill lets every training keep its state; a second one ends the sweep at once."""

    def ask_to_stop(number: int, _: Any) -> None:
        work.stop()
        signal.signal(number, signal.SIG_DFL)

    before = {number: signal.signal(number, ask_to_stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
