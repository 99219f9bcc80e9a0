"""Commands about models: train, runs, evaluate.

What needs torch is imported where it is used, so that `--help` and `prepare` need not wait for it.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.console import AsJson, Device, check_choice, errors, print_json, print_line, print_table, progress_bar
from app.clock import clock
from data_prep.corpus import SPLITS, open_corpus
from data_prep.errors import UserError

if TYPE_CHECKING:
    import torch

    from models.training.distribution import Share
    from models.training.folder import TrainingFolder
    from models.training.history import Epoch
    from models.training.progress import Progress


def train(
    recipe: Annotated[
        str | None, typer.Argument(help="A YAML file, or the name of a recipe that ships with rnnscope.")
    ] = None,
    corpus: Annotated[str | None, typer.Option(help="Name or folder of a prepared corpus.")] = None,
    name: Annotated[str | None, typer.Option(help="Id of the run; by default made from corpus and model.")] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help="key=value, such as model.layers=3.")] = None,
    resume: Annotated[str | None, typer.Option(help="Go on with the unfinished training of this id.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="With --resume: end it, keep what it has learnt.")] = False,
    discard: Annotated[bool, typer.Option("--discard", help="With --resume: delete it and what it learnt.")] = False,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Train a model and keep it as a run. Control-C stops it; --resume goes on from there."""
    from models.network import resolve_device
    from models.training.distribution import joined
    from models.training.job import run_training
    from models.training.trainings import open_training

    chosen_device = resolve_device(device)
    with joined(chosen_device) as share:
        if not share.leads:
            return _follow(share, chosen_device)
        if resume is not None:
            if keep and discard:
                raise UserError("--keep and --discard exclude each other.", "Give one of them.")
            if recipe or corpus or name or settings:
                raise UserError("--resume goes on as the training was begun.", "Give --resume RUN alone.")
            folder = open_training(resume)
            if discard:
                folder.delete()
                return print_json({"discarded": resume}) if as_json else print_line(f"{resume} is deleted.")
        elif keep or discard:
            option = "--keep" if keep else "--discard"
            raise UserError(f"{option} ends an unfinished training.", f"Name it: --resume RUN {option}.")
        else:
            folder = _new_training(recipe, corpus, name, settings or [])
        share.agreed_name(folder.run_id)
        try:
            with _training_progress() as (on_progress, on_epoch), _stopping_when_interrupted(folder):
                run = run_training(folder, device=chosen_device, keep=keep, on_progress=on_progress, on_epoch=on_epoch)
        except UserError:
            if resume is None and folder.latest_state() is None:
                folder.delete()  # nothing to go on from
            raise
        if run is None:
            return _print_stopped(folder.run_id, as_json)
        if as_json:
            return print_json(run.summary() | {"folder": str(run.folder)})
        _print_runs([run.summary()])
        print_line(f"Next: rnnscope analyse {run.id}, then rnnscope app")


def runs(as_json: AsJson = False) -> None:
    """List the runs of the gallery and your own."""
    from models.run import list_runs

    found, faults = list_runs()
    summaries = [run.summary() for run in found]
    if as_json:
        broken = [{"id": run_id, "error": fault.message, "hint": fault.hint} for run_id, fault in faults.items()]
        return print_json({"runs": summaries, "broken": broken})
    _print_runs(summaries)
    for fault in faults.values():
        print_line(f"{fault.message} {fault.hint}")


def evaluate(
    run: Annotated[str, typer.Argument(help="Id of a run.")],
    split: Annotated[str, typer.Option(help="train, valid or test.")] = "test",
    corpus: Annotated[str | None, typer.Option(help="A corpus; by default the one the run was trained on.")] = None,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Measure a run on a part of its corpus: cross-entropy, and perplexity, bits per character or accuracy."""
    from models.evaluation import measure
    from models.network import resolve_device
    from models.run import open_run

    check_choice(split, SPLITS, "--split")
    opened = open_run(run)
    text = opened.open_corpus(corpus)
    network = opened.load_network(resolve_device(device))
    measured = measure(network, text, split, longest=opened.recipe.training.steps)
    counts = {"texts": len(text.texts[split])} if text.texts else {"tokens": len(text.splits[split]) - 1}
    result = {"run": run, "corpus": text.name, "split": split} | counts | measured
    if as_json:
        return print_json(result)
    for key, value in result.items():
        print_line(f"{key.replace('_', ' ')}: {f'{value:,.4f}' if isinstance(value, float) else value}")


def _new_training(recipe: str | None, corpus: str | None, name: str | None, settings: list[str]) -> "TrainingFolder":
    from models.recipe_files import built_in_recipes, load_recipe
    from models.training.job import new_training

    if recipe is None:
        raise UserError("No recipe is named.", f"Give a YAML file or one of: {', '.join(built_in_recipes())}.")
    chosen = load_recipe(recipe).with_settings(settings)
    if corpus is None and chosen.corpus is None:
        raise UserError("No corpus is named.", "Add --corpus NAME, or a line 'corpus: NAME' to the recipe.")
    return new_training(chosen, open_corpus(corpus or str(chosen.corpus)), name)


def _follow(share: "Share", device: "torch.device") -> None:
    """Take part in a training that another process leads, as `torchrun` starts them; print nothing."""
    from models.training.job import run_training
    from models.training.trainings import open_training

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the leading process stops, then all
    run_training(open_training(share.agreed_name("")), device=device)
    # gloo's threads outlive their group, and abort an interpreter that ends under them (pytorch/pytorch#179291)
    os._exit(0)


@contextmanager
def _stopping_when_interrupted(folder: "TrainingFolder") -> Iterator[None]:
    """Control-C or a polite kill lets the training keep its state; a second one ends it at once."""

    def ask_to_stop(number: int, _: Any) -> None:
        if folder.progress().get("pid") != os.getpid():
            raise KeyboardInterrupt  # not begun; whoever is at it is not to be stopped
        folder.ask("stop")
        errors.print("Stopping; once more to end at once.")
        signal.signal(number, signal.SIG_DFL)

    before = {number: signal.signal(number, ask_to_stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _print_stopped(run_id: str, as_json: bool) -> None:
    resume = f"rnnscope train --resume {run_id}"
    if as_json:
        return print_json({"id": run_id, "status": "stopped", "resume": resume})
    print_line(f"Stopped. Go on with {resume}")


@contextmanager
def _training_progress() -> Any:
    with progress_bar("training") as update:

        def on_progress(now: "Progress") -> None:
            state = f"loss {now.loss:.3f} nats · {now.tokens_per_second:,.0f} tokens/s · {clock(now.seconds_left)} left"
            update(now.update / now.updates, f"epoch {now.epoch}/{now.epochs}", state)

        def on_epoch(done: "Epoch") -> None:
            nats = f"train {done.train_nats:.4f}, valid {done.valid_nats:.4f} nats"
            errors.print(f"epoch {done.epoch}: {nats}, {clock(done.seconds)}")

        yield on_progress, on_epoch


def _print_runs(summaries: list[dict[str, Any]]) -> None:
    rows = [
        (
            run["id"],
            run["corpus"] or "–",
            f"{run['recipe'] or '–'}, {run['seed']}" if run["origin"] == "trained" else run["origin"],
            test_figure(run["test"]),
            "gallery" if run["bundled"] else "yours",
        )
        for run in summaries
    ]
    print_table(("run", "corpus", "recipe, seed", "test", "from"), rows)


def test_figure(test: dict[str, float]) -> str:
    """The test figures of a run in a few words."""
    if not test:
        return "–"
    if "balanced_accuracy" in test:
        return f"{test['accuracy']:.1%} right, balanced {test['balanced_accuracy']:.1%}"
    if "perplexity" in test:
        return f"perplexity {test['perplexity']:.1f}"
    return f"{test['bits_per_character']:.3f} bits/char"
