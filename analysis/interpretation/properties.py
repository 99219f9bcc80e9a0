"""Properties of a text, one value after each token: what a unit might keep track of.

What is said of a position is what holds *after* its token was read, as the states there: behind an opening quote one is
inside, behind the closing one no longer. What lies ahead (the next symbol, the line's end) is meant to be foretold.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.interpretation.listed import About
from analysis.interpretation.regular_expression import match_spans
from analysis.interpretation.structure import depth
from analysis.interpretation.symbol_properties import symbol_properties
from analysis.interpretation.token_text import TokenText
from analysis.interpretation.word_properties import word_properties

Kind = Literal["yes/no", "number"]
FEWEST_POSITIONS, FEWEST_STRETCHES = 20, 5  # in each of the two parts of a text, to be tested
PATTERN = "inside a match of "


@dataclass(frozen=True)
class TextProperty:
    """One property along a text. values: (T,) bool for yes/no, float32 for a number.

    name: in a few words; says: what it is, in one sentence. about: whether it is of the symbol that was just read
    (`now`), of what follows (`next`), or must be remembered (`memory`).
    """

    name: str
    says: str
    kind: Kind
    values: np.ndarray
    about: About = "memory"

    @property
    def absence(self) -> str:
        """Why nothing can be tested against this property, in a sentence; empty where there is no reason."""
        if self.kind == "number":
            return f"“{self.name}” is the same everywhere in this text." if np.ptp(self.values) == 0 else ""
        if not self.values.any():
            return f"“{self.name}” holds nowhere in this text."
        return f"“{self.name}” holds everywhere in this text." if self.values.all() else ""


def text_properties(text: TokenText, pattern: str = "") -> tuple[TextProperty, ...]:
    """Every property of the library for this kind of token, and of a regular expression if there is one.

    Those that hold nowhere are among them. Raises UserError as `match_spans`.
    """
    listed = word_properties(text) if text.unit == "words" else symbol_properties(text)
    found = [
        TextProperty(one.name, one.says, "yes/no" if one.values.dtype == bool else "number", one.values, one.about)
        for one in listed
    ]
    return (*found, pattern_property(text, pattern)) if pattern else tuple(found)


def pattern_property(text: TokenText, pattern: str) -> TextProperty:
    """Whether a token lies inside a match of a regular expression, its last one included.

    Raises UserError as `match_spans`.
    """
    spans = match_spans(pattern, text.text)
    inside = text.at_tokens(depth(len(text.text), spans, closing=0) > 0)
    says = f"The token is part of one of {len(spans):,} matches of the regular expression {pattern}"
    return TextProperty(f"{PATTERN}{pattern}", says, "yes/no", inside)
