"""How fast, and in how much memory, unpruned n-gram models of 0 to 19 bytes of context are built and scored.

The text is the corpus `warpeace` where it is prepared, else as many bytes of generated text.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

from app.bench.measured import Measured
from data_prep.corpus import list_corpora, open_corpus

LONGEST = 19
BYTES = 2_606_596, 325_826  # of War and Peace, training and test part
SAMPLE = 10  # the peer is timed on one part in so many
SECONDS_GOAL, PEAK_GOAL = 20, 1.5e9

# Its own process, for a peak memory of its own.
_CHILD = """
import json, resource, sys, time
from app.bench.ngrams import LONGEST, bench_text
from analysis.ngrams.kneser_ney import score_ngrams
training, test, symbols, _ = bench_text()
before = time.perf_counter()
nats = score_ngrams(training, test, symbols, longest=LONGEST).cross_entropy_nats
seconds = time.perf_counter() - before
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps({"seconds": seconds, "peak": peak, "nats": nats.tolist()}))
"""


def measure_ngrams() -> list[Measured]:
    """Both figures of one build; under a minute."""
    training, test, _, name = bench_text()
    root = Path(__file__).resolve().parent.parent.parent
    done = subprocess.run([sys.executable, "-c", _CHILD], cwd=root, stdout=subprocess.PIPE, check=True)
    ours = json.loads(done.stdout)
    what = f"{name}, contexts 0–{LONGEST} built and scored"
    seconds, peak = ours["seconds"], ours["peak"]
    peer = "collections.Counter over the same n-grams, without probabilities (a tenth, times ten)"
    size = (len(training) + len(test)) / 1e6
    return [
        Measured(what, seconds, "s", peer, _counted(training), seconds <= SECONDS_GOAL, f"≤ {SECONDS_GOAL} s"),
        Measured("its peak memory", peak / 1e6, "MB", "the text", size, peak <= PEAK_GOAL, "≤ 1,500 MB"),
    ]


def bench_text() -> tuple[np.ndarray, np.ndarray, int, str]:
    """(training part, test part, symbols, name)."""
    if "warpeace" in list_corpora():
        corpus = open_corpus("warpeace")
        return corpus.splits["train"], corpus.splits["test"], len(corpus.vocabulary), "War and Peace"
    draw = np.random.default_rng(0)
    words = [draw.integers(1, 60, length) for length in draw.integers(2, 10, 20_000)]
    ranks = np.minimum(len(words) - 1, np.exp(draw.random(sum(BYTES) // 4) * np.log(len(words))).astype(int))
    text = np.concatenate([part for rank in ranks for part in (words[rank], [0])])
    return text[: BYTES[0]], text[BYTES[0] : sum(BYTES)], 60, "generated text of the size of War and Peace"


def _counted(training: np.ndarray) -> float:
    text = training[: len(training) // SAMPLE].astype(np.uint8).tobytes()
    started = time.perf_counter()
    for length in range(1, LONGEST + 2):
        Counter(text[place : place + length] for place in range(len(text) - length + 1))
    return (time.perf_counter() - started) * SAMPLE
