"""The benches by name, and those of what the pages wait for: recording, sentences."""

import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
import torch

from analysis.recording import record
from analysis.sentence import read_text
from app.bench.measured import Measured
from data_prep.errors import UserError
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import Vocabulary
from models.network import RecurrentLanguageModel
from models.recipe import ModelSettings

WORDS, UNITS = 10_000, 600  # of the benchmark's model: two LSTM layers, as RNNVis's on the Penn Treebank
STREAMS, STEPS = 64, 50
ROUNDS = 3  # each side is measured so often, in turn; the median counts


def run_benches(names: list[str]) -> list[dict[str, Any]]:
    """Measure the named benches, or all; each as the `bench --json` object of DESIGN."""
    benches = {
        "record": bench_record,
        "cocluster": bench_cocluster,
        "sentence": bench_sentence,
        "prepare": bench_prepare,
        "train": bench_train,
    }
    for name in names:
        if name not in benches:
            raise UserError(f"There is no bench {name!r}.", f"Choose any of: {', '.join(benches)}.")
    machine = (
        f"{os.cpu_count()} cores, {platform.machine()}, torch {torch.__version__} on {torch.get_num_threads()} threads"
    )
    return [{"bench": name, "machine": machine, "figures": benches[name]()} for name in names or benches]


def bench_record() -> list[dict[str, Any]]:
    """Recording with all statistics against a bare forward pass of the same layers over the same batches."""
    network = _network()
    ids = _zipf(20 * STEPS * STREAMS)
    pieces = torch.from_numpy(ids.reshape(STREAMS, -1).T.copy())

    def bare() -> None:
        state = None
        with torch.inference_mode():
            for start in range(0, len(pieces), STEPS):
                _, state = network.recurrent(network.embedding(pieces[start : start + STEPS]), state)

    ours, peer = _in_turn(lambda: record(network, ids, streams=STREAMS), bare)
    return [
        _figure(
            "recorded, LSTM 2×600, 600 words", len(ids) / ours, "tokens/s", "bare nn.LSTM", len(ids) / peer,
            lambda ratio: ratio >= 0.6, "≥ 0.6",
        )
    ]  # fmt: skip


def bench_cocluster() -> list[dict[str, Any]]:
    """Co-clusters beside scikit-learn's: speed, planted truth, a real model."""
    from app.bench.coclustering import measure_coclustering

    return [_json(figure) for figure in measure_coclustering()]


def bench_sentence() -> list[dict[str, Any]]:
    """A sentence of 30 words with states, guesses and surprise, against the bare forward pass."""
    network = _network()
    vocabulary = Vocabulary(Tokenisation(), tuple(_spelled(place) for place in range(WORDS)), (1,) * WORDS)
    sentence = " ".join(vocabulary.tokens[token_id] for token_id in _zipf(30))
    ids = torch.from_numpy(vocabulary.encode(sentence.split())[0])[:, None]

    def bare() -> None:
        with torch.inference_mode():
            network(ids)

    ours, peer = _in_turn(lambda: read_text(network, vocabulary, sentence), bare)
    return [
        _figure(
            "30 words, LSTM 2×600", ours * 1000, "ms", "bare forward", peer * 1000, lambda _: ours <= 0.050, "≤ 50 ms"
        )
    ]


def bench_prepare() -> list[dict[str, Any]]:
    """Text to corpus, in processes of their own, so that their peak memory is theirs."""
    from app.bench.preparing import measure_preparing

    return [_json(figure) for figure in measure_preparing()]


def bench_train() -> list[dict[str, Any]]:
    """Training beside the textbook loop."""
    from app.bench.training import measure_training

    return [_json(figure) for figure in measure_training()]


def _network() -> RecurrentLanguageModel:
    torch.manual_seed(0)
    return RecurrentLanguageModel(ModelSettings(units=UNITS, embedding=UNITS), WORDS).eval()


def _zipf(length: int) -> np.ndarray:
    weights = 1 / np.arange(1, WORDS + 1)
    return np.random.default_rng(0).choice(WORDS, size=length, p=weights / weights.sum())


def _spelled(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def _in_turn(ours: Callable[[], Any], peer: Callable[[], Any]) -> tuple[float, float]:
    """Median seconds of both, measured alternately after one warm-up each, so that noise falls on both."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for round_ in range(ROUNDS + 1):
        for side, work in enumerate((ours, peer)):
            started = time.perf_counter()
            work()
            if round_:
                seconds[side].append(time.perf_counter() - started)
    return statistics.median(seconds[0]), statistics.median(seconds[1])


def _figure(
    what: str, value: float, unit: str, peer: str, peer_value: float, met: Callable[[float], bool], goal: str
) -> dict[str, Any]:
    return _json(Measured(what, value, unit, peer, peer_value, bool(met(value / peer_value)), goal))


def _json(figure: Measured) -> dict[str, Any]:
    return asdict(figure) | {"ratio": figure.value / figure.peer_value}
