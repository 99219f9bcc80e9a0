"""Training a language model by truncated backpropagation through time."""

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from data_prep.corpus import Corpus
from data_prep.errors import UserError
from models.evaluation import cross_entropy_nats, figures, split_streams
from models.network import RecurrentLanguageModel, detached
from models.recipe import Recipe, TrainingSettings

VALIDATION_STREAMS = 20
REPORT_EVERY_SECONDS = 0.5


@dataclass(frozen=True)
class Progress:
    """Where a training stands. Loss in nats per token, a running mean; seconds since the start."""

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
    """One pass over the training part: mean training and validation cross-entropy (nats per token)."""

    epoch: int
    train_nats: float
    valid_nats: float
    learning_rate: float
    seconds: float


@dataclass(frozen=True)
class Trained:
    """A finished training: the network with the weights that were best on the validation part."""

    network: RecurrentLanguageModel
    history: list[Epoch]
    test: dict[str, Any]
    best_epoch: int
    seconds: float


def train(
    recipe: Recipe,
    corpus: Corpus,
    *,
    device: torch.device,
    on_progress: Callable[[Progress], None] = lambda _: None,
    on_epoch: Callable[[Epoch], None] = lambda _: None,
) -> Trained:
    """Train the recipe's model on the corpus's training part and measure it on the test part.

    The state is carried from one batch to the next and starts at zero in every epoch. The test
    figures (one stream, see `cross_entropy_nats`) are those of the stored precision.

    Raises UserError for a corpus of labelled texts, when a part is shorter than one batch, or when the
    loss stops being a number.
    """
    settings = recipe.training
    _check_corpus(settings, corpus)
    torch.manual_seed(recipe.seed)
    network = RecurrentLanguageModel(recipe.model, len(corpus.vocabulary)).to(device)
    optimizer = _optimizer(network, settings)
    inputs, targets = (
        torch.from_numpy(part).to(device) for part in split_streams(corpus.splits["train"], settings.batch)
    )
    updates_per_epoch = math.ceil(len(inputs) / settings.steps)
    updates = updates_per_epoch * settings.epochs
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, _schedule(settings, updates))
    validation_streams = min(VALIDATION_STREAMS, len(corpus.splits["valid"]) - 1)

    history: list[Epoch] = []
    best = math.inf
    best_weights = {}
    started = reported = time.monotonic()
    for epoch in range(1, settings.epochs + 1):
        network.train()
        state, total, seen = None, torch.zeros((), device=device), 0
        for batch in range(updates_per_epoch):
            window = slice(batch * settings.steps, (batch + 1) * settings.steps)
            logits, state = network(inputs[window], state)
            loss = functional.cross_entropy(logits.flatten(0, 1), targets[window].flatten())
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), settings.clip_norm)
            optimizer.step()
            scheduler.step()
            state = detached(state)
            total += loss.detach() * targets[window].numel()
            seen += targets[window].numel()
            now = time.monotonic()
            if now - reported > REPORT_EVERY_SECONDS:  # reading the loss waits for the device: not at every step
                reported = now
                update = (epoch - 1) * updates_per_epoch + batch + 1
                _check_finite(total.item(), epoch, batch, settings.learning_rate)
                rate = update / (now - started)
                tokens_per_second = rate * settings.batch * settings.steps
                on_progress(
                    Progress(
                        epoch, settings.epochs, update, updates, total.item() / seen, tokens_per_second,
                        now - started, (updates - update) / rate,
                    )
                )  # fmt: skip
        _check_finite(total.item(), epoch, updates_per_epoch, settings.learning_rate)
        valid_nats = cross_entropy_nats(network, corpus.splits["valid"], streams=validation_streams)
        history.append(
            Epoch(epoch, total.item() / seen, valid_nats, scheduler.get_last_lr()[0], time.monotonic() - started)
        )
        on_epoch(history[-1])
        if valid_nats < best:
            best = valid_nats
            best_weights = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    stored = getattr(torch, settings.stored_precision)
    network.load_state_dict({name: tensor.to(stored).float() for name, tensor in best_weights.items()})
    test_nats = cross_entropy_nats(network, corpus.splits["test"])
    test = figures(test_nats, corpus.vocabulary.tokenisation.unit)
    best_epoch = min(history, key=lambda entry: entry.valid_nats).epoch
    return Trained(network.eval(), history, test, best_epoch, time.monotonic() - started)


def history_to_json(history: list[Epoch]) -> list[dict[str, Any]]:
    """The epochs as plain dictionaries."""
    return [asdict(epoch) for epoch in history]


def _optimizer(network: nn.Module, settings: TrainingSettings) -> torch.optim.Optimizer:
    kinds = {
        "adamw": torch.optim.AdamW,
        "adam": torch.optim.Adam,
        "sgd": torch.optim.SGD,
        "rmsprop": torch.optim.RMSprop,
    }
    return kinds[settings.optimizer](
        network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )


def _schedule(settings: TrainingSettings, updates: int) -> Callable[[int], float]:
    shapes = {
        "constant": lambda _: 1.0,
        "linear": lambda update: max(0.0, 1 - update / updates),
        "cosine": lambda update: 0.5 * (1 + math.cos(math.pi * min(1.0, update / updates))),
    }
    return shapes[settings.schedule]


def _check_corpus(settings: TrainingSettings, corpus: Corpus) -> None:
    if corpus.texts is not None:  # one text after the other would carry the state from each into the next
        raise UserError(
            f"{corpus.name} holds separate labelled texts, and a language model reads running text.",
            "Prepare the texts without --label-column, under another --name.",
        )
    available = len(corpus.splits["train"]) - 1
    if available < settings.batch:
        raise UserError(
            f"A batch of {settings.batch} streams is longer than the training part of {corpus.name} "
            f"({available + 1:,} tokens).",
            f"Use at most --set training.batch={available}, or a longer text.",
        )


def _check_finite(total: float, epoch: int, batch: int, learning_rate: float) -> None:
    if not math.isfinite(total):
        raise UserError(
            f"The loss stopped being a number in epoch {epoch}, update {batch}; learning rate {learning_rate:.3g}.",
            f"Lower it: --set training.learning_rate={learning_rate / 10:.1g}",
        )
