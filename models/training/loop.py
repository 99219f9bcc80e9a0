"""Training a network as a recipe says."""

import math
import time
from collections.abc import Callable

import torch
from torch import Tensor

from data_prep.corpus import Corpus
from data_prep.errors import UserError
from models.evaluation import cross_entropy_nats, measure
from models.memory import check_memory, enough_memory, keep_freed_memory
from models.network import RecurrentNetwork, build_network, detached
from models.recipe import Recipe
from models.training.batches import Batch, make_batches
from models.training.checkpoints import Checkpoint, early_updates, is_kept_after
from models.training.distribution import Share, joined
from models.training.divergence import check_loss
from models.training.folder import Request, TrainingFolder
from models.training.history import Epoch, best_epoch, poor_epochs
from models.training.objective import Objective
from models.training.optimisation import clip_gradients, learning_rate, make_optimizer
from models.training.outcome import Stopped, Trained
from models.training.progress import Progress, ProgressMeter
from models.training.state import TrainingState
from models.training.task import check_task, uniform_nats

VALIDATION_STREAMS = 20
REPORT_EVERY_SECONDS = 0.5
SAVE_EVERY_SECONDS = 60.0


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


class _Training:
    """The loop around a training's state: what happens at each update, now and then, and after each epoch."""

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
        self.recipe, self.settings, self.corpus, self.share = recipe, recipe.training, corpus, share
        self.folder, self.on_progress, self.on_epoch = folder, on_progress, on_epoch
        with torch.device("meta"):
            check_memory(build_network(recipe, len(corpus.vocabulary), len(corpus.classes)), device)
        torch.manual_seed(recipe.seed)
        self.network = build_network(recipe, len(corpus.vocabulary), len(corpus.classes)).to(device)
        self.objective = share.parallel(Objective(self.network, corpus.class_weights()))
        torch.manual_seed(recipe.seed + share.rank)  # the weights alike in all processes, dropout not
        self.optimizer = make_optimizer(self.network, self.settings)
        self.batches = make_batches(recipe, corpus, device, share)
        self.updates_per_epoch = self.batches.updates_per_epoch
        self.state = TrainingState(self.network, self.optimizer)
        self.checkpoints: list[Checkpoint] = []
        if folder is not None and (snapshot := folder.latest_state()) is not None:
            self.state.restore(snapshot, share)
            self.checkpoints = [Checkpoint.from_snapshot(kept) for kept in folder.checkpoints(self.state.update)]
        self.meter = ProgressMeter(
            self.state,
            epochs=self.settings.epochs,
            updates_per_epoch=self.updates_per_epoch,
            tokens_per_update=self.batches.tokens_per_update,
        )
        self.wish: Request | None = None
        self.saved, self.saved_at = time.monotonic(), (-1, -1)  # when; after which update and how many epochs

    def run(self) -> None:
        """Every epoch that is left."""
        state, early = self.state, early_updates(self.settings, self.updates_per_epoch)
        while len(state.history) < self.settings.epochs and not self._out_of_patience() and not state.kept:
            self.network.train()
            for index in range(state.update - len(state.history) * self.updates_per_epoch, self.updates_per_epoch):
                self._step(self.batches.batch(len(state.history) + 1, index))
                if state.update in early:
                    self._keep_checkpoint(self._valid_nats())
                self._look_up()
                if self.wish == "keep":
                    break
            self._end_epoch()

    def finished(self) -> Trained:
        """The result, measured on the test part."""
        last, best = self.state.weights(), best_epoch(self.state.history)
        best_weights = {name: value.float() for name, value in self._stored(self.state.best_weights).items()}
        self.network.load_state_dict(best_weights, strict=False)  # a tied decoder is there once
        return Trained(
            self.network.eval(),
            self.state.history,
            measure(self.network, self.corpus, "test", longest=self.settings.steps),
            best,
            self.state.seconds(),
            self.checkpoints,
            last if best < len(self.state.history) else None,
        )

    def _step(self, batch: Batch) -> None:
        state, rate = self.state, self._learning_rate(self.state.update)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        loss, carried = self.objective(batch, state.carried)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        clip_gradients(self.network, self.settings)
        self.optimizer.step()
        state.carried = detached(carried)
        state.loss_sum += loss.detach().double() * batch.predictions()
        state.predictions += batch.predictions()
        state.update += 1

    def _look_up(self) -> None:
        """From time to time: report, save, and see what is asked for."""
        now = time.monotonic()
        if now - self.meter.reported < REPORT_EVERY_SECONDS or not self.share.leads:
            return
        progress = self.meter.read(self.state)
        self._check(progress.loss)
        self.on_progress(progress, self.network)
        if self.share.processes > 1:
            return  # they must agree, which they do at the end of the epoch
        self.wish = self.folder.request() if self.folder is not None else None
        if now - self.saved > SAVE_EVERY_SECONDS or self.wish == "stop":
            self._save()
        if self.wish == "stop":
            raise Stopped

    def _end_epoch(self) -> None:
        state = self.state
        mean_loss = self.share.mean(state.loss_sum / state.predictions).item()
        self._check(mean_loss)
        valid_nats = self._valid_nats()
        rate = self._learning_rate(state.update - 1)
        if valid_nats < min((earlier.valid_nats for earlier in state.history), default=math.inf):
            state.best_weights = state.weights()
        state.history.append(Epoch(len(state.history) + 1, mean_loss, valid_nats, rate, state.seconds()))
        if is_kept_after(len(state.history), self.settings):
            self._keep_checkpoint(valid_nats)
        state.begin_epoch()
        self.meter.begin_epoch()
        if self.share.leads:
            self.on_epoch(state.history[-1])
        if self.share.processes > 1:
            wishes = (None, "stop", "keep")
            wish = self.folder.request() if self.folder is not None and self.share.leads else None
            self.wish = wishes[int(self.share.agreed(wishes.index(wish)))]
        state.kept = self.wish == "keep"
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
        update, weights = self.state.update, self._stored(self.state.weights())
        checkpoint = Checkpoint(update, update / self.updates_per_epoch, valid_nats, weights)
        # A training that went on from the end of an epoch keeps that epoch's checkpoint again.
        self.checkpoints = [*(kept for kept in self.checkpoints if kept.update != update), checkpoint]
        if self.folder is not None and self.share.leads:
            self.folder.save_checkpoint(update, checkpoint.to_snapshot())

    def _stored(self, weights: dict[str, Tensor]) -> dict[str, Tensor]:
        """Weights in the precision that they have on disk."""
        precision = getattr(torch, self.settings.stored_precision)
        return {name: value.to(precision) for name, value in weights.items()}

    def _out_of_patience(self) -> bool:
        patience = self.settings.patience
        return patience is not None and poor_epochs(self.state.history, since_best=True) >= patience

    def _learning_rate(self, update: int) -> float:
        return learning_rate(self.settings, update, self.updates_per_epoch, poor_epochs(self.state.history))

    def _check(self, loss: float) -> None:
        check_loss(loss, uniform_nats(self.corpus), self.settings, self.state)

    def _save(self) -> None:
        now_at = (self.state.update, len(self.state.history))
        if self.folder is None or not self.share.leads or now_at == self.saved_at:
            return
        self.folder.save_state(self.state.update, self.state.snapshot())
        self.saved, self.saved_at = time.monotonic(), now_at
