"""What may be looked for by distance: pairs of marks, tags, ends of lines, indentation."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.errors.lines import find_indentations, find_line_ends
from analysis.errors.occurrences import Occurrences
from analysis.errors.pairs import KNOWN_PAIRS, LONGEST, Pair, find_pairs, find_tags
from data_prep.errors import UserError
from data_prep.vocabulary import Vocabulary

What = Literal["marks", "tags", "line ends", "indentation"]
NAMES = (*KNOWN_PAIRS, "<tag> </tag>", "end of a line", "indentation")
LONGEST_MARK = 50  # characters


@dataclass(frozen=True)
class Sought:
    """What is looked for. pair: of marks; longest: tokens between them."""

    what: What
    pair: Pair | None = None
    longest: int = LONGEST


def sought_by_name(name: str, *, longest: int = LONGEST) -> Sought:
    """That of a name in `NAMES`, or two marks with a space between, such as "begin end".

    Raises UserError for anything else.
    """
    others: dict[str, What] = {"<tag> </tag>": "tags", "end of a line": "line ends", "indentation": "indentation"}
    if name in others:
        return Sought(others[name], longest=longest)
    if name in KNOWN_PAIRS:
        return Sought("marks", KNOWN_PAIRS[name], longest)
    marks = name.split()
    if len(marks) != 2 or max(map(len, marks)) > LONGEST_MARK:
        raise UserError(
            "What opens and what closes are two marks with a space between them.", 'Give, for example, "begin end".'
        )
    return Sought("marks", Pair(*marks), longest)


def find_places(ids: np.ndarray, vocabulary: Vocabulary, sought: Sought) -> Occurrences:
    """Where it stands in `ids` (T,); UserError where the vocabulary has no such thing."""
    if sought.what == "tags":
        return find_tags(ids, vocabulary, longest=sought.longest)
    if sought.what == "line ends":
        return find_line_ends(ids, vocabulary)
    if sought.what == "indentation":
        return find_indentations(ids, vocabulary)
    assert sought.pair is not None
    return find_pairs(ids, vocabulary, sought.pair, longest=sought.longest)


def likeliest_name(ids: np.ndarray, vocabulary: Vocabulary) -> str:
    """The kind of marks that the text has most of, ends of lines and indentation aside; else the ends of lines."""
    found = {}
    for name in (*KNOWN_PAIRS, "<tag> </tag>"):
        try:
            found[name] = len(find_places(ids, vocabulary, sought_by_name(name)))
        except UserError:
            continue
    best = max(found, key=lambda name: found[name], default="")
    return best if found.get(best) else "end of a line"
