"""How far a picture of co-clusters is to be trusted, for every number of clusters k.

Clustering finds clusters in anything. What is found in responses shows again when the dice are thrown again, and in the
other half of what it was found in:

    seeds       the same decomposition, another seed: whether the clusters are the method's luck
    units       words clustered by a random half of the units, and by the other half: structure that units share. Noise,
                however often it is read, has none: this is near 0 for a shuffled matrix
    text        words clustered by their responses in one half of the text, and in the other half

Agreement is the adjusted Rand index: 0 by chance, 1 at best. The verdict on a k is the worst of what the three say.

The suggested k: what both halves of the units tell about each other's words (mutual information less that by chance, in
nats) grows with every cluster that is real, and no more beyond. Times the other agreements, it is the information that
shows again; suggested are the fewest clusters, among those of the best verdict, that carry `ENOUGH` of the most.
Our own; near to Ben-Hur, Elisseeff and Guyon 2002 and to Lange et al. 2004.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from analysis.clusters.coclustering import cluster_labels, largest_k, membership
from analysis.clusters.decomposition import Decomposition, decompose
from analysis.clusters.partitions import (
    adjusted_rand_index,
    contingency,
    mutual_information,
    normalised_mutual_information,
    purity,
)
from data_prep.errors import UserError
from data_prep.parts_of_speech import NO_TAG

TRUSTED, SHAKY, UNTRUSTED = VERDICTS = ("trusted", "shaky", "not to be trusted")
# At least so much for the first two verdicts. Two halves of 200 units agree less than two halves of a text do, of which
# each has every unit: on the gallery's models .4 to .7, on planted clusters .5 to 1, on shuffled ones 0.
SEEDS_NEEDED = (0.75, 0.5)
TEXT_NEEDED = (0.75, 0.5)
UNITS_NEEDED = (0.4, 0.2)
ENOUGH = 0.96
SEEDS, UNIT_SPLITS, SHUFFLES = 5, 4, 50


@dataclass(frozen=True)
class QualityProfile:
    """The quality of the co-clusters of one decomposition, for each of N numbers of clusters.

    ks: (N,), 2 … `largest_k`, less where fewer kinds of response can be told apart. All others are (N,) too.
    normalised_cut: mean over clusters of the share of a cluster's |response| that links it to other clusters; 1 − 1/k
        is what clusters of equal size made at random have.
    seed_agreement, seed_agreement_units: mean adjusted Rand index of word (unit) clusters over pairs of seeds.
    unit_half_agreement: the same of word clusters from random halves of the units, mean over splits.
    text_half_agreement: the same from two halves of the text; NaN where none were given.
    shared_information: what the halves of the units tell about each other's word clusters beyond chance, nats.
    tag_agreement, tag_purity: of word clusters and parts of speech: normalised mutual information, and the share of
        words that have the commonest tag of their cluster; shuffled_…: mean over shuffled tags, …_spread: standard
        deviation. NaN without tags.
    tagged: words that have a tag. verdicts: in words, one of `VERDICTS`. suggested_k: None where nothing is trusted.
    seed: of all that is random here.

    Notes: purity grows with k whatever the clusters are: compare it with the shuffled one. A k that is not suggested is
    not wrong; one that is not to be trusted shows another picture for another half of the text.
    """

    ks: np.ndarray
    normalised_cut: np.ndarray
    seed_agreement: np.ndarray
    seed_agreement_units: np.ndarray
    unit_half_agreement: np.ndarray
    text_half_agreement: np.ndarray
    shared_information: np.ndarray
    tag_agreement: np.ndarray
    shuffled_agreement: np.ndarray
    shuffled_agreement_spread: np.ndarray
    tag_purity: np.ndarray
    shuffled_purity: np.ndarray
    shuffled_purity_spread: np.ndarray
    tagged: int
    verdicts: tuple[str, ...]
    suggested_k: int | None
    seed: int


def quality_profile(
    decomposition: Decomposition,
    *,
    halves: tuple[np.ndarray, np.ndarray] | np.ndarray | None = None,
    tags: Sequence[str] | None = None,
    seed: int = 0,
) -> QualityProfile:
    """Measure every k from 2 to the largest.

    halves: two (W, H), the responses in either half of the text to the same words; NaN rows for words that do not
    occur in it. tags: (W,) parts of speech, `unknown` or empty for words without.

    Raises UserError when the halves or the tags are not of the decomposition's words and units.
    """
    matrix, draw = decomposition.matrix, np.random.default_rng(seed)
    _refuse_other_words(matrix, halves, tags)
    again = [_cuts(decomposition, seed + turn) for turn in range(SEEDS)]
    of_units = [(_cuts(first, seed), _cuts(second, seed)) for first, second in _unit_halves(decomposition, draw)]
    of_text = []
    if halves is not None:
        of_text = [tuple(_cuts(decompose(np.nan_to_num(half), decomposition.treatment), seed) for half in halves)]
    most = _largest_everywhere(decomposition, again + [cuts for pair in of_units + of_text for cuts in pair])
    ks = np.arange(2, most + 1)

    pairs = [(first, second) for place, first in enumerate(again) for second in again[:place]]
    measured = {
        "normalised_cut": [normalised_cut(matrix, *again[0](k)) for k in ks],
        "seed_agreement": [_mean_agreement(pairs, k, of=WORDS) for k in ks],
        "seed_agreement_units": [_mean_agreement(pairs, k, of=UNITS) for k in ks],
        "unit_half_agreement": [_mean_agreement(of_units, k, of=WORDS) for k in ks],
        "text_half_agreement": [_mean_agreement(of_text, k, of=WORDS) for k in ks],
        "shared_information": [
            np.mean([_information_beyond_chance(first(k)[WORDS], second(k)[WORDS], draw) for first, second in of_units])
            for k in ks
        ],
    }
    arrays = {name: np.array(values) for name, values in measured.items()}
    speech, tagged = _tag_figures([again[0](k)[WORDS] for k in ks], tags, draw)
    verdicts = tuple(
        _verdict(seeds, units, text)
        for seeds, units, text in zip(
            arrays["seed_agreement"], arrays["unit_half_agreement"], arrays["text_half_agreement"], strict=True
        )
    )
    return QualityProfile(
        ks, **arrays, **speech, tagged=tagged, verdicts=verdicts, suggested_k=_suggest(ks, arrays, verdicts), seed=seed
    )


def normalised_cut(matrix: np.ndarray, word_labels: np.ndarray, unit_labels: np.ndarray) -> float:
    """Mean over clusters (words and units of a number) of 1 − |M| within, counted from both sides, over |M| in all.

    matrix: M (W, H). 0 when no response crosses clusters; empty clusters do not count.
    """
    k = 1 + max(word_labels.max(), unit_labels.max())
    words, units = ((membership(labels, k) > 0).astype(matrix.dtype) for labels in (word_labels, unit_labels))
    blocks = words.T @ np.abs(matrix) @ units
    volume = blocks.sum(0) + blocks.sum(1)
    within = 2 * np.diag(blocks)[volume > 0] / volume[volume > 0]
    return float(1 - within.mean())


Cuts = Callable[[int], tuple[np.ndarray, np.ndarray]]  # of k: word labels, unit labels
WORDS, UNITS = 0, 1


def _refuse_other_words(
    matrix: np.ndarray, halves: tuple[np.ndarray, np.ndarray] | np.ndarray | None, tags: Sequence[str] | None
) -> None:
    for half in () if halves is None else halves:
        if half.shape != matrix.shape:
            raise UserError(
                f"A half of the text has responses {half.shape}, the whole {matrix.shape}.",
                "Give both halves for the same words and units, in the same order.",
            )
    if tags is not None and len(tags) != len(matrix):
        raise UserError(f"There are {len(tags)} tags for {len(matrix)} words.", "Give one tag per word.")


def _cuts(decomposition: Decomposition, seed: int) -> Cuts:
    return cache(lambda k: cluster_labels(decomposition, k, seed=seed))


def _unit_halves(decomposition: Decomposition, draw: np.random.Generator) -> list[tuple[Decomposition, Decomposition]]:
    units = decomposition.kept_units
    halves = []
    for _ in range(UNIT_SPLITS):
        order = draw.permutation(units)
        half = len(units) // 2
        parts = (np.sort(order[:half]), np.sort(order[half:]))
        halves.append(tuple(decompose(decomposition.matrix[:, part], decomposition.treatment) for part in parts))
    return halves


def _largest_everywhere(decomposition: Decomposition, cuts: list[Cuts]) -> int:
    """The largest k that every clustering allows."""
    most = largest_k(decomposition)
    for cut in cuts:
        while most >= 2:
            try:
                cut(most)
            except UserError:
                most -= 1
            else:
                break
    if most < 2:
        raise UserError("There is too little to tell how far clusters can be trusted.", "Record a longer text.")
    return most


def _mean_agreement(pairs: list[tuple[Cuts, Cuts]], k: int, *, of: int) -> float:
    if not pairs:
        return float("nan")
    return float(np.mean([adjusted_rand_index(first(k)[of], second(k)[of]) for first, second in pairs]))


def _information_beyond_chance(labels: np.ndarray, others: np.ndarray, draw: np.random.Generator) -> float:
    kept = (labels >= 0) & (others >= 0)
    labels, others = labels[kept], others[kept]
    tables = [contingency(labels, others), *(contingency(labels, draw.permutation(others)) for _ in range(5))]
    found, *by_chance = mutual_information(np.array(tables, float))
    return float(found - np.mean(by_chance))


def _tag_figures(
    labellings: list[np.ndarray], tags: Sequence[str] | None, draw: np.random.Generator
) -> tuple[dict[str, np.ndarray], int]:
    """The figures about parts of speech of each labelling (W,), and how many words have a tag."""
    tagged = np.array([bool(tag) and tag != NO_TAG for tag in tags]) if tags is not None else np.zeros(0, bool)
    measured = np.full((len(labellings), 6), np.nan)
    if tagged.any():
        kinds = np.unique(np.array(tags)[tagged], return_inverse=True)[1]
        is_kind = np.eye(kinds.max() + 1)[kinds]
        orders = [np.arange(len(kinds)), *(draw.permutation(len(kinds)) for _ in range(SHUFFLES))]
        ways = is_kind[np.array(orders)]  # (1 + SHUFFLES, tagged words, tags)
        for place, labels in enumerate(labellings):
            tables = (membership(labels[tagged], labels.max() + 1) > 0).T.astype(float) @ ways
            for column, figure in ((0, normalised_mutual_information), (3, purity)):
                found, *shuffled = figure(tables)
                measured[place, column : column + 3] = found, np.mean(shuffled), np.std(shuffled)
    names = (
        *("tag_agreement", "shuffled_agreement", "shuffled_agreement_spread"),
        *("tag_purity", "shuffled_purity", "shuffled_purity_spread"),
    )
    return dict(zip(names, measured.T, strict=True)), int(tagged.sum())


def _verdict(seeds: float, units: float, text: float) -> str:
    worst = 0
    for found, needed in ((seeds, SEEDS_NEEDED), (units, UNITS_NEEDED), (text, TEXT_NEEDED)):
        if not np.isnan(found):
            worst = max(worst, sum(found < bound for bound in needed))
    return VERDICTS[worst]


def _suggest(ks: np.ndarray, arrays: dict[str, np.ndarray], verdicts: tuple[str, ...]) -> int | None:
    best = min(verdicts, key=VERDICTS.index)
    if best == UNTRUSTED:
        return None
    text = np.nan_to_num(arrays["text_half_agreement"], nan=1.0)
    shown_again = arrays["shared_information"] * arrays["seed_agreement"] * text
    shown_again = np.where(np.array(verdicts) == best, shown_again, -np.inf)
    return int(ks[np.argmax(shown_again >= ENOUGH * shown_again.max())])
