"""How long it takes to test every unit for every property of a text, control included.

The peer is what people write themselves: scikit-learn's `roc_auc_score` for each pair of unit and property, once and
without any control. A sample of the pairs is measured, and the time of all is the sample's times their number.
"""

import time
from collections.abc import Callable

import numpy as np
from sklearn.metrics import roc_auc_score

from analysis.interpretation.properties import TextProperty, text_properties
from analysis.interpretation.token_text import token_text
from analysis.interpretation.unit_scores import SHIFTS, held_out_positions, score_units
from app.bench.measured import Measured
from app.bench.repainting import measure_repainting
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import build_vocabulary

TOKENS, UNITS, PROPERTIES = 300_000, 512, 40
PAIRS = 40  # of the peer are measured
GOAL, LIBRARY_GOAL = 20.0, 5.0  # seconds
_WORDS = ("the", "of", "(", ")", '"', "a", "count", "42", "Pierre", "said,", "and.\n", "then")


def measure_interpreting() -> list[Measured]:
    """512 units × 40 properties × 300,000 characters, and the properties of such a text; under a minute."""
    draw = np.random.default_rng(0)
    states = _slow(draw, (TOKENS, UNITS))
    properties = [
        TextProperty(f"{place}", "", "number", column)
        if place % 4 == 0
        else TextProperty(f"{place}", "", "yes/no", column > 0.5)
        for place, column in enumerate(_slow(draw, (TOKENS, PROPERTIES)).T)
    ]
    seconds = _timed(lambda: score_units(states, properties))
    peer = _timed(lambda: _peer(states, properties)) * UNITS * PROPERTIES / PAIRS
    what = f"512 units × 40 properties × 300,000 characters, tested against {SHIFTS} shifts"
    text = " ".join(draw.choice(_WORDS, TOKENS // 4).tolist())[:TOKENS]
    vocabulary = build_vocabulary(Tokenisation("characters"), list(text), 100)
    read = token_text(vocabulary.encode(list(text))[0], vocabulary)
    library = _timed(lambda: text_properties(read))
    split = _timed(lambda: [text.split() for _ in range(10)]) / 10
    return [
        Measured(
            what, seconds, "s", f"roc_auc_score per pair, once, no control; from {PAIRS} pairs", peer,
            seconds <= GOAL, "≤ 20 s",
        ),
        Measured(
            "every property of 300,000 characters", library, "s", "str.split of the text", split,
            library <= LIBRARY_GOAL, "≤ 5 s",
        ),
        measure_repainting(),
    ]  # fmt: skip


def _slow(draw: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Noise whose neighbours resemble each other, as states and properties do: moving means of 20."""
    sums = np.cumsum(draw.standard_normal((shape[0] + 20, shape[1]), np.float32), axis=0)
    return np.ascontiguousarray((sums[20:] - sums[:-20]) / np.float32(np.sqrt(20)))


def _peer(states: np.ndarray, properties: list[TextProperty]) -> None:
    tested = held_out_positions(TOKENS)
    yes_no = [one.values[tested] for one in properties if one.kind == "yes/no"]
    for pair in range(PAIRS):
        roc_auc_score(yes_no[pair % len(yes_no)], states[tested, pair % UNITS])


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
