"""How fast and in how much memory a language model is trained, beside the textbook loop.

The textbook loop is that of the public PyTorch word-language-model example: nn.Embedding, nn.LSTM,
nn.Linear, CrossEntropyLoss, clipping, SGD. Both train the same model from the same text and seed, in
processes of their own and in turn, so that neither inherits the other's memory.
"""

import json
import statistics
import subprocess
import sys
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import torch

from app.bench.measured import Measured

ROUNDS = 3
UPDATES = 40  # timed, after as many to warm up


@dataclass(frozen=True)
class Case:
    """A model and its batches: LSTM layers × units over V token types, batch × steps tokens per update."""

    name: str
    layers: int
    units: int
    vocabulary: int
    batch: int
    steps: int
    device: str = "cpu"
    goal: float = 1.0

    def flops_per_token(self) -> int:
        """Of the matrix products of one update: forward, and twice as much backward."""
        recurrent = self.layers * 8 * self.units**2
        return 3 * 2 * (recurrent + self.units * self.vocabulary)


CASES = [
    Case("words, LSTM 2×200", 2, 200, 10_000, 20, 35, goal=1.3),
    Case("bytes, LSTM 2×128", 2, 128, 87, 100, 100, goal=1.1),
]
GPU_CASES = [
    Case("GPU, words, LSTM 2×200", 2, 200, 10_000, 20, 35, "cuda", 1.5),
    Case("GPU, bytes, LSTM 2×128", 2, 128, 87, 100, 100, "cuda", 1.5),
    Case("GPU, words, LSTM 2×650", 2, 650, 10_000, 20, 35, "cuda", 1.5),
    Case("GPU, bytes, LSTM 3×512", 3, 512, 87, 100, 100, "cuda", 1.5),
]
SHARE_GOAL = 0.8
# A textbook step holds logits, log-probabilities and their gradient.
MEMORY_GOAL = 1.0


@dataclass(frozen=True)
class Trial:
    """One process's measurement: tokens per second, mean loss of the timed updates (nats), peak bytes."""

    tokens_per_second: float
    loss: float
    peak: int


def measure_training() -> list[Measured]:
    """Every case, then memory; some minutes."""
    figures = []
    for case in CASES + (GPU_CASES if torch.cuda.is_available() else []):
        figures += _speed(case)
    return [*figures, _memory(CASES[0])]


def _speed(case: Case) -> list[Measured]:
    rounds = [(_trial("ours", case), _trial("textbook", case), matmul_rate(case.device)) for _ in range(ROUNDS)]
    ours = statistics.median(trial.tokens_per_second for trial, _, _ in rounds)
    peer = statistics.median(trial.tokens_per_second for _, trial, _ in rounds)
    rate = statistics.median(rate for _, _, rate in rounds)
    loss, peer_loss = rounds[-1][0].loss, rounds[-1][1].loss
    share, peer_share = (speed * case.flops_per_token() / rate for speed in (ours, peer))
    difference = abs(loss - peer_loss) / peer_loss
    return [
        Measured(
            f"{case.name}, trained", ours, "tokens/s", "textbook loop", peer, ours >= case.goal * peer,
            f"≥ {case.goal}",
        ),
        Measured(
            f"{case.name}, share of {rate / 1e9:.0f} GFLOP/s", share, "of torch.mm", "textbook loop", peer_share,
            share >= SHARE_GOAL, f"≥ {SHARE_GOAL:.0%}",
        ),
        Measured(
            f"{case.name}, loss", loss, "nats", "textbook loop", peer_loss, difference < 1e-3, "equal",
        ),
    ]  # fmt: skip


def _memory(case: Case) -> Measured:
    """How much the peak grows with the tokens of an update, in units of one logits matrix."""
    case, more = replace(case, steps=2 * case.steps), replace(case, steps=8 * case.steps)
    logits = (more.steps - case.steps) * case.batch * case.vocabulary * 4
    growth, peer_growth = (
        (_trial(side, more).peak - _trial(side, case).peak) / logits for side in ("ours", "textbook")
    )
    return Measured(
        "peak memory per logits matrix added", growth, "matrices", "textbook loop", peer_growth,
        growth <= MEMORY_GOAL, f"≤ {MEMORY_GOAL:.0f}",
    )  # fmt: skip


def matmul_rate(device: str) -> float:
    """Floating-point operations per second of a float32 product of two 2,048 × 2,048 matrices."""
    # A process of its own: this one's allocator and threads may be busy with other benches.
    return json.loads(_child("matmul", {"device": device}))


def _trial(side: str, case: Case) -> Trial:
    return Trial(**json.loads(_child(side, asdict(case))))


def _child(side: str, given: dict[str, Any]) -> str:
    command = [sys.executable, "-c", f"from app.bench.training import child; child({side!r}, {given!r})"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def child(side: str, given: dict[str, Any]) -> None:
    """What the measuring process runs; prints JSON."""
    if side == "matmul":
        measured: Any = _matmul(given["device"])
    else:
        case = Case(**given)
        seconds, loss = _train_ours(case) if side == "ours" else _train_textbook(case)
        measured = asdict(Trial(UPDATES * case.batch * case.steps / seconds, loss, _peak(case.device)))
    sys.stdout.write(json.dumps(measured))


def _train_ours(case: Case) -> tuple[float, float]:
    """(seconds, mean loss) of the timed updates: `train` itself, the first epoch being the warm-up."""
    from models.recipe import Recipe
    from models.training.loop import train

    recipe = Recipe.model_validate(
        {
            "model": {"layers": case.layers, "units": case.units, "embedding": case.units},
            "training": {
                "epochs": 2, "batch": case.batch, "steps": case.steps, "optimizer": "sgd", "learning_rate": 1.0,
                "schedule": "constant", "clip_norm": 0.25,
            },
        }
    )  # fmt: skip
    history = []
    train(recipe, _corpus(case), device=torch.device(case.device), on_epoch=history.append)
    return history[1].seconds - history[0].seconds, history[1].train_nats


def _train_textbook(case: Case) -> tuple[float, float]:
    import time

    from torch import nn

    from models.evaluation import split_streams
    from models.network import RecurrentLanguageModel
    from models.recipe import ModelSettings

    device = torch.device(case.device)
    torch.manual_seed(0)
    settings = ModelSettings(layers=case.layers, units=case.units, embedding=case.units)
    network = RecurrentLanguageModel(settings, case.vocabulary).to(device)  # for the same weights
    embedding, recurrent, decoder = network.embedding, network.recurrent, network.decoder
    optimizer, criterion = torch.optim.SGD(network.parameters(), lr=1.0), nn.CrossEntropyLoss()
    inputs, targets = (torch.from_numpy(part).to(device) for part in split_streams(_ids(case), case.batch))

    def epoch() -> tuple[float, float]:
        state, total, updates = None, 0.0, 0
        started = time.perf_counter()
        for start in range(0, len(inputs), case.steps):
            optimizer.zero_grad()
            hidden, state = recurrent(embedding(inputs[start : start + case.steps]), state)
            state = tuple(part.detach() for part in state)
            logits = decoder(hidden)
            loss = criterion(logits.view(-1, case.vocabulary), targets[start : start + case.steps].flatten())
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 0.25)
            optimizer.step()
            total += loss.item()
            updates += 1
        return time.perf_counter() - started, total / updates

    epoch()
    return epoch()


def _corpus(case: Case) -> Any:
    from pathlib import Path

    from data_prep.corpus import Corpus
    from data_prep.tokens import Tokenisation
    from data_prep.vocabulary import Vocabulary

    tokens = tuple(str(number) for number in range(case.vocabulary))
    vocabulary = Vocabulary(Tokenisation(), tokens, (1,) * case.vocabulary)
    few = _ids(case)[: 2 * case.batch]
    return Corpus("bench", Path(), "", vocabulary, {"train": _ids(case), "valid": few, "test": few}, {})


def _ids(case: Case) -> np.ndarray:
    weights = 1 / np.arange(1, case.vocabulary + 1)
    length = UPDATES * case.batch * case.steps + 1
    return np.random.default_rng(0).choice(case.vocabulary, size=length, p=weights / weights.sum()).astype(np.uint16)


def _matmul(device: str) -> float:
    import time

    left, right = torch.rand(2, 2048, 2048, device=device)
    seconds = []
    for _ in range(12):
        started = time.perf_counter()
        torch.mm(left, right)
        if device == "cuda":
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - started)
    return 2 * 2048**3 / min(seconds)


def _peak(device: str) -> int:
    import resource

    if device == "cuda":
        return torch.cuda.max_memory_allocated()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
