"""Co-clusters beside scikit-learn's SpectralCoclustering: speed, planted truth, and a real model.

scikit-learn gets each matrix as RNNVis gave it, less its minimum; on planted matrices also its absolute values and its
positive part, and the best of the three counts. The real model is the gallery's LSTM 2×200 of the Penn Treebank: nine
settings (layer 2 hidden and cell, layer 1 hidden; 5, 10, 15 clusters) of its 300 most frequent words, clustered once
from validation and test text together and once from each half of it.
"""

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.cluster import SpectralCoclustering

from analysis.clusters.coclustering import LARGEST_K, cocluster
from analysis.clusters.decomposition import TREATMENTS, decompose
from analysis.clusters.partitions import adjusted_rand_index, contingency, normalised_mutual_information
from analysis.clusters.quality import quality_profile
from analysis.recording.engine import record
from analysis.recording.result import Recording
from app.bench.measured import Measured
from data_prep.errors import UserError
from data_prep.parts_of_speech import NO_TAG, tag_types
from models.run import open_run

PEER = "SpectralCoclustering"
K = 9
SMALL, LARGE = (300, 600), (15_000, 3_000)  # words × units
# (words × units), rounds, milliseconds for the first picture and for any other k
CASES = ((SMALL, 5, 150, 50), (LARGE, 1, 3000, 300))
RUN, WORDS, RECORDED = "ptb-lstm-2x200", 300, 3000
SETTINGS = [(state, layer, k) for state, layer in (("hidden", 1), ("cell", 1), ("hidden", 0)) for k in (5, 10, 15)]
TAGS_GOAL, HALVES_GOAL = 0.45, 0.75
PLANTED_SEEDS = 3

Cut = Callable[[np.ndarray, int], tuple[np.ndarray, np.ndarray]]


def measure_coclustering() -> list[Measured]:
    """Every figure; about a minute. Those of the real model are left out where its corpus is not prepared."""
    figures = [figure for case in CASES for figure in _speed(*case)]
    figures.append(_profile_speed())
    figures += [_planted(coherent) for coherent in (True, False)]
    try:
        figures += _real_model()
    except UserError as error:
        sys.stderr.write(f"The figures of {RUN} are left out: {error.message} {error.hint}\n")
    return figures


def _speed(shape: tuple[int, int], rounds: int, first_goal: int, another_goal: int) -> list[Measured]:
    matrix = np.random.default_rng(0).standard_t(4, shape).astype(np.float32)
    size = f"{shape[0]:,} × {shape[1]:,}"
    cocluster(decompose(matrix[:100]), K)  # what is imported once is not the picture's
    _theirs(matrix[:100], K)
    first, peer, another = [], [], []
    for _ in range(rounds):
        first.append(_milliseconds(lambda: cocluster(decompose(matrix), K)))
        peer.append(_milliseconds(lambda: _theirs(matrix, K)))
        another.append(_other_ks(matrix))
    first_ms, peer_ms = statistics.median(first), statistics.median(peer)
    worst = float(np.median(another, axis=0).max())
    return [
        Measured(
            f"first, {size}", first_ms, "ms", PEER, peer_ms, first_ms <= first_goal, f"≤ {first_goal} ms",
        ),
        Measured(
            f"any k, the worst, {size}", worst, "ms", PEER, peer_ms, worst <= another_goal, f"≤ {another_goal} ms",
        ),
    ]  # fmt: skip


def _other_ks(matrix: np.ndarray) -> list[float]:
    """Milliseconds for each k once the first picture is there."""
    ready = decompose(matrix)
    cocluster(ready, K)
    return [_milliseconds(lambda k=k: cocluster(ready, k)) for k in range(2, LARGEST_K + 1)]


def _profile_speed() -> Measured:
    """All of the quality profile, beside as many single clusterings as it has numbers of clusters."""
    matrix = np.random.default_rng(0).standard_t(4, SMALL)
    decomposition = decompose(matrix)
    ours = _milliseconds(lambda: quality_profile(decomposition))
    peer = _milliseconds(lambda: [_theirs(matrix, k) for k in range(2, LARGEST_K + 1)])
    what = f"quality of every k, {SMALL[0]} × {SMALL[1]}"
    return Measured(what, ours, "ms", f"{PEER}, once per k", peer, ours <= 5000, "≤ 5,000 ms")


def _planted(coherent: bool) -> Measured:
    """Mean adjusted Rand index of words and units over plantings; theirs with its best treatment."""
    ways: dict[str, Cut] = {
        "ours": _ours,
        "less its minimum": _theirs,
        "absolute": lambda matrix, k: _theirs(np.abs(matrix), k),
        "positive": lambda matrix, k: _theirs(np.maximum(matrix, 1e-9), k),
    }
    scores: dict[str, list[float]] = {way: [] for way in ways}
    for seed in range(PLANTED_SEEDS):
        for k in (4, 8):
            matrix, *truth = _plant(seed, k, coherent)
            for way, cut in ways.items():
                scores[way] += [adjusted_rand_index(*pair) for pair in zip(truth, cut(matrix, k), strict=True)]
    ours = statistics.mean(scores.pop("ours"))
    best = max(scores, key=lambda way: statistics.mean(scores[way]))
    peer = statistics.mean(scores[best])
    signs = "the sign is the unit's" if coherent else "any sign"
    return Measured(
        f"planted, heavy tails, {signs}", ours, "ARI", f"{PEER}, {best}", peer, ours >= peer, "no worse than its best"
    )


def _plant(seed: int, k: int, coherent: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    words, units = draw.integers(k, size=300), draw.integers(k, size=200)
    signs = draw.choice([-1.0, 1.0], size=200 if coherent else (300, 200))
    noise = 0.35 * draw.standard_t(2, (300, 200))  # its variance is infinite
    return (words[:, None] == units) * signs + noise, words, units


def _real_model() -> list[Measured]:
    run = open_run(RUN)
    corpus = run.open_corpus()
    text = np.concatenate([np.asarray(corpus.splits[split]) for split in ("valid", "test")])
    network = run.load_network()
    middle = len(text) // 2
    recordings = [record(network, part, words=RECORDED) for part in (text, text[:middle], text[middle:])]
    words = recordings[0].token_ids[:WORDS]
    tags = np.array(tag_types([corpus.vocabulary.tokens[word] for word in words]).tags)
    tagged = tags != NO_TAG
    kinds = np.unique(tags[tagged], return_inverse=True)[1]
    means = {
        (state, layer): [_means_of(recording, words, state, layer) for recording in recordings]
        for state, layer, _ in SETTINGS
    }
    scores = {}
    ways: dict[str, Cut] = {treatment: lambda m, k, t=treatment: _ours(m, k, t) for treatment in TREATMENTS}
    for way, cut in (ways | {"RNNVis": _theirs}).items():
        found = []
        for state, layer, k in SETTINGS:
            whole, *halves = [cut(matrix, k)[0] for matrix in means[state, layer]]
            table = contingency(whole[tagged], kinds).astype(float)
            found.append((float(normalised_mutual_information(table)), adjusted_rand_index(*halves)))
        scores[way] = np.mean(found, axis=0)
    figures = []
    for way in TREATMENTS:
        what = "" if way == TREATMENTS[0] else f", {way}"
        for name, place, unit, goal in (
            ("parts of speech", 0, "NMI", TAGS_GOAL),
            ("halves of the text", 1, "ARI", HALVES_GOAL),
        ):
            ours, peer = float(scores[way][place]), float(scores["RNNVis"][place])
            # Only the default has to reach the goal; the others stand beside it, to see why it is the default.
            met, shown = (ours >= goal, f"≥ {goal}") if not what else (True, "none: to compare")
            figures.append(Measured(f"PTB LSTM, {name}{what}", ours, unit, "RNNVis's way", peer, met, shown))
    return figures


def _means_of(recording: Recording, words: np.ndarray, state: str, layer: int) -> np.ndarray:
    """(WORDS, H) mean responses to these words; zero for one that the text lacks."""
    row_of = {int(word): row for row, word in enumerate(recording.token_ids)}
    response = recording.response(state, layer).mean
    return np.array([response[row_of[int(word)]] if int(word) in row_of else 0 * response[0] for word in words])


def _ours(matrix: np.ndarray, k: int, treatment: Any = TREATMENTS[0]) -> tuple[np.ndarray, np.ndarray]:
    found = cocluster(decompose(matrix, treatment), k)
    return found.word_labels, found.unit_labels


def _theirs(matrix: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    found = SpectralCoclustering(k, random_state=0).fit(matrix - min(matrix.min(), 0))
    return found.row_labels_, found.column_labels_


def _milliseconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000
