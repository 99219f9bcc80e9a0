"""Units read: texts, their properties, states along them, and what was found."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st

from analysis.interpretation.evidence import Response, unit_response
from analysis.interpretation.excerpt import Excerpt, read_excerpt
from analysis.interpretation.properties import TextProperty, pattern_property, text_properties
from analysis.interpretation.source import Source, corpus_source, own_source
from analysis.interpretation.store import InterpretOptions, ensure_scores, states_of
from analysis.interpretation.token_text import TokenText, token_text
from analysis.interpretation.unit_scores import UnitScores
from app.cached.runs import find_run, fingerprint, network_of
from app.components.coloured_text import Marked, coloured_text_data
from data_prep.corpus import corpora_home
from models.run import Run


@dataclass(frozen=True)
class TextChoice:
    """What is read: the first tokens of the test part of the run's corpus, or of a text (None for the test part)."""

    tokens: int
    text: str | None = None
    name: str = "your text"


Named = tuple[str, str, object, TextChoice]


def find_source(run: Run, choice: TextChoice) -> Source:
    """The tokens; read again whenever a file of the corpus changed. UserError where they cannot be had."""
    return _source(*_named(run, choice))


def find_properties(run: Run, choice: TextChoice, pattern: str = "") -> tuple[TextProperty, ...]:
    """Every property along the text, that of a regular expression last; UserError where that is no good."""
    return find_listed(_named(run, choice), pattern)


def find_scores(run: Run, choice: TextChoice, options: InterpretOptions) -> UnitScores:
    """How well each unit tells each property, tested; UserError for a text that is too short."""
    return _scores(*_named(run, choice), options)


def find_response_to(run: Run, choice: TextChoice, of: tuple[str, int, int], name: str, pattern: str) -> Response:
    """The states of one unit, `of` (state, layer, unit), by one property."""
    return _response(*_named(run, choice), of, name, pattern)


def find_excerpt(run: Run, choice: TextChoice, place: tuple[int, int]) -> Excerpt:
    """What the network made of a stretch of the text; place: its start and length."""
    return _excerpt(*_named(run, choice), *place)


def find_coloured(
    run: Run,
    choice: TextChoice,
    place: tuple[int, int],
    state: str,
    layer: int,
    marked: tuple[str, str, InterpretOptions | None],
) -> dict[str, Any]:
    """What the browser draws of an excerpt; place: its start and length. marked: a property's name or nothing, the
    regular expression that there is, and the options of the scores, if the text is long enough for any."""
    return _coloured(*_named(run, choice), *place, state, layer, marked)


def _named(run: Run, choice: TextChoice) -> Named:
    name = run.corpus["name"]
    files = fingerprint(corpora_home() / name) if choice.text is None and name else None
    return run.id, run.digest, files, choice


@st.cache_resource(max_entries=8, show_spinner=False)
def _source(run_id: str, digest: str, files: object, choice: TextChoice) -> Source:  # noqa: ARG001 (the key)
    run = find_run(run_id)
    if choice.text is None:
        return corpus_source(run, choice.tokens)
    return own_source(run, choice.text, choice.tokens, choice.name)


@st.cache_resource(max_entries=8, show_spinner=False)
def _text(*named: object) -> TokenText:
    source = _source(*named)
    return token_text(source.ids, find_run(str(named[0])).vocabulary, source.offsets)


@st.cache_resource(max_entries=6, show_spinner=False)
def _properties(*named: object) -> tuple[TextProperty, ...]:
    return text_properties(_text(*named))


@st.cache_resource(max_entries=16, show_spinner=False)
def _matches(run_id: str, digest: str, files: object, choice: TextChoice, pattern: str) -> TextProperty:
    return pattern_property(_text(run_id, digest, files, choice), pattern)


@st.cache_resource(max_entries=2, show_spinner=False)  # each may take hundreds of megabytes
def _states(run_id: str, digest: str, files: object, choice: TextChoice, state: str, layer: int) -> np.ndarray:
    source = _source(run_id, digest, files, choice)
    states = states_of(network_of(run_id, digest), source, find_run(run_id).vocabulary, state, layer)
    states.flags.writeable = False
    return states


@st.cache_resource(max_entries=32, show_spinner="Reading the text and testing every unit …")
def _scores(run_id: str, digest: str, files: object, choice: TextChoice, options: InterpretOptions) -> UnitScores:
    run, named = find_run(run_id), (run_id, digest, files, choice)
    return ensure_scores(run, _source(*named), options, read=lambda: _states(*named, options.state, options.layer))


@st.cache_resource(max_entries=64, show_spinner=False)
def _response(*asked: Any) -> Response:
    *named, (state, layer, unit), name, pattern = asked
    wanted = next(one for one in find_listed(tuple(named), pattern) if one.name == name)
    return unit_response(_states(*named, state, layer)[:, unit], wanted)


@st.cache_resource(max_entries=8, show_spinner=False)
def _excerpt(run_id: str, digest: str, files: object, choice: TextChoice, start: int, length: int) -> Excerpt:
    source = _source(run_id, digest, files, choice)
    return read_excerpt(network_of(run_id, digest), source, find_run(run_id).vocabulary, start, length)


@st.cache_resource(max_entries=8, show_spinner=False)
def _coloured(*asked: Any) -> dict[str, Any]:
    *named, start, length, state, layer, marked = asked
    excerpt = _excerpt(*named, start, length)
    name, pattern, options = marked
    shown = Marked()
    if name:
        listed = find_listed(tuple(named), pattern)
        found = next(one for one in listed if one.name == name)
        values = found.values[start : start + length] if found.kind == "yes/no" else None
        shown = Marked(name, values, None, "AUC" if found.kind == "yes/no" else "correlation")
        scores = _scores(*named, options) if options else None
        if scores is not None and name in scores.names:
            shown = replace(shown, scores=scores.scores[:, scores.names.index(name)])
    return coloured_text_data(excerpt, state, layer, find_run(str(named[0])).vocabulary, shown)


def find_listed(named: tuple[Any, ...], pattern: str) -> tuple[TextProperty, ...]:
    """The properties of the library, and of a regular expression if there is one."""
    return (*_properties(*named), *((_matches(*named, pattern),) if pattern else ()))
