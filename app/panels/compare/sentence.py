"""The same text through both sides, token by token."""

from typing import Any

import streamlit as st

from analysis.comparison.steps import steps
from analysis.texts.reading import Reading
from app.comparing import Side
from app.examples import example_texts
from app.figures.compared_steps import plot_compared_steps
from app.linked_text import linked_text_area
from app.notices import how_to_read, literal
from app.numbers import numbers
from app.tables.comparison import steps_beside_table
from app.wording import counted
from data_prep.encoded_text import LONGEST
from data_prep.errors import UserError
from data_prep.tokens import display_token

CHANGE, KEPT, SURPRISE = "change of a unit", "kept", "surprise, nats"
_FORMATS = {CHANGE: ".2f", KEPT: ".0%", SURPRISE: ".1f"}


def show_sentence(first: Side, second: Side) -> None:
    """State change, kept part and surprise (or class probability) of A and B along one text."""
    examples = example_texts(first.run.vocabulary, first.run.classes)
    text = linked_text_area(st, "Text", examples[1 if first.run.classes else 0], key="text", height=68)
    readings = {side.name: (side, found) for side in (first, second) if (found := _read(side, text)) is not None}
    if not readings:
        return
    tokens = {
        name: [display_token(token, side.run.vocabulary.tokenisation) for token in found.tokens]
        for name, (side, found) in readings.items()
    }
    told = told_class(readings)
    rows = values_along(readings, told)
    formats = _FORMATS | ({told: ".0%"} if told else {})
    dark = st.context.theme.type == "dark"
    together = len(tokens) == 2 and tokens["A"] == tokens["B"]
    groups = [list(tokens)] if together else [[name] for name in tokens]
    if len(tokens) == 2 and not together:
        cut = [counted(len(tokens[side.name]), side.noun) for side in (first, second)]
        st.info(
            f"A cuts the text into {cut[0]}, B into {cut[1]}, not at the same places: so each has a figure of its own."
        )
    tops = {measure: _top(values) for measure, values in rows.items()}
    for group in groups:
        own = {measure: {name: values[name] for name in group if name in values} for measure, values in rows.items()}
        own = {measure: values for measure, values in own.items() if values}
        st.plotly_chart(
            plot_compared_steps(tokens[group[0]], own, formats, dark=dark, tops=tops),
            theme=None,
            alt=f"Change, kept part and what is expected along the text, for {' and '.join(group)}",
        )
    how_to_read(
        "Per token, how much a unit of the layer changes on average, what part of the memory before it is still there, "
        "and how little the token was expected (or what a classifier would say if the text ended there).",
        "the state starts at zero, so the first tokens always change much; a layer whose values are smaller changes "
        "less without being lazier.",
    )
    if first.state != second.state:
        st.caption("A hidden state ends at ±1, a cell state has no end: compare what is kept, not the change.")
    numbers(steps_beside_table(tokens, rows), "sentence-compared", label="Every step")


def _top(values: dict[str, Any]) -> float:
    """Where an axis ends that has room for all values of both sides."""
    return 1.08 * max((float(value) for own in values.values() for value in own if value > 0), default=1.0)


def _read(side: Side, text: str) -> Reading | None:
    """A side's reading; None where it cannot read, with the reason on the page."""
    try:
        found = side.reading(text)
    except UserError as error:
        st.warning(literal(f"{side.name}: {error.message} {error.hint}"))
        return None
    noun = side.run.vocabulary.tokenisation.noun
    said = []
    if found.left_out:
        said.append(f"the first {LONGEST:,} tokens are shown, {found.left_out:,} more were left out")
    if found.skipped:
        said.append(f"{found.skipped:,} symbols are not in its vocabulary and were skipped")
    if unknown := int((~found.known).sum()):
        said.append(f"{unknown:,} of {len(found.tokens):,} {noun}s are not in its vocabulary and read as <unk>")
    if said:
        st.caption(literal(f"{side.name}: {'; '.join(said)}."))
    return found


def told_class(readings: dict[str, tuple[Side, Reading]]) -> str | None:
    """The class whose probability is shown: what the first classifier tells at the end; None for language models."""
    for side, found in readings.values():
        if side.run.classes:
            return _probability_of(side.run.classes[int(found.class_probabilities[-1].argmax())])
    return None


def _probability_of(name: str) -> str:
    return f"probability, of “{name}”"


def values_along(readings: dict[str, tuple[Side, Reading]], told: str | None) -> dict[str, dict[str, Any]]:
    """Measure → side → its values along the text."""
    rows: dict[str, dict[str, Any]] = {CHANGE: {}, KEPT: {}, SURPRISE: {}} | ({told: {}} if told else {})
    for name, (side, found) in readings.items():
        moved = steps(found.states[side.state][:, side.layer])
        rows[CHANGE][name], rows[KEPT][name] = moved.change, moved.kept
        if not side.run.classes:
            rows[SURPRISE][name] = found.surprise_nats
        elif told in (offered := [_probability_of(one) for one in side.run.classes]):
            rows[told][name] = found.class_probabilities[:, offered.index(told)]
    return {measure: values for measure, values in rows.items() if values}
