"""What it would take to remove each error: oracles, one after the other ("peeling the onion").

After Karpathy, Johnson and Li (2015), Visualizing and Understanding Recurrent Networks, section 4.4.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.errors.clues import Clues
from analysis.errors.oracle_settings import OracleSettings
from data_prep.errors import UserError

NO_ERROR, NOT_PREDICTED = -1, -2
BOOST = "boost"


@dataclass(frozen=True)
class Kind:
    """A kind of error: that which one oracle removes. group: of oracles that differ only in how much they know."""

    group: str
    label: str


@dataclass(frozen=True)
class NgramShares:
    """How many of the errors n-gram models get right, by three readings of that question.

    contexts: (C,) context lengths that were asked. each: (C,) fraction of the errors to whose true token the model of
    that context gives more than the probability asked for. any: by at least one of them. best: of these lengths the
    one with the lowest loss on the whole text, and best_share its fraction alone. guessed: (C,) fraction of all tokens
    that each gets right.
    """

    contexts: np.ndarray
    each: np.ndarray
    any: float
    best: int
    best_share: float
    guessed: np.ndarray


@dataclass(frozen=True)
class ErrorBreakdown:
    """Every error of a model, given to the first oracle that removes it: the kinds part the errors.

    kinds: K. kind_of: (T,) the kind of each token's error, −1 for none, −2 where nothing was predicted. counts: (K,)
    errors; nats: (K,) their loss. predicted: tokens; total_nats: the loss on all of them.
    by_chance: (K,) the share that each kind would have if the errors fell anywhere: the fraction of all tokens that
    its oracle would take from the earlier ones; NaN for boosts and the rest, which are about errors alone.
    left_out: sentences about oracles that could not be asked. ngram: None where they could not.
    """

    settings: OracleSettings
    kinds: tuple[Kind, ...]
    kind_of: np.ndarray
    counts: np.ndarray
    nats: np.ndarray
    by_chance: np.ndarray
    predicted: int
    total_nats: float
    left_out: tuple[str, ...]
    ngram: NgramShares | None

    @property
    def errors(self) -> int:
        """How many there are."""
        return int(self.counts.sum())

    @property
    def shares(self) -> np.ndarray:
        """(K,) of the errors."""
        return self.counts / max(1, self.errors)

    @property
    def loss_shares(self) -> np.ndarray:
        """(K,) of the loss on all tokens, those that are no errors included."""
        return self.nats / self.total_nats if self.total_nats else np.zeros(len(self.nats))

    def groups(self) -> dict[str, tuple[int, float]]:
        """Group → (errors, nats), in order."""
        found: dict[str, tuple[int, float]] = {}
        for kind, count, nats in zip(self.kinds, self.counts.tolist(), self.nats.tolist(), strict=True):
            before = found.get(kind.group, (0, 0.0))
            found[kind.group] = (before[0] + count, before[1] + nats)
        return found


def break_down(log_probabilities: np.ndarray, clues: Clues, settings: OracleSettings) -> ErrorBreakdown:
    """Give every error to the first oracle that removes it; log_probabilities: (T,) of the true tokens, NaN for none.

    In order: an n-gram model; memory of the last tokens; a dictionary of rare words; a model of words, which knows how
    they begin; punctuation; and a little more probability. What none removes is the rest.

    Raises UserError when the n-gram models have no such context length, or the clues are of another text.
    """
    log_p = np.asarray(log_probabilities, np.float64)
    if len(log_p) != len(clues.repeated):
        raise UserError(
            f"The predictions are of {len(log_p):,} tokens, the clues of {len(clues.repeated):,}.",
            "Take both from the same part of the same corpus.",
        )
    probabilities, predicted = np.exp(log_p), ~np.isnan(log_p)
    kind_of = np.where(predicted, NO_ERROR, NOT_PREDICTED).astype(np.int16)
    errors = predicted & (probabilities < settings.threshold)
    rest, anywhere = errors.copy(), predicted.copy()
    kinds, by_chance = [], []
    for kind, removes in _oracles(probabilities, clues, settings):
        kind_of[rest & removes] = len(kinds)
        by_chance.append(np.nan if kind.group == BOOST else (anywhere & removes).sum() / max(1, predicted.sum()))
        rest &= ~removes
        anywhere &= ~removes
        kinds.append(kind)
    kind_of[rest] = len(kinds)
    kinds.append(Kind("rest", "nothing of that"))
    by_chance.append(np.nan)
    of_errors, loss = kind_of[errors].astype(np.int64), -log_p[errors]
    return ErrorBreakdown(
        settings,
        tuple(kinds),
        kind_of,
        np.bincount(of_errors, minlength=len(kinds)),
        np.bincount(of_errors, loss, len(kinds)),
        np.array(by_chance),
        int(predicted.sum()),
        float(-log_p[predicted].sum()),
        clues.left_out,
        None if clues.ngram is None else _ngram_shares(clues.ngram, errors, predicted, settings),
    )


def what_becomes(first: ErrorBreakdown, second: ErrorBreakdown) -> np.ndarray:
    """(K + 1, K + 1) tokens by their kind of error in the first model and in the second; the last is no error.

    Raises UserError when the two were broken down differently.
    """
    if first.kinds != second.kinds or len(first.kind_of) != len(second.kind_of):
        raise UserError("The two breakdowns are of different kinds or texts.", "Use the same settings for both.")
    size = len(first.kinds) + 1
    both = (first.kind_of != NOT_PREDICTED) & (second.kind_of != NOT_PREDICTED)
    rows, columns = (np.where(own.kind_of[both] < 0, size - 1, own.kind_of[both]) for own in (first, second))
    return np.bincount(rows.astype(np.int64) * size + columns, minlength=size**2).reshape(size, size)


def _oracles(probabilities: np.ndarray, clues: Clues, settings: OracleSettings) -> Iterator[tuple[Kind, np.ndarray]]:
    """Each kind with the tokens (T,) that its oracle gets right."""
    if clues.ngram is not None:
        chosen = _chosen(clues.ngram, settings)
        first, last = settings.ngram_contexts[0], settings.ngram_contexts[-1]
        span = f"{first} to {last}" if last > first else f"{first}"
        label = f"model of {span} tokens of context"
        yield Kind("n-gram", label), (chosen > settings.ngram_probability).any(0)
    for length in settings.memory_lengths:
        yield Kind("memory", f"word in the last {length:,} tokens"), clues.repeated <= length
    for count in settings.rare_counts:
        times = "word never in training" if count == 0 else f"word {count}× in training"
        yield Kind("rare word", times), clues.training_count <= count
    if clues.begins_word is not None:
        yield Kind("word model", "first character of a word"), clues.begins_word
    yield Kind("punctuation", "punctuation"), clues.punctuation
    for boost in settings.boosts:
        yield Kind(BOOST, f"probability + {boost:g}"), probabilities + boost >= settings.threshold


def _chosen(ngram: np.ndarray, settings: OracleSettings) -> np.ndarray:
    if settings.ngram_contexts[-1] >= len(ngram):
        raise UserError(
            f"There is no n-gram model of {settings.ngram_contexts[-1]} tokens of context.",
            f"Choose context lengths up to {len(ngram) - 1}.",
        )
    return ngram[list(settings.ngram_contexts)]


def _ngram_shares(
    ngram: np.ndarray, errors: np.ndarray, predicted: np.ndarray, settings: OracleSettings
) -> NgramShares:
    chosen = _chosen(ngram, settings)
    right = chosen > settings.ngram_probability
    many = max(1, int(errors.sum()))
    each = right[:, errors].sum(1) / many
    with np.errstate(divide="ignore"):
        losses = -np.log(chosen[:, predicted]).mean(1, dtype=np.float64)
    best = int(losses.argmin())
    return NgramShares(
        np.array(settings.ngram_contexts),
        each,
        float(right[:, errors].any(0).sum() / many),
        settings.ngram_contexts[best],
        float(each[best]),
        right[:, predicted].mean(1),
    )
