"""Labelled texts, such as reviews: what is kept, without duplicates, in three parts with equal shares of classes."""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np

from data_prep.balancing import Balance, balanced, class_weights
from data_prep.errors import UserError
from data_prep.tables import Rows
from data_prep.token_store import SPLITS
from data_prep.tokens import Tokenisation

Rule = Literal["label", "stars", "stars-from-0"]
STARS = {1: "negative", 2: "negative", 3: None, 4: "positive", 5: "positive"}
MOST_CLASSES = 1000


@dataclass(frozen=True)
class LabelOptions:
    """How labelled texts become a corpus.

    column: where the labels stand. rule: `label` (each value is a class), `stars` (1–2 negative, 4–5
    positive, 3 left out), `stars-from-0` (the same, where k stands for k + 1 stars).
    longest: words that a text may have at most (split at white space). draw: texts to draw, all by default.
    balance: what is done about unequal classes, in the training part only. seed: of drawing, splitting
    and balancing.
    """

    column: str
    rule: Rule = "label"
    longest: int | None = None
    draw: int | None = None
    balance: Balance = "none"
    seed: int = 0

    def __post_init__(self) -> None:
        for value, allowed in ((self.rule, Rule), (self.balance, Balance)):
            if value not in get_args(allowed):
                raise ValueError(f"{value!r} is none of {', '.join(get_args(allowed))}")
        for value, what in ((self.longest, "words"), (self.draw, "texts")):
            if value is not None and value < 1:
                raise UserError(f"{value} {what} are too few.", "Give a positive number.")


@dataclass(frozen=True)
class LabelledTexts:
    """Texts of three parts with their classes. labels: part → (n,) places in `classes`.

    report: rows read, rows left out by reason, texts per class and part before and after balancing.
    """

    texts: dict[str, list[str]]
    labels: dict[str, np.ndarray]
    classes: tuple[str, ...]
    report: dict[str, Any]


@dataclass
class _Collected:
    texts: list[str] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    rows: int = 0
    left_out: Counter = field(default_factory=Counter)


def split_labelled(
    rows: Iterable[Rows], options: LabelOptions, fractions: Sequence[float], tokenisation: Tokenisation, name: str
) -> LabelledTexts:
    """Keep what the options say, drop duplicates, draw, split by class, balance the training part.

    Two texts are duplicates when they differ in case and white space at most; the first one stays, and
    where their classes differ none does. Duplicates go *before* the split: no text of one part stands in
    another. Shares of the parts are floors of N × fraction; each class has its share of them, up to one.

    Raises UserError for labels that are missing or unknown, one class only, or a class too small to split.
    """
    collected = _collect(rows, options, tokenisation, name)
    texts, names = _without_duplicates(collected)
    if not texts:
        raise UserError(f"Nothing is left of {name}: {_reasons(collected)}.", "Check the columns and --longest.")
    draw = np.random.default_rng(options.seed)
    order = draw.permutation(len(texts))
    order = order[: options.draw]
    classes = tuple(sorted(set(names), key=_class_order))
    _check_classes(classes, options, collected, name)
    places = {label: place for place, label in enumerate(classes)}
    labels = np.array([places[names[text]] for text in order], np.int64)
    parts = stratified(labels, len(classes), fractions)
    _check_parts(parts, labels, classes, name)
    before = {part: _class_counts(labels[chosen], classes) for part, chosen in parts.items()}
    weights = class_weights(labels[parts["train"]], len(classes)) if options.balance == "class-weights" else None
    parts["train"] = parts["train"][balanced(labels[parts["train"]], options.balance, options.seed)]
    return LabelledTexts(
        texts={part: [texts[order[place]] for place in chosen] for part, chosen in parts.items()},
        labels={part: labels[chosen] for part, chosen in parts.items()},
        classes=classes,
        report={
            "rows": collected.rows,
            "left_out": dict(collected.left_out),
            "kept": len(texts),
            "drawn": len(order),
            "wanted": options.draw,
            "balance": options.balance,
            "seed": options.seed,
            "classes": list(classes),
            "before_balancing": before,
            "after_balancing": {part: _class_counts(labels[chosen], classes) for part, chosen in parts.items()},
            "class_weights": None if weights is None else dict(zip(classes, weights.tolist(), strict=True)),
        },
    )


def stratified(labels: np.ndarray, classes: int, fractions: Sequence[float]) -> dict[str, np.ndarray]:
    """Places of (N,) shuffled `labels` per part, in order: floor(N × fraction) of them, the rest is the test part.

    Each class's share of a part is its share of the whole, rounded by the largest remainders.
    """
    waiting = [np.flatnonzero(labels == label) for label in range(classes)]
    sizes = np.array([len(places) for places in waiting])
    parts = {}
    for part, fraction in zip(SPLITS[:-1], fractions, strict=False):
        wanted = int(len(labels) * fraction)
        shares = sizes * (wanted / len(labels))
        taken = np.floor(shares).astype(int)
        taken[np.argsort(taken - shares, kind="stable")[: wanted - taken.sum()]] += 1
        parts[part] = np.sort(np.concatenate([places[:n] for places, n in zip(waiting, taken, strict=True)]))
        waiting = [places[n:] for places, n in zip(waiting, taken, strict=True)]
    parts[SPLITS[-1]] = np.sort(np.concatenate(waiting))
    return parts


def _collect(rows: Iterable[Rows], options: LabelOptions, tokenisation: Tokenisation, name: str) -> _Collected:
    collected = _Collected()
    for some in rows:
        for place, (text, label) in enumerate(zip(some.texts, some.labels or (), strict=True)):
            collected.rows += 1
            wanted = class_of(label, options, f"{name}, row {some.first + place:,}")
            words = len(text.split())
            if wanted is None:
                collected.left_out["3 stars"] += 1
            elif not words:
                collected.left_out["empty"] += 1
            elif options.longest is not None and words > options.longest:
                collected.left_out[f"more than {options.longest} words"] += 1
            elif not tokenisation.finds_any(text):
                collected.left_out["without a token"] += 1
            else:
                collected.texts.append(text)
                collected.classes.append(wanted)
    return collected


def class_of(label: str | None, options: LabelOptions, where: str) -> str | None:
    """The class that a label means, None for 3 stars; UserError, which says `where`, for one that means none."""
    if label is None:
        raise UserError(f"{where}: no {options.column}.", "Give every text a label, or leave the row out.")
    if options.rule == "label":
        return label
    try:
        stars = float(label) + (options.rule == "stars-from-0")
    except ValueError:
        stars = float("nan")
    if stars not in STARS:
        allowed = "1 to 5 stars" if options.rule == "stars" else "0 to 4, for 1 to 5 stars"
        raise UserError(f"{where}: {options.column} is {label!r}; allowed are {allowed}.", "Correct or remove the row.")
    return STARS[int(stars)]


def _without_duplicates(collected: _Collected) -> tuple[list[str], list[str]]:
    seen: dict[bytes, set[str]] = {}
    keys = []
    for text, label in zip(collected.texts, collected.classes, strict=True):
        plain = " ".join(unicodedata.normalize("NFC", text).lower().split())
        keys.append(hashlib.blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=16).digest())
        seen.setdefault(keys[-1], set()).add(label)
    texts, classes, kept = [], [], set()
    for key, text, label in zip(keys, collected.texts, collected.classes, strict=True):
        if len(seen[key]) > 1:
            collected.left_out["the same text with different labels"] += 1
        elif key in kept:
            collected.left_out["duplicates"] += 1
        else:
            kept.add(key)
            texts.append(text)
            classes.append(label)
    return texts, classes


def _check_classes(classes: tuple[str, ...], options: LabelOptions, collected: _Collected, name: str) -> None:
    if len(classes) > MOST_CLASSES:
        raise UserError(
            f"{name} has {len(classes):,} different labels, more than {MOST_CLASSES:,}.",
            f"Is {options.column} the column of labels? Choose another --label-column.",
        )
    if len(classes) == 1:
        missing = {"negative", "positive"} - set(classes) if options.rule != "label" else ()
        empty = f", and {missing.pop()} is empty" if missing else ""
        raise UserError(
            f"All texts of {name} that are left are of one class, {classes[0]}{empty}; {_reasons(collected)}.",
            "A classifier needs at least two.",
        )


def _check_parts(parts: dict[str, np.ndarray], labels: np.ndarray, classes: tuple[str, ...], name: str) -> None:
    for part, chosen in parts.items():
        present = np.bincount(labels[chosen], minlength=len(classes))
        if not present.all():
            lacking = int(present.argmin())
            raise UserError(
                f"The {part} part of {name} would have no text of class {classes[lacking]} "
                f"({int((labels == lacking).sum())} in all).",
                "Give more texts of that class, or other --fractions.",
            )


def _class_counts(labels: np.ndarray, classes: tuple[str, ...]) -> dict[str, int]:
    return dict(zip(classes, np.bincount(labels, minlength=len(classes)).tolist(), strict=True))


def _class_order(label: str) -> tuple[int, float, str]:
    try:
        return 0, float(label), label  # 2 before 10
    except ValueError:
        return 1, 0.0, label


def _reasons(collected: _Collected) -> str:
    out = ", ".join(f"{count:,} {reason}" for reason, count in collected.left_out.items()) or "nothing"
    return f"of {collected.rows:,} rows, left out: {out}"
