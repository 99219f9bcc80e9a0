"""How long a reader waits: for one sentence word by word, and for thousands of uploaded reviews.

The peers are what people write themselves: a bare forward pass, which gives no states below the top layer, no gates
and no guesses; and a loop that reads review after review and keeps the class at the end alone.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from analysis.texts.many_texts import read_many
from analysis.texts.reading import read_text
from app.bench.measured import Measured
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import Vocabulary
from models.network import RecurrentClassifier, RecurrentLanguageModel
from models.recipe import ModelSettings

WORDS = 10_000
SENTENCE = 30  # words
REVIEWS, REVIEW = 10_000, 60  # texts, and words of one on average: as on Yelp, where they have 1 to 100
ONE_BY_ONE = 500  # of them the loop reads, whose rate does not depend on how many there are
ROUNDS = 5
SENTENCE_GOAL, REVIEWS_GOAL = 0.050, 2_000  # seconds; reviews per second


def measure_reading() -> list[Measured]:
    """A sentence on LSTM 2×600, and reviews on GRU 1×50; under a minute."""
    return [_sentence(), _reviews()]


def _sentence() -> Measured:
    torch.manual_seed(0)
    network = RecurrentLanguageModel(ModelSettings(units=600, embedding=600), WORDS).eval()
    vocabulary = _vocabulary("punctuation")
    sentence = _text(np.random.default_rng(0), vocabulary, SENTENCE)
    ids = torch.from_numpy(vocabulary.encode(sentence.split())[0])[:, None]

    def bare() -> None:
        with torch.inference_mode():
            network(ids)

    ours, peer = _in_turn(lambda: read_text(network, vocabulary, sentence), bare)
    met = ours <= SENTENCE_GOAL
    return Measured("30 words, LSTM 2×600", ours * 1000, "ms", "bare forward", peer * 1000, met, "≤ 50 ms")


def _reviews() -> Measured:
    torch.manual_seed(0)
    network = RecurrentClassifier(ModelSettings(cell="gru", layers=1, units=50, embedding=50), WORDS, 2).eval()
    vocabulary, draw = _vocabulary("none"), np.random.default_rng(0)
    texts = [_text(draw, vocabulary, length) for length in draw.integers(20, 2 * REVIEW - 19, REVIEWS)]

    def one_by_one() -> None:
        with torch.inference_mode():
            for text in texts[:ONE_BY_ONE]:
                ids, _ = vocabulary.encode(vocabulary.tokenisation.split(text))
                network(torch.from_numpy(ids)[:, None], torch.tensor([len(ids)])).softmax(1)

    seconds, peer_seconds = _in_turn(lambda: read_many(network, vocabulary, texts), one_by_one)
    ours, peer = REVIEWS / seconds, ONE_BY_ONE / peer_seconds
    return Measured(
        "10,000 reviews, GRU 1×50, text to summary", ours, "reviews/s", "one by one, class only", peer,
        ours >= REVIEWS_GOAL, "≥ 2,000",
    )  # fmt: skip


def _vocabulary(sentence_ends: Any) -> Vocabulary:
    words = ("".join(chr(ord("a") + int(digit)) for digit in str(number)) for number in range(WORDS - 1))
    return Vocabulary(Tokenisation("words", sentence_ends), ("<unk>", *words), (1,) * WORDS)


def _text(draw: np.random.Generator, vocabulary: Vocabulary, length: int) -> str:
    weights = 1 / np.arange(1, WORDS)
    chosen = draw.choice(WORDS - 1, size=length, p=weights / weights.sum())
    return " ".join(vocabulary.tokens[1 + place] for place in chosen)


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
