"""n-NN: a network with one hidden tanh layer over the last n tokens, the baseline of Karpathy et al. (2015).

It knows exactly n tokens and nothing before them, as an n-gram model does, but can share what it learns between
contexts that are alike.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from data_prep.errors import UserError

UNITS = 512
BATCH = 1000  # predictions to an update
LEARNING_RATE = 1e-2
AT_ONCE = 1 << 24  # numbers of logits in memory
REPORT_EVERY = 50  # updates


class WindowNetwork(nn.Module):
    """Logits (B, V) for the token after each window (B, n) of tokens.

    The sum over one-hot tokens is a sum of rows: one table of V + 1 rows for each place in the window, whose last
    row stands for what would be before the text.
    """

    def __init__(self, context: int, vocabulary_size: int, units: int = UNITS) -> None:
        super().__init__()
        self.context, self.vocabulary_size = context, vocabulary_size
        self.rows = nn.EmbeddingBag(context * (vocabulary_size + 1), units, mode="sum")
        self.bias = nn.Parameter(torch.zeros(units))
        self.decoder = nn.Linear(units, vocabulary_size)
        nn.init.normal_(self.rows.weight, std=1 / math.sqrt(context))
        nn.init.zeros_(self.decoder.bias)

    def forward(self, windows: Tensor) -> Tensor:
        """One row of logits for each window."""
        places = torch.arange(self.context, device=windows.device) * (self.vocabulary_size + 1)
        return self.decoder(torch.tanh(self.rows(windows + places) + self.bias))

    def log_probabilities(self, ids: np.ndarray, positions: np.ndarray) -> np.ndarray:
        """(P, V) float32: ln p of every token at these positions (P,) of a text (T,)."""
        with torch.inference_mode():
            return functional.log_softmax(self(self.windows(ids, positions)), -1).cpu().numpy()

    def log_probabilities_of(self, ids: np.ndarray) -> np.ndarray:
        """(T,) float32: ln p of every token of a text, the first included."""
        found = np.empty(len(ids), np.float32)
        step = max(1, AT_ONCE // self.vocabulary_size)
        for start in range(0, len(ids), step):
            positions = np.arange(start, min(start + step, len(ids)))
            found[positions] = self.log_probabilities(ids, positions)[
                np.arange(len(positions)), ids[positions].astype(np.int64)
            ]
        return found

    def windows(self, ids: np.ndarray, positions: np.ndarray) -> Tensor:
        """(P, n) the tokens before these positions (P,), the nearest first."""
        before = positions[:, None] - np.arange(1, self.context + 1)
        tokens = np.where(before >= 0, np.asarray(ids)[np.maximum(before, 0)].astype(np.int64), self.vocabulary_size)
        return torch.from_numpy(tokens).to(self.bias.device)


@dataclass(frozen=True)
class TrainedWindow:
    """A trained network. valid_nats: of the validation part after each epoch; the network is the best of them."""

    network: WindowNetwork
    valid_nats: tuple[float, ...]
    parameters: int
    seconds: float
    seed: int


def train_window_network(
    training: np.ndarray,
    validation: np.ndarray,
    vocabulary_size: int,
    context: int,
    *,
    units: int = UNITS,
    epochs: int = 3,
    seed: int = 0,
    device: str = "cpu",
    on_progress: Callable[[float], None] = lambda _: None,
) -> TrainedWindow:
    """Train with Adam and a cosine schedule on every position of `training` (T,), in a random order in each epoch.

    Raises UserError when there are no tokens of context, or fewer tokens than one window and its next.
    """
    if context < 1 or len(training) <= context:
        raise UserError(
            f"A network over {context} tokens cannot be trained on {len(training):,}.",
            "Choose a context of at least one token, shorter than the training part.",
        )
    torch.manual_seed(seed)
    network = WindowNetwork(context, vocabulary_size, units).to(device)
    optimizer = torch.optim.Adam(network.parameters(), LEARNING_RATE)
    updates = epochs * -(-len(training) // BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, updates)
    started, best, best_nats, history = time.perf_counter(), network.state_dict(), math.inf, []
    for update, positions in enumerate(_batches(len(training), epochs, seed), 1):
        targets = torch.from_numpy(np.asarray(training)[positions].astype(np.int64)).to(device)
        loss = functional.cross_entropy(network(network.windows(training, positions)), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if update % REPORT_EVERY == 0:
            on_progress(update / updates)
        if update % (updates // epochs) == 0:
            history.append(-float(network.log_probabilities_of(validation).mean(dtype=np.float64)))
            if history[-1] < best_nats:
                best_nats, best = history[-1], {name: part.clone() for name, part in network.state_dict().items()}
    if not math.isfinite(best_nats):
        raise UserError("The predictions of the network stopped being numbers.", "Train it with another seed.")
    network.load_state_dict(best)
    on_progress(1.0)
    parameters = sum(parameter.numel() for parameter in network.parameters())
    return TrainedWindow(network, tuple(history), parameters, time.perf_counter() - started, seed)


def _batches(tokens: int, epochs: int, seed: int) -> Iterator[np.ndarray]:
    draw = np.random.default_rng(seed)
    for _ in range(epochs):
        order = draw.permutation(tokens)
        yield from (order[start : start + BATCH] for start in range(0, tokens, BATCH))
