"""Training a network as a recipe says."""

import copy
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from data_prep.corpus import Corpus
from data_prep.errors import UserError
from models.evaluation import cross_entropy_nats, measure
from models.memory import check_memory, enough_memory, keep_freed_memory
from models.network import RecurrentClassifier, RecurrentLanguageModel, RecurrentNetwork, State, detached
from models.recipe import Recipe
from models.training.batches import Batch, make_batches
from models.training.distribution import Share, joined
from models.training.folder import Request, Snapshot, TrainingFolder
from models.training.optimisation import clip_gradients, learning_rate, make_optimizer

VALIDATION_STREAMS = 20
REPORT_EVERY_SECONDS = 0.5
SAVE_EVERY_SECONDS = 60.0
# A loss so many times that of a uniform guess is no way to learn.
EXPLODED = 10


@dataclass(frozen=True)
class Progress:
    """Where a training stands. Loss in nats per prediction since the report before; seconds since the start."""

    epoch: int
    epochs: int
    update: int
    updates: int
    loss: float
    tokens_per_second: float
    seconds: float
    seconds_left: float


@dataclass(frozen=True)
class Epoch:
    """One pass over the training part: mean training and validation cross-entropy (nats per prediction).

    learning_rate: of its last update.
    """

    epoch: int
    train_nats: float
    valid_nats: float
    learning_rate: float
    seconds: float


@dataclass(frozen=True)
class Checkpoint:
    """The weights after `update` (in the stored precision), and what the validation part then cost in nats."""

    update: int
    epoch: float
    valid_nats: float
    weights: dict[str, Tensor]


@dataclass(frozen=True)
class Trained:
    """A finished training: the network with the weights that were best on the validation part.

    last_weights: those after the last update, where they are others.
    """

    network: RecurrentNetwork
    history: list[Epoch]
    test: dict[str, Any]
    best_epoch: int
    seconds: float
    checkpoints: list[Checkpoint] = field(default_factory=list)
    last_weights: dict[str, Tensor] | None = None


class Stopped(Exception):  # noqa: N818 (it is no error)
    """The training was asked to stop; its state is kept."""


def train(
    recipe: Recipe,
    corpus: Corpus,
    *,
    device: torch.device,
    folder: TrainingFolder | None = None,
    on_progress: Callable[[Progress, RecurrentNetwork], None] = lambda *_: None,
    on_epoch: Callable[[Epoch], None] = lambda _: None,
) -> Trained | None:
    """Train the recipe's model on the corpus's training part and measure it on the test part.

    A language model's state is carried from one batch to the next and starts at zero in every epoch; a
    classifier's starts at zero in every text. The test figures (see `evaluation.measure`) are those of the
    stored precision. With a folder, whose lock the caller holds, the training goes on from the state that
    is kept there and keeps its own: on the CPU, with as many threads, the weights come out bit for bit as
    if nothing had happened in between. Under `torchrun` the leading process alone returns a result or raises
    UserError, and a training is stopped and saved at the end of an epoch only.

    Raises UserError when corpus and recipe do not fit, when the memory does not suffice, or when the loss
    explodes or stops being a number;
    Stopped when the folder was asked to stop.
    """
    keep_freed_memory()
    with enough_memory(), joined(device) as share:
        try:
            check_task(recipe, corpus)
            training = _Training(recipe, corpus, device, share, folder, on_progress, on_epoch)
            training.run()
            return training.finished() if share.leads else None
        except UserError:
            if share.leads:
                raise  # what is wrong for one of them is wrong for all
    return None


def build_network(recipe: Recipe, vocabulary_size: int, classes: int) -> RecurrentNetwork:
    """The network that a recipe describes, with fresh weights."""
    if recipe.task == "classifier":
        return RecurrentClassifier(recipe.model, vocabulary_size, classes)
    return RecurrentLanguageModel(recipe.model, vocabulary_size)


def uniform_nats(corpus: Corpus) -> float:
    """What guessing costs in nats per prediction when all classes, or else all tokens, are as likely."""
    return math.log(len(corpus.classes) or len(corpus.vocabulary))


def prediction_noun(corpus: Corpus) -> str:
    """What is predicted, one at a time, and losses are the mean over: word, character, byte or text."""
    return "text" if corpus.classes else corpus.vocabulary.tokenisation.noun


def check_task(recipe: Recipe, corpus: Corpus) -> None:
    """UserError unless the corpus is of the kind that the recipe's task reads."""
    if recipe.task == "classifier" and corpus.texts is None:
        raise UserError(
            f"{corpus.name} is running text, and a classifier needs labelled texts.",
            "Prepare a table with --label-column, or use a recipe of a language model.",
        )
    if recipe.task == "language-model" and corpus.texts is not None:
        # one text after the other would carry the state from each into the next
        raise UserError(
            f"{corpus.name} holds separate labelled texts, and a language model reads running text.",
            "Use a recipe of a classifier, such as yelp-gru, or prepare the texts without --label-column.",
        )


def history_to_json(history: list[Epoch]) -> list[dict[str, Any]]:
    """The epochs as plain dictionaries."""
    return [asdict(epoch) for epoch in history]


class _Objective(nn.Module):
    """The loss as a module, which is what gradients are averaged over where processes share a training."""

    def __init__(self, network: RecurrentNetwork, class_weights: np.ndarray | None) -> None:
        super().__init__()
        self.network = network
        weights = None if class_weights is None else torch.tensor(class_weights, dtype=torch.float32)
        self.class_weights = None if weights is None else weights.to(next(network.parameters()).device)

    def forward(self, batch: Batch, state: State) -> tuple[Tensor, State]:
        if batch.lengths is None:
            return self.network.loss(batch.ids, batch.targets, state)
        return self.network.loss(batch.ids, batch.lengths, batch.targets, self.class_weights), None


class _Training:
    """The training between two updates: everything that `snapshot` keeps and `restore` brings back."""

    def __init__(
        self,
        recipe: Recipe,
        corpus: Corpus,
        device: torch.device,
        share: Share,
        folder: TrainingFolder | None,
        on_progress: Callable[[Progress, RecurrentNetwork], None],
        on_epoch: Callable[[Epoch], None],
    ) -> None:
        self.recipe, self.settings, self.corpus, self.device, self.share = (
            recipe, recipe.training, corpus, device, share,
        )  # fmt: skip
        self.folder, self.on_progress, self.on_epoch = folder, on_progress, on_epoch
        with torch.device("meta"):
            check_memory(build_network(recipe, len(corpus.vocabulary), len(corpus.classes)), device)
        torch.manual_seed(recipe.seed)
        self.network = build_network(recipe, len(corpus.vocabulary), len(corpus.classes)).to(device)
        self.objective = share.parallel(_Objective(self.network, corpus.class_weights()))
        torch.manual_seed(recipe.seed + share.rank)  # the weights alike in all processes, dropout not
        self.optimizer = make_optimizer(self.network, self.settings)
        self.batches = make_batches(recipe, corpus, device, share)
        self.update = 0  # so many are done
        self.state: State = None
        self.loss_sum = torch.zeros((), dtype=torch.float64, device=device)
        self.predictions = 0
        self.history: list[Epoch] = []
        self.checkpoints: list[Checkpoint] = []
        self.best_weights: dict[str, Tensor] = {}
        self.seconds_before = 0.0
        self.started = self.saved = time.monotonic()
        self.wish: Request | None = None
        self.kept = False  # ended before its time, on request
        self.saved_at = (-1, -1)  # update and epochs
        if folder is not None and (snapshot := folder.latest_state()) is not None:
            self._restore(snapshot)
        self.reported = _Reported(self.started, self.update, self.loss_sum.item(), self.predictions)
        self.updates_before = self.update

    def run(self) -> None:
        """Every epoch that is left."""
        per_epoch = self.batches.updates_per_epoch
        early = {math.ceil(per_epoch / 2**halving) for halving in range(self.settings.checkpoints_in_first_epoch)}
        while len(self.history) < self.settings.epochs and not self._out_of_patience() and not self.kept:
            self.network.train()
            for index in range(self.update - len(self.history) * per_epoch, per_epoch):
                self._step(self.batches.batch(len(self.history) + 1, index))
                if self.update < per_epoch and self.update in early:
                    self._keep_checkpoint(self._valid_nats())
                self._look_up()
                if self.wish == "keep":
                    break
            self._end_epoch()

    def finished(self) -> Trained:
        """The result, measured on the test part."""
        stored = getattr(torch, self.settings.stored_precision)
        last = self._weights()
        best_weights = {name: value.to(stored).float() for name, value in self.best_weights.items()}
        self.network.load_state_dict(best_weights, strict=False)  # a tied decoder is there once
        best = min(self.history, key=lambda epoch: epoch.valid_nats).epoch
        test = measure(self.network, self.corpus, "test", longest=self.settings.steps)
        return Trained(
            self.network.eval(),
            self.history,
            test,
            best,
            self._seconds(),
            self.checkpoints,
            last if best < len(self.history) else None,
        )

    def _step(self, batch: Batch) -> None:
        rate = self._learning_rate(self.update)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        loss, state = self.objective(batch, self.state)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        clip_gradients(self.network, self.settings)
        self.optimizer.step()
        self.state = detached(state)
        self.loss_sum += loss.detach().double() * batch.predictions()
        self.predictions += batch.predictions()
        self.update += 1

    def _look_up(self) -> None:
        """From time to time: report, save, and see what is asked for. Reading the loss waits for the device."""
        now = time.monotonic()
        if now - self.reported.time < REPORT_EVERY_SECONDS or not self.share.leads:
            return
        self._report(now)
        if self.share.processes > 1:
            return  # they must agree, which they do at the end of the epoch
        self.wish = self.folder.request() if self.folder is not None else None
        if now - self.saved > SAVE_EVERY_SECONDS or self.wish == "stop":
            self._save()
        if self.wish == "stop":
            raise Stopped

    def _report(self, now: float) -> None:
        before, total = self.reported, self.loss_sum.item()
        self._check(total - before.loss_sum, self.predictions - before.predictions)
        updates = self.batches.updates_per_epoch * self.settings.epochs
        done = self.update - self.updates_before
        elapsed = now - self.started
        per_update = self.batches.tokens_per_update
        progress = Progress(
            epoch=min(len(self.history) + 1, self.settings.epochs),
            epochs=self.settings.epochs,
            update=self.update,
            updates=updates,
            loss=(total - before.loss_sum) / max(1, self.predictions - before.predictions),
            tokens_per_second=(self.update - before.update) * per_update / (now - before.time),
            seconds=self._seconds(),
            seconds_left=(updates - self.update) * elapsed / done,
        )
        self.reported = _Reported(now, self.update, total, self.predictions)
        self.on_progress(progress, self.network)

    def _end_epoch(self) -> None:
        mean_loss = self.share.mean(self.loss_sum / self.predictions).item()
        self._check(mean_loss, 1)
        valid_nats = self._valid_nats()
        rate = self._learning_rate(self.update - 1)
        epoch = Epoch(len(self.history) + 1, mean_loss, valid_nats, rate, self._seconds())
        if valid_nats < min((earlier.valid_nats for earlier in self.history), default=math.inf):
            self.best_weights = self._weights()
        self.history.append(epoch)
        every = self.settings.checkpoint_every
        if (len(self.history) == 1 and self.settings.checkpoints_in_first_epoch) or (
            every is not None and len(self.history) % every == 0
        ):
            self._keep_checkpoint(valid_nats)
        self.state = None
        self.loss_sum.zero_()
        self.predictions = 0
        self.reported = _Reported(self.reported.time, self.reported.update, 0.0, 0)
        if self.share.leads:
            self.on_epoch(epoch)
        if self.share.processes > 1:
            wishes = (None, "stop", "keep")
            wish = self.folder.request() if self.folder is not None and self.share.leads else None
            self.wish = wishes[int(self.share.agreed(wishes.index(wish)))]
        self.kept = self.wish == "keep"
        self._save()
        if self.wish == "stop":  # of several processes: one alone is stopped between two updates
            raise Stopped

    def _valid_nats(self) -> float:
        nats = 0.0
        if self.share.leads:
            if self.recipe.task == "classifier":
                figures = measure(self.network, self.corpus, "valid", longest=self.settings.steps)
                nats = figures["cross_entropy_nats"]
            else:
                streams = min(VALIDATION_STREAMS, len(self.corpus.splits["valid"]) - 1)
                nats = cross_entropy_nats(self.network, self.corpus.splits["valid"], streams=streams)
        return self.share.agreed(nats)

    def _keep_checkpoint(self, valid_nats: float) -> None:
        stored = getattr(torch, self.settings.stored_precision)
        weights = {name: value.to(stored) for name, value in self._weights().items()}
        checkpoint = Checkpoint(self.update, self.update / self.batches.updates_per_epoch, valid_nats, weights)
        # A training that went on from the end of an epoch keeps that epoch's checkpoint again.
        self.checkpoints = [*(kept for kept in self.checkpoints if kept.update != self.update), checkpoint]
        if self.folder is not None and self.share.leads:
            facts = {"update": checkpoint.update, "epoch": checkpoint.epoch, "valid_nats": valid_nats}
            self.folder.save_checkpoint(self.update, Snapshot(weights, facts))

    def _out_of_patience(self) -> bool:
        return self.settings.patience is not None and self._poor_epochs(since_best=True) >= self.settings.patience

    def _poor_epochs(self, *, since_best: bool = False) -> int:
        """How many epochs brought no better validation loss: in all, or since the best one."""
        poor, best = 0, math.inf
        for epoch in self.history:
            better = epoch.valid_nats < best
            best = min(best, epoch.valid_nats)
            poor = 0 if better and since_best else poor + (not better)
        return poor

    def _learning_rate(self, update: int) -> float:
        return learning_rate(self.settings, update, self.batches.updates_per_epoch, self._poor_epochs())

    def _check(self, loss_sum: float, predictions: int) -> None:
        rate = self.optimizer.param_groups[0]["lr"]
        uniform = uniform_nats(self.corpus)
        hint = f"Lower it: --set training.learning_rate={self.settings.learning_rate / 10:.1g}"
        where = f"in epoch {len(self.history) + 1}, by update {self.update}; learning rate {rate:.3g}"
        if not math.isfinite(loss_sum):
            raise UserError(f"The loss stopped being a number {where}.", hint)
        if loss_sum > EXPLODED * max(uniform, 1.0) * predictions:
            raise UserError(
                f"The loss exploded to {loss_sum / predictions:,.0f} nats {where} (a uniform guess: {uniform:.1f}).",
                hint,
            )

    def _weights(self) -> dict[str, Tensor]:
        return {name: parameter.detach().clone() for name, parameter in self.network.named_parameters()}

    def _seconds(self) -> float:
        return self.seconds_before + time.monotonic() - self.started

    def _save(self) -> None:
        now_at = (self.update, len(self.history))
        if self.folder is None or not self.share.leads or now_at == self.saved_at:
            return
        tensors = {f"network.{name}": value for name, value in self._weights().items()}
        tensors |= {f"best.{name}": value for name, value in self.best_weights.items()}
        for index, entries in self.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{index}.{key}": value for key, value in entries.items() if value is not None}
        carried = self.state if isinstance(self.state, tuple) else (self.state,)
        tensors |= {f"carried.{place}": part for place, part in enumerate(carried) if part is not None}
        tensors["random.cpu"] = torch.get_rng_state()
        if self.device.type == "cuda":
            tensors["random.cuda"] = torch.cuda.get_rng_state(self.device)
        facts = {
            "update": self.update,
            "loss_sum": self.loss_sum.item(),
            "predictions": self.predictions,
            "history": history_to_json(self.history),
            "kept": self.kept,
            "seconds": self._seconds(),
        }
        self.folder.save_state(self.update, Snapshot(tensors, facts))
        self.saved, self.saved_at = time.monotonic(), now_at

    def _restore(self, snapshot: Snapshot) -> None:
        assert self.folder is not None
        groups: dict[str, dict[str, Tensor]] = {}
        for name, tensor in snapshot.tensors.items():
            kind, _, rest = name.partition(".")
            groups.setdefault(kind, {})[rest] = tensor
        self.network.load_state_dict(groups["network"], strict=False)  # a tied decoder is stored once
        self.best_weights = {name: value.to(self.device) for name, value in groups.get("best", {}).items()}
        whole = copy.deepcopy(self.optimizer.state_dict())
        for name, tensor in groups.get("optimizer", {}).items():
            index, _, key = name.partition(".")
            whole["state"].setdefault(int(index), {})[key] = tensor
        self.optimizer.load_state_dict(whole)
        # One process may have saved amid an epoch what several go on from. Copied, because where in memory a
        # file's numbers begin could change the last bit of a matrix product.
        streams = [self.share.streams(value) for _, value in sorted(groups.get("carried", {}).items())]
        carried = [value.to(self.device, copy=True) for value in streams]
        self.state = None if not carried else carried[0] if len(carried) == 1 else (carried[0], carried[1])
        if self.share.leads:  # the others' dropout is to differ
            torch.set_rng_state(groups["random"]["cpu"])
            if "cuda" in groups["random"]:
                torch.cuda.set_rng_state(groups["random"]["cuda"], self.device)
        facts = snapshot.facts
        self.update = facts["update"]
        self.loss_sum.fill_(facts["loss_sum"] / self.share.processes)
        self.predictions = facts["predictions"] // self.share.processes
        self.history = [Epoch(**epoch) for epoch in facts["history"]]
        self.kept = facts.get("kept", False)
        self.seconds_before = facts["seconds"]
        self.checkpoints = [
            Checkpoint(**kept.facts, weights=kept.tensors) for kept in self.folder.checkpoints(self.update)
        ]


@dataclass(frozen=True)
class _Reported:
    """Where the last report was made."""

    time: float
    update: int
    loss_sum: float
    predictions: int
