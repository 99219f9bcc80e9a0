"""The training dynamics of a run beside the n-gram or n-NN models of its corpus, on disk."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, Literal, get_args

import numpy as np

from analysis.dynamics.dynamics import Dynamics, Expectations, training_dynamics
from analysis.gates.saturation import Saturation, saturation
from analysis.gates.store import corpus_digest, ensure_gates
from analysis.ngrams.store import ensure_ngram_distributions, ensure_ngram_scores
from analysis.ngrams.window_store import ensure_window_scores, is_window_scored
from analysis.predictions.store import ensure_predictions
from analysis.results import Content, ResultKey, ensure_result, find_result, read_result
from data_prep.corpus import Corpus
from data_prep.errors import UserError
from models.run import Run

KIND, SCHEMA = "dynamics", 2
Family = Literal["n-gram", "n-NN"]
FAMILIES: tuple[Family, ...] = get_args(Family)
CONTEXTS = tuple(range(10))  # of the n-gram models
NETWORKS = range(1, 20)  # tokens that n-NN models may look at
SEED = 0
PART = "test"
_NGRAMS = 0.4  # of the time
_SIDES = ("left", "right", "mean")  # of saturation


@dataclass(frozen=True)
class Moment:
    """Weights that were kept: after an update (None: the best ones), and so many epochs."""

    update: int | None
    epoch: float


@dataclass(frozen=True)
class RunDynamics:
    """dynamics: of a run's C moments. left, right, mean: gate → (C, L, H), saturation as by `saturation`, of PART."""

    moments: tuple[Moment, ...]
    dynamics: Dynamics
    left: dict[str, np.ndarray]
    right: dict[str, np.ndarray]
    mean: dict[str, np.ndarray]


def moments_of(run: Run) -> tuple[Moment, ...]:
    """The checkpoints of a run in their order; the best weights last, where they are later than all of these.

    Raises UserError when the run is no language model, or when no weights were kept on the way.
    """
    if run.origin == "states":
        raise UserError(
            f"{run.id} is recorded states without weights: how they were learnt is not known.",
            "Choose a run that was trained here.",
        )
    if run.task != "language-model":
        raise run.tells_classes()
    if run.origin == "imported":
        raise UserError(
            f"{run.id} was trained elsewhere: its weights on the way are not known.",
            "Choose a run that was trained here.",
        )
    if not run.checkpoints:
        raise UserError(
            f"The run {run.id} has no checkpoint: only its best weights were kept.",
            "Train it with training.checkpoints_in_first_epoch=3 and training.checkpoint_every=5, and its weights are "
            "kept on the way: at 1, 1/2, 1/4 … of the first epoch, and every so many epochs.",
        )
    kept = sorted((Moment(one["update"], one["epoch"]) for one in run.checkpoints), key=lambda one: one.epoch)
    best = min(run.history, key=lambda entry: entry["valid_nats"])["epoch"] if run.history else 0
    return (*kept, Moment(None, best)) if best > kept[-1].epoch else tuple(kept)


def stored_dynamics(run: Run, family: Family = "n-gram") -> RunDynamics | None:
    """The stored result, for which the corpus need not be at hand; None where there is none.

    Raises UserError as `moments_of`, and when it is damaged.
    """
    moments = moments_of(run)
    folder = find_result(dynamics_key(run, family))
    return None if folder is None else _from(moments, read_result(folder, KIND, SCHEMA))


def ensure_dynamics(
    run: Run,
    family: Family = "n-gram",
    *,
    device: str = "cpu",
    again: bool = False,
    on_progress: Callable[[float, str], None] = lambda _done, _what: None,
) -> RunDynamics:
    """The stored result; computed first where there is none, or if asked to do it `again`.

    family: what the run is compared with; n-NN models are those that were trained (`rnnscope ngram CORPUS --networks`).
    on_progress gets the finished fraction and what is being done, and may raise to cancel: what was finished by then,
    the predictions of a checkpoint for one, is stored and not done again.

    Raises UserError as `moments_of`, when the corpus is not at hand, and when no n-NN model of it was trained.
    """
    moments = moments_of(run)

    def compute() -> Content:
        corpus = run.open_corpus()
        if family == "n-gram":
            models = _ngrams(corpus, lambda done: on_progress(_NGRAMS * done, "counting n-grams"))
        else:
            models = _networks(corpus)

        def tell(place: int, done: float) -> None:
            share = (place + done) / len(moments)
            on_progress(_NGRAMS + (1 - _NGRAMS) * share, f"reading with weights {place + 1} of {len(moments)}")

        read = [_read(run, moment, device, partial(tell, place)) for place, moment in enumerate(moments)]
        foretold, gates = zip(*read, strict=True)
        found = training_dynamics(foretold, models, seed=SEED)
        on_progress(1.0, "finished")
        tracks = {
            side: {name: np.stack([getattr(one, side)[name] for one in gates]) for name in gates[0].gates}
            for side in _SIDES
        }
        return dynamics_content(RunDynamics(moments, found, **tracks))

    return _from(moments, ensure_result(dynamics_key(run, family), compute, again=again))


def networks_of(corpus: Corpus) -> tuple[int, ...]:
    """The context lengths of the n-NN models of a corpus that were trained."""
    return tuple(context for context in NETWORKS if is_window_scored(corpus, context))


def dynamics_key(run: Run, family: Family = "n-gram") -> ResultKey:
    """The name under which the result is stored; of n-NN models by those that there are."""
    contexts = list(CONTEXTS if family == "n-gram" else networks_of(run.open_corpus()))
    options = {"corpus": corpus_digest(run), "part": PART, "family": family, "contexts": contexts, "seed": SEED}
    return ResultKey(run, KIND, SCHEMA, options)


def _read(
    run: Run, moment: Moment, device: str, on_progress: Callable[[float], None]
) -> tuple[Expectations, Saturation]:
    """What the run foretold with the weights of a moment, and how saturated its gates were."""
    how: dict[str, Any] = {"checkpoint": moment.update, "device": device}
    made = ensure_predictions(run, PART, **how, on_progress=lambda done: on_progress(done / 2))
    counts = ensure_gates(run, PART, **how, on_progress=lambda done: on_progress(0.5 + done / 2))
    return Expectations(made.log_probabilities, made.distributions), saturation(counts)


def _ngrams(corpus: Corpus, on_progress: Callable[[float], None]) -> dict[str, Expectations]:
    """What n-gram models expect, by name; of as many contexts as the corpus has tokens for."""
    contexts = [context for context in CONTEXTS if context < len(corpus.splits["train"])]
    scores = ensure_ngram_scores(corpus, PART, on_progress=lambda done: on_progress(done / 2))
    distributions = ensure_ngram_distributions(corpus, contexts, PART)
    on_progress(1.0)
    return {
        _name("n-gram", context): Expectations(np.log(scores.probabilities[context]), distributions[context])
        for context in contexts
    }


def _networks(corpus: Corpus) -> dict[str, Expectations]:
    contexts = networks_of(corpus)
    if not contexts:
        raise UserError(
            f"No n-NN model of {corpus.name} has been trained.",
            f"Train them: rnnscope ngram {corpus.name} --networks 6",
        )
    scores = {context: ensure_window_scores(corpus, context) for context in contexts}
    return {
        _name("n-NN", context): Expectations(one.log_probabilities, one.distributions)
        for context, one in scores.items()
    }


def _name(family: Family, context: int) -> str:
    return f"{family}, context {context}"


def dynamics_content(made: RunDynamics) -> Content:
    """What is stored."""
    values = vars(made.dynamics)
    arrays = {name: value for name, value in values.items() if isinstance(value, np.ndarray)}
    about: dict[str, Any] = {name: value for name, value in values.items() if name not in arrays}
    for side in _SIDES:
        arrays |= {f"{side}-{name}": own.astype(np.float32) for name, own in getattr(made, side).items()}
    return Content(about | {"gates": list(made.right)}, arrays)


def _from(moments: tuple[Moment, ...], content: Content) -> RunDynamics:
    for own in content.arrays.values():
        own.flags.writeable = False  # shared by every visitor of the dashboard
    values = content.about | content.arrays
    found = {field.name: values[field.name] for field in fields(Dynamics)} | {"models": tuple(content.about["models"])}
    tracks = {side: {name: values[f"{side}-{name}"] for name in content.about["gates"]} for side in _SIDES}
    return RunDynamics(moments, Dynamics(**found), **tracks)
