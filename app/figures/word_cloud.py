"""Word clouds as positions: laid out by `wordcloud`, drawn in the browser."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
from PIL import ImageFont
from wordcloud import WordCloud

from analysis.clusters.coclustering import Coclusters, own_response

WIDTH = 420  # of a cloud, in pixels of the layout
SMALLEST, LARGEST = 12, 20  # font sizes
AREA = 1.45  # of a box, over that of its words if all had a middling size
# Height of the box, over the expected one, and largest font size, in turn until every word fits.
TRIES = ((1.0, LARGEST), (1.0, 17), (1.2, 17), (1.4, 17), (1.7, 17))
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


def lay_out_clouds(
    names: list[str], mean: np.ndarray, clusters: Coclusters, *, width: int = WIDTH, seed: int = 0
) -> tuple[Cloud, ...]:
    """One cloud per word cluster; size = |mean response of the word to its own unit cluster|, within the cloud.

    names: (W,) as displayed, all different. mean: (W, H). Words of a dropped cluster are in no cloud.
    """
    weights = np.abs(own_response(clusters, mean))
    return tuple(
        _lay_out(names, weights, np.flatnonzero(clusters.word_labels == cluster), width, seed)
        for cluster in range(clusters.k)
    )


def _lay_out(names: list[str], weights: np.ndarray, members: np.ndarray, width: int, seed: int) -> Cloud:
    members = members[np.argsort(-weights[members], kind="stable")]
    middling = (SMALLEST + LARGEST) / 2
    letters = sum(len(_shorten(names[member])) + 1 for member in members)
    height = max(2 * LARGEST, round(AREA * letters * 0.55 * middling * middling / width))
    best = Cloud((), tuple(members.tolist()), width, height)
    if len(members) == 0:
        return best
    # wordcloud knows words by their text: of those that look the same, the strongest is placed.
    texts: dict[str, int] = {}
    for member in members:
        texts.setdefault(_shorten(names[member]), int(member))
    for stretch, largest in TRIES:
        found = _try(texts, members, weights, (width, round(stretch * height)), largest, seed)
        if len(found.placed) > len(best.placed):
            best = found
        if not best.not_placed:
            break
    return best


def _try(
    texts: dict[str, int], members: np.ndarray, weights: np.ndarray, box: tuple[int, int], largest: int, seed: int
) -> Cloud:
    # Given sizes as whole numbers, wordcloud draws just these: it scales each word by the ratio to the one before.
    strongest = weights[members].max() or 1.0
    sizes = {
        text: round(SMALLEST + (largest - SMALLEST) * weights[member] / strongest) for text, member in texts.items()
    }
    cloud = WordCloud(
        font_path=font_path(),
        width=box[0],
        height=box[1],
        margin=5,
        prefer_horizontal=1.0,
        min_font_size=SMALLEST,
        max_font_size=max(sizes.values()),
        relative_scaling=1.0,
        max_words=len(sizes),
        random_state=seed,
        color_func=lambda *_, **__: "black",  # the browser colours; drawing a colour for each word would cost a sixth
    ).generate_from_frequencies(sizes)
    placed = tuple(_place(texts, *entry[:3]) for entry in cloud.layout_)
    there = {word.word for word in placed}
    return Cloud(placed, tuple(int(member) for member in members if member not in there), *box)


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
