"""The thresholds of the oracles, in one place."""

from dataclasses import dataclass

from analysis.errors.error_sets import THRESHOLD, check_threshold
from data_prep.errors import UserError


@dataclass(frozen=True)
class OracleSettings:
    """What each oracle may know; the defaults are those of Karpathy, Johnson and Li (2015).

    threshold: a true token with less probability is an error. ngram_contexts, ngram_probability: an n-gram model of
    one of these context lengths gives the true token more than that. memory_lengths: in tokens, how far back the same
    word may stand. rare_counts: how often at most the word stands in the training part. before_words: after which
    characters a word begins. boosts: what is added to the probability of the true token.
    """

    threshold: float = THRESHOLD
    ngram_contexts: tuple[int, ...] = tuple(range(10))
    ngram_probability: float = 0.5
    memory_lengths: tuple[int, ...] = (100, 500, 1000, 5000)
    rare_counts: tuple[int, ...] = (0, 1, 2, 3, 4, 5)
    before_words: str = " \t\r\n\"'“”‘’"
    boosts: tuple[float, ...] = (0.1, 0.2, 0.3, 0.4, 0.5)

    def __post_init__(self) -> None:
        check_threshold(self.threshold)
        if not 0 <= self.ngram_probability < 1:
            raise UserError(
                f"No n-gram model gives more than {self.ngram_probability:g}.", "Choose at least 0 and less than 1."
            )
        if not self.ngram_contexts:
            raise UserError("The n-gram oracle has no context length.", "Give one, such as 0, or several.")
        for name, values, lowest in (
            ("context lengths of the n-gram models", self.ngram_contexts, 0),
            ("lengths of the memory", self.memory_lengths, 1),
            ("counts of rare words", self.rare_counts, 0),
            ("boosts", self.boosts, 0),
        ):
            if list(values) != sorted(set(values)) or any(value < lowest for value in values):
                raise UserError(
                    f"The {name} are {', '.join(f'{value:g}' for value in values)}.",
                    f"Give them in rising order, from {lowest} on, each once.",
                )
