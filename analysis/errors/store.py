"""Losses by context length on disk: they take seconds."""

from collections.abc import Callable

from analysis.errors.context_lengths import LENGTHS, TARGETS, ContextLosses, losses_by_context
from analysis.predictions.store import MOST, ensure_predictions
from analysis.results import Content, ResultKey, ensure_result
from models.run import Run

KIND, SCHEMA = "context-losses", 1


def ensure_context_losses(
    run: Run,
    part: str = "test",
    *,
    seed: int = 0,
    device: str = "cpu",
    on_progress: Callable[[float], None] = lambda _: None,
) -> ContextLosses:
    """The stored losses of a run by context length, computed first where there are none, as are its predictions.

    A text too short for the longest context is asked for shorter ones.

    Raises UserError when the corpus is not at hand, or when the run is no language model.
    """
    corpus = run.open_corpus()

    def compute() -> Content:
        predictions = ensure_predictions(run, part, device=device, on_progress=lambda done: on_progress(done / 2))
        lengths = [length for length in LENGTHS if length < len(predictions.ids) // 2]
        network = run.expect_language_model(run.load_network(device))
        made = losses_by_context(
            network,
            predictions.ids,
            predictions.log_probabilities,
            lengths=lengths,
            seed=seed,
            on_progress=lambda done: on_progress(0.5 + done / 2),
        )
        arrays = {name: getattr(made, name) for name in ("lengths", "targets", "nats", "full")}
        return Content({"seed": seed}, arrays)

    content = ensure_result(_key(run, corpus.digest, part, seed), compute)
    return ContextLosses(**content.arrays, seed=content.about["seed"])


def _key(run: Run, corpus: str, part: str, seed: int) -> ResultKey:
    options = {"corpus": corpus, "part": part, "tokens": MOST, "lengths": list(LENGTHS), "targets": TARGETS}
    return ResultKey(run, KIND, SCHEMA, options | {"seed": seed})
