"""How long counting the gates of a model takes, beside a forward pass that counts nothing.

A byte model of three layers with 512 units reads a text of the size of War and Peace's test part. The peer reads the
same text by `nn.LSTM` in the same batches, on as many cores, and gives neither gates nor the states of a layer below.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from analysis.gates.count import count_gates
from analysis.recording.engine import STREAMS
from analysis.recording.windows import WINDOW, cut_running_text
from app.bench.measured import Measured
from data_prep.corpus import open_corpus
from data_prep.errors import UserError
from models.cores import one_core_each
from models.network import RecurrentLanguageModel
from models.recipe import ModelSettings

LAYERS, UNITS, BYTES = 3, 512, 205
TOKENS = 325_826  # of the test part of War and Peace
GRU_TOKENS = 65_536
PIECE = 65_000  # tokens at least: of fewer, one core would have to read them all
GOAL = 1.8  # times the bare pass


def measure_saturation() -> list[Measured]:
    """The whole test part with an LSTM, a fifth of it with a GRU; some minutes."""
    return [*_measure("lstm", TOKENS), *_measure("gru", GRU_TOKENS)]


def _measure(cell: str, tokens: int) -> list[Measured]:
    torch.manual_seed(0)
    settings = ModelSettings(cell=cell, layers=LAYERS, units=UNITS, embedding="one-hot")
    network = RecurrentLanguageModel(settings, BYTES).eval()
    ids = _text(tokens)
    some = ids[: tokens // 20]
    count_gates(network, some)
    _read_bare(network, some)  # both warm up
    ours, bare = np.zeros(2), np.zeros(2)
    pieces = np.array_split(ids, max(1, tokens // PIECE))
    for piece in pieces:  # in turn, so that what else the machine does falls on both
        ours += _seconds(lambda piece=piece: count_gates(network, piece))
        bare += _seconds(lambda piece=piece: _read_bare(network, piece))
    what = f"gates of {cell.upper()} 3×512 in bins of .01, {tokens:,} bytes"
    return [
        Measured(f"{what}{of}", value, "s", f"bare nn.{cell.upper()}", peer, value <= GOAL * peer, f"≤ {GOAL:g} ×")
        for of, value, peer in zip(("", ", processor time"), ours.tolist(), bare.tolist(), strict=True)
    ]


def _text(tokens: int) -> np.ndarray:
    """The test part of War and Peace where it is prepared, else bytes drawn by Zipf's law."""
    try:
        ids = np.asarray(open_corpus("warpeace").splits["test"], np.int64)
        if len(ids) >= tokens and ids.max() < BYTES:
            return ids[:tokens]
    except UserError:
        pass
    weights = 1 / np.arange(1, BYTES + 1)
    return np.random.default_rng(0).choice(BYTES, size=tokens, p=weights / weights.sum())


def _read_bare(network: RecurrentLanguageModel, ids: np.ndarray) -> None:
    """One core for each half of the streams, as ours has: nn.LSTM on both at once is slower where one is taken."""
    streams = cut_running_text(len(ids), STREAMS).at_once
    pieces = torch.from_numpy(ids[: len(ids) // streams * streams].reshape(streams, -1).T.copy())
    parts = pieces.tensor_split(torch.get_num_threads(), dim=1)
    table = torch.eye(BYTES)  # what a one-hot layer reads, looked up

    def read(part: torch.Tensor) -> None:
        state = None
        recurrent: nn.Module = network.recurrent
        with torch.inference_mode():
            for window in part.split(WINDOW):
                _, state = recurrent(table[window], state)

    with one_core_each(len(parts)) as pool:
        for work in [pool.submit(read, part) for part in parts]:
            work.result()


def _seconds(work: Callable[[], Any]) -> np.ndarray:
    """By the clock, and of all cores together, to which it does not matter what else the machine does."""
    before = np.array([time.perf_counter(), time.process_time()])
    work()
    return np.array([time.perf_counter(), time.process_time()]) - before
