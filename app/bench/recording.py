"""How fast and in how much memory a text is recorded, beside what people write to get at a network's states.

The peers: `nn.LSTM` over the same batches, which gives the top layer's hidden states and nothing else; a loop over
`nn.LSTMCell` in batches of 20 that keeps every state; the loop of one token after the other. All read the same text.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from analysis.recording.engine import STREAMS, record
from analysis.recording.windows import WINDOW, cut_running_text
from app.bench.measured import Measured
from data_prep.corpus import open_corpus
from data_prep.errors import UserError
from models.network import RecurrentLanguageModel
from models.recipe import ModelSettings

WORDS, UNITS = 10_000, 600  # of the model: two LSTM layers, RNNVis's on the Penn Treebank
TEST_PART, TRAINING_PART = 82_430, 929_589  # tokens of the Penn Treebank
SIZES = (116_199, 232_397, 464_795, TRAINING_PART)  # recorded one after the other, to see how time grows
ROUNDS = 3
CELL_BATCH, CELL_TOKENS, SINGLE_TOKENS = 20, 20_000, 1_500  # rates do not depend on how many tokens a slow peer reads
BARE_GOAL, GPU_GOAL, CELL_GOAL, SINGLE_GOAL, MEMORY_GOAL, LINEAR_GOAL = 0.6, 0.5, 1.3, 10.0, 2e9, 0.99


def measure_recording() -> list[Measured]:
    """Speed on a text of the test part's size, then memory and growth up to the training part's; some minutes."""
    figures = _speed("cpu")
    if torch.cuda.is_available():
        figures += _speed("cuda")
    return [*figures, *_growth()]


def _speed(device: str) -> list[Measured]:
    network, ids = _network(device), _test_part()
    peers: list[Callable[[], float]] = [lambda: _rate(TEST_PART, lambda: _read_bare(network, ids))]
    if device == "cpu":
        peers.append(lambda: _rate(CELL_TOKENS, lambda: _read_by_cells(network, ids[:CELL_TOKENS])))
        peers.append(lambda: _rate(SINGLE_TOKENS, lambda: _read_singly(network, ids[:SINGLE_TOKENS])))
    rounds = [(_rate(TEST_PART, lambda: record(network, ids)), *(peer() for peer in peers)) for _ in range(ROUNDS + 1)]
    ours, *rates = (statistics.median(side) for side in zip(*rounds[1:], strict=True))  # the first warms up
    names = ["bare nn.LSTM, same batches", "loop over nn.LSTMCell, batch 20, states kept", "one token after the other"]
    goals = [BARE_GOAL if device == "cpu" else GPU_GOAL, CELL_GOAL, SINGLE_GOAL]
    what = f"{'GPU, ' if device == 'cuda' else ''}LSTM 2×600, 82,430 tokens, gates and statistics"
    return [
        Measured(what, ours, "tokens/s", name, rate, ours >= goal * rate, f"≥ {goal:g}")
        for name, rate, goal in zip(names, rates, goals, strict=False)
    ]


def _growth() -> list[Measured]:
    tokens = np.array(SIZES)
    found = [_in_child(size) for size in SIZES]  # each in a process of its own, whose peak memory is its own
    seconds, peaks = np.array([one["seconds"] for one in found]), [one["peak"] for one in found]
    slope, start = np.polyfit(tokens, seconds, 1)
    unexplained = float(((seconds - slope * tokens - start) ** 2).sum() / ((seconds - seconds.mean()) ** 2).sum())
    all_states = float(TRAINING_PART * 2 * 2 * UNITS * 4)
    exponent = float(np.polyfit(np.log(tokens), np.log(seconds), 1)[0])
    return [
        Measured(
            "peak memory, 929,589 tokens", peaks[-1] / 1e6, "MB", "every state in memory", all_states / 1e6,
            peaks[-1] < MEMORY_GOAL, "< 2,000 MB",
        ),
        Measured(
            "its growth from half the tokens", (peaks[-1] - peaks[-2]) / 1e6, "MB", "every state in memory",
            all_states / 2e6, peaks[-1] - peaks[-2] < 0.1 * all_states / 2, "< a tenth",
        ),
        Measured(
            f"time linear in tokens, exponent {exponent:.2f}", 1 - unexplained, "R²", "a straight line", 1.0,
            1 - unexplained >= LINEAR_GOAL, f"≥ {LINEAR_GOAL}",
        ),
    ]  # fmt: skip


def _in_child(tokens: int) -> dict[str, float]:
    command = [sys.executable, "-c", f"from app.bench.recording import child; child({tokens})"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def child(tokens: int) -> None:
    """What the measuring process runs: records one text; prints seconds and peak bytes."""
    import resource

    network, ids = _network("cpu"), _zipf(tokens)
    started = time.perf_counter()
    record(network, ids)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    sys.stdout.write(json.dumps({"seconds": seconds, "peak": peak}))


def _network(device: str) -> RecurrentLanguageModel:
    torch.manual_seed(0)
    return RecurrentLanguageModel(ModelSettings(units=UNITS, embedding=UNITS), WORDS).to(device).eval()


def _test_part() -> np.ndarray:
    """The test part of the Penn Treebank where it is prepared, else as many words drawn by Zipf's law."""
    try:
        return np.asarray(open_corpus("ptb").splits["test"], np.int64)
    except UserError:
        return _zipf(TEST_PART)


def _zipf(length: int) -> np.ndarray:
    weights = 1 / np.arange(1, WORDS + 1)
    return np.random.default_rng(0).choice(WORDS, size=length, p=weights / weights.sum())


def _rate(tokens: int, work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return tokens / (time.perf_counter() - started)


@torch.inference_mode()
def _read_bare(network: RecurrentLanguageModel, ids: np.ndarray) -> None:
    streams = cut_running_text(len(ids), STREAMS).at_once
    pieces = torch.from_numpy(ids[: len(ids) // streams * streams].reshape(streams, -1).T.copy()).to(network.device)
    state = None
    for window in pieces.split(WINDOW):
        _, state = network.recurrent(network.embedding(window), state)


@torch.inference_mode()
def _read_by_cells(network: RecurrentLanguageModel, ids: np.ndarray) -> list[torch.Tensor]:
    pieces = torch.from_numpy(ids.reshape(CELL_BATCH, -1).T.copy())
    cells, kept = _cells(network), []
    states = [(torch.zeros(CELL_BATCH, UNITS), torch.zeros(CELL_BATCH, UNITS)) for _ in cells]
    for tokens in pieces:
        inputs = network.embedding(tokens)
        for layer, cell in enumerate(cells):
            states[layer] = cell(inputs, states[layer])
            inputs = states[layer][0]
            kept += states[layer]
    return kept


@torch.inference_mode()
def _read_singly(network: RecurrentLanguageModel, ids: np.ndarray) -> list[np.ndarray]:
    kept, state = [], None
    for token in torch.from_numpy(ids):
        _, state = network.recurrent(network.embedding(token[None, None]), state)
        kept += [part.numpy() for part in state]
    return kept


def _cells(network: RecurrentLanguageModel) -> list[nn.LSTMCell]:
    cells = []
    for layer in range(network.settings.layers):
        cells.append(nn.LSTMCell(UNITS, UNITS))
        own = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        cells[-1].load_state_dict({name: getattr(network.recurrent, f"{name}_l{layer}") for name in own})
    return cells
