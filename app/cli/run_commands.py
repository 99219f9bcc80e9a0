"""Commands about models: train, runs, evaluate.

What needs torch is imported where it is used, so that `--help` and `prepare` need not wait for it.
"""

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.console import AsJson, Device, check_choice, errors, print_json, print_line, print_table, progress_bar
from data_prep.corpus import SPLITS, open_corpus
from data_prep.errors import UserError

if TYPE_CHECKING:
    from models.training import Epoch, Progress


def train(
    recipe: Annotated[str, typer.Argument(help="A YAML file, or the name of a recipe that ships with rnnscope.")],
    corpus: Annotated[str | None, typer.Option(help="Name or folder of a prepared corpus.")] = None,
    name: Annotated[str | None, typer.Option(help="Id of the run; by default made from corpus and model.")] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help="key=value, such as model.layers=3.")] = None,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Train a model and keep it as a run."""
    from models.network import resolve_device
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
    with _training_progress() as (on_progress, on_epoch):
        trained = train_network(chosen, text, device=resolve_device(device), on_progress=on_progress, on_epoch=on_epoch)
    run = save_run(run_id, chosen, text, trained)
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
    """Measure a run on a part of its corpus: cross-entropy, and perplexity or bits per character."""
    from models.evaluation import cross_entropy_nats, figures
    from models.network import resolve_device
    from models.run import open_run

    check_choice(split, SPLITS, "--split")
    opened = open_run(run)
    text = open_corpus(corpus or opened.corpus["name"])
    opened.check_vocabulary(text)
    ids = text.splits[split]
    nats = cross_entropy_nats(opened.load_network(resolve_device(device)), ids)
    measured = figures(nats, opened.vocabulary.tokenisation.unit)
    result = {"run": run, "corpus": text.name, "split": split, "tokens": len(ids) - 1} | measured
    if as_json:
        return print_json(result)
    for key, value in result.items():
        print_line(f"{key.replace('_', ' ')}: {f'{value:,.4f}' if isinstance(value, float) else value}")


@contextmanager
def _training_progress() -> Any:
    with progress_bar("training") as update:

        def on_progress(now: "Progress") -> None:
            state = (
                f"loss {now.loss:.3f} nats · {now.tokens_per_second:,.0f} tokens/s · {_clock(now.seconds_left)} left"
            )
            update(now.update / now.updates, f"epoch {now.epoch}/{now.epochs}", state)

        def on_epoch(done: "Epoch") -> None:
            nats = f"train {done.train_nats:.4f}, valid {done.valid_nats:.4f} nats per token"
            errors.print(f"epoch {done.epoch}: {nats}, {_clock(done.seconds)}")

        yield on_progress, on_epoch


def _print_runs(summaries: list[dict[str, Any]]) -> None:
    rows = [
        (
            run["id"],
            run["corpus"],
            f"{run['recipe'] or '–'}, {run['seed']}",
            _test_figure(run["test"]),
            "gallery" if run["bundled"] else "yours",
        )
        for run in summaries
    ]
    print_table(("run", "corpus", "recipe, seed", "test", "from"), rows)


def _test_figure(test: dict[str, float]) -> str:
    if "perplexity" in test:
        return f"perplexity {test['perplexity']:.1f}"
    return f"{test['bits_per_character']:.3f} bits/char"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
