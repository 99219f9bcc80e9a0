"""What is picked in the mirrored maps: the curves of a word, the words of a cluster, what moves a unit."""

from collections.abc import Iterable

import streamlit as st

from analysis.clusters.coclustering import DROPPED
from app.comparing import Side, words_in_common
from app.components.mirrored_maps import Target
from app.notices import literal
from app.numbers import numbers
from app.panels.compare.responses import first_words, show_curves
from app.tables.clusters import cluster_words_table
from app.tables.responses import unit_table, word_table
from app.wording import counted

MOST = 12  # words on either side of a unit that are written out
Targets = tuple[Target | None, Target | None]  # on A and on B


def show_pick(name: str | None, target: Targets, first: Side, second: Side) -> None:
    """name: of what is picked, as the box has it; without one, curves of some words to begin with."""
    noun = first.noun
    kinds = {found[0] for found in target if found}
    if name is None:
        if words := first_words(first, second):
            st.caption(f"No {noun} is picked yet. To begin with:")
            show_curves(first, second, words, dark=_is_dark())
    elif kinds == {"word"} and None not in target:
        show_curves(first, second, [name], dark=_is_dark())
    for side, other, found in zip((first, second), (second, first), target, strict=True):
        match found:
            case "word", row if None in target:
                st.markdown(f"**{literal(side.names[row])}** is among the {side.noun}s of {side.name} alone.")
                numbers(
                    word_table(side.response(), row, side.clusters()), "word-compared", label="Response of every unit"
                )
            case "cluster", place:
                _show_cluster(side, other, place)
            case "unit", unit:
                _show_unit(side, unit)


def _show_cluster(side: Side, other: Side, place: int) -> None:
    """Its words, by where they are on the other side."""
    noun = side.noun
    table = cluster_words_table(side.response(), side.names, side.clusters(), place)
    there = _cluster_there(side, other)
    column = f"in {other.name}"
    table[column] = [there[word] for word in table["word"]]
    st.markdown(
        f"**Cluster {place + 1} of {side.name}: {counted(len(table), noun)}**, by where they are in {other.name}"
    )
    groups = sorted(table.groupby(column, sort=False)["word"], key=lambda group: -len(group[1]))
    st.markdown("\n".join(f"- {where} ({len(words):,}): {_joined(words)}" for where, words in groups))
    numbers(table, f"cluster-of-{side.name.lower()}", label=f"The {noun}s of the cluster")


def _cluster_there(side: Side, other: Side) -> dict[str, str]:
    """Word of a side → its cluster on the other one, in words."""
    common = words_in_common(*((side, other) if side.name == "A" else (other, side)))
    rows = (common.second_of if side.name == "A" else common.first_of).tolist()
    labels = other.clusters().word_labels.tolist()
    places = [labels[row] if row >= 0 else None for row in rows]
    return {
        word: f"not among its {len(labels)}" if place is None else _name(place)
        for word, place in zip(side.names, places, strict=True)
    }


def _name(place: int) -> str:
    return "no cluster" if place == DROPPED else f"cluster {place + 1}"


def _show_unit(side: Side, unit: int) -> None:
    """The words that move it most, both ways."""
    noun = side.noun
    table = unit_table(side.response(), unit, side.names, side.clusters())
    response = table["expected response"]  # the strongest first
    ways = {"raised": table[response > 0], "lowered": table[response < 0]}
    said = [f"- {way} most by: {_joined(words['word'][:MOST])}" for way, words in ways.items() if len(words)]
    st.markdown("\n".join([f"**Unit {unit} of {side.name}**", *(said or [f"- moved by none of the {noun}s"])]))
    numbers(table, f"unit-of-{side.name.lower()}", label=f"Response of unit {unit} of {side.name} to every {noun}")


def _joined(words: Iterable[str]) -> str:
    return literal(" ".join(words))


def _is_dark() -> bool:
    return st.context.theme.type == "dark"
