"""Word clouds as positions: laid out by `wordcloud`, drawn in the browser."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
from PIL import ImageFont
from wordcloud import WordCloud

from analysis.coclustering import Coclusters, own_response

WIDTH = 420  # of a cloud, in pixels of the layout; the browser scales it
SMALLEST, LARGEST = 11, 20  # font sizes
TRIES = (LARGEST, 17, 15, 13)  # largest font size, tried in turn until every word fits
AREA = 1.75  # of a box, over that of its words if all had a middling size
LONGEST_WORD = 24  # characters; beyond, the word is cut with an ellipsis


@dataclass(frozen=True)
class PlacedWord:
    """A word in a cloud: index among the W words, text as drawn, left edge, baseline, font size, width (pixels)."""

    word: int
    text: str
    x: float
    baseline: float
    size: int
    width: float


@dataclass(frozen=True)
class Cloud:
    """One word cluster: placed words, the indices of those that did not fit, and the size of the box (pixels)."""

    placed: tuple[PlacedWord, ...]
    not_placed: tuple[int, ...]
    width: int
    height: int


def font_path() -> str:
    """DejaVu Sans, which has Latin, Greek, Cyrillic, Hebrew and Arabic letters; it comes with matplotlib."""
    return str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf")


def lay_out_clouds(names: list[str], mean: np.ndarray, clusters: Coclusters, *, seed: int = 0) -> tuple[Cloud, ...]:
    """One cloud per word cluster; size = |mean response of the word to its own unit cluster|, within the cloud.

    names: (W,) as displayed, all different. mean: (W, H). Words of a dropped cluster are in no cloud.
    """
    weights = np.abs(own_response(clusters, mean))
    return tuple(
        _lay_out(names, weights, np.flatnonzero(clusters.word_labels == cluster), seed) for cluster in range(clusters.k)
    )


def _lay_out(names: list[str], weights: np.ndarray, members: np.ndarray, seed: int) -> Cloud:
    members = members[np.argsort(-weights[members], kind="stable")]
    middling = (SMALLEST + LARGEST) / 2
    letters = sum(len(_shorten(names[member])) + 1 for member in members)
    height = max(2 * LARGEST, round(AREA * letters * 0.55 * middling * middling / WIDTH))
    if len(members) == 0:
        return Cloud((), (), WIDTH, height)
    # wordcloud knows words by their text: of those that look the same, the strongest is placed.
    texts: dict[str, int] = {}
    for member in members:
        texts.setdefault(_shorten(names[member]), int(member))
    smallest_weight = weights[members].max() * 1e-3 or 1.0
    frequencies = {text: float(max(weights[member], smallest_weight)) for text, member in texts.items()}
    placed: tuple[PlacedWord, ...] = ()
    for largest in TRIES:
        cloud = WordCloud(
            font_path=font_path(),
            width=WIDTH,
            height=height,
            margin=5,
            prefer_horizontal=1.0,
            min_font_size=SMALLEST,
            max_font_size=largest,
            relative_scaling=0.3,
            max_words=len(frequencies),
            random_state=seed,
        ).generate_from_frequencies(frequencies)
        if len(cloud.layout_) > len(placed):
            placed = tuple(_place(texts, *entry[:3]) for entry in cloud.layout_)
        if len(placed) == len(members):
            break
    missing = set(members.tolist()) - {word.word for word in placed}
    return Cloud(placed, tuple(int(member) for member in members if member in missing), WIDTH, height)


def _place(texts: dict[str, int], entry: tuple[str, float], size: int, position: tuple[int, int]) -> PlacedWord:
    text = entry[0]
    left, top, right, _ = _font(size).getbbox(text, anchor="ls")
    # wordcloud places the inked box of a word; text is drawn from its baseline.
    return PlacedWord(texts[text], text, float(position[1] - left), float(position[0] - top), int(size), right - left)


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST_WORD else text[: LONGEST_WORD - 1] + "…"


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_path(), size)
