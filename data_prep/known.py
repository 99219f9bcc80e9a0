"""Known corpora, from their sources to corpus folders, and what state each is in."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from data_prep.balancing import Balance
from data_prep.corpus import Corpus, corpora_home, list_corpora, open_corpus
from data_prep.errors import UserError
from data_prep.labelled import LabelOptions
from data_prep.preparing import Origin, prepare_corpus
from data_prep.progress import OnProgress, silent, span
from data_prep.registry import KnownCorpus, known_corpora, known_corpus
from data_prep.sealed_folder import read_json
from data_prep.sources import at_hand, find
from data_prep.tables import column_names

SUFFIXES: dict[str, str] = {"oversample": "-oversampled", "undersample": "-undersampled", "class-weights": "-weighted"}


@dataclass(frozen=True)
class CorpusState:
    """One line of `rnnscope corpora`.

    state: `prepared`, `at hand` (its files are there), `to download`, or `damaged`; fault: what is wrong.
    """

    name: str
    title: str
    task: str
    state: str
    known: bool
    licence: str | None
    redistributable: bool | None
    source: str | None
    fault: str | None = None


def prepare_known(
    name: str,
    source: Path | None = None,
    *,
    own_name: str | None = None,
    balance: Balance | None = None,
    seed: int = 0,
    on_progress: OnProgress = silent,
) -> Corpus:
    """Prepare a known corpus as the literature has it.

    balance: for labelled texts; another than the entry's own goes to a corpus beside it, such as
    `yelp-oversampled`, with the same validation and test part. own_name: name of the corpus folder.
    """
    entry = known_corpus(name)
    if balance is not None and entry.labels is None:
        raise UserError(f"{name} has no labels to balance.", "Leave --balance out.")
    if own_name is None and balance is not None and balance != entry.labels.balance:
        own_name = name.removesuffix("-oversampled") + SUFFIXES.get(balance, "")
    if source is None and (own_name or name) in list_corpora() and at_hand(entry, seed=seed) is None:
        present = open_corpus(own_name or name)
        if present.source.get("known") == name:
            return present  # its files are gone, but what was made from them is whole
    found = find(entry, source, seed=seed, on_progress=span(on_progress, 0.0, 0.1))
    labels = entry.labels
    if labels is not None:
        labels = _fitting(replace(labels, seed=seed, balance=balance or labels.balance), found.files[0])
    origin = Origin(entry.name, entry.licence, entry.redistributable, entry.statement)
    return prepare_corpus(
        list(found.files),
        entry.tokenisation,
        name=own_name or name,
        cap=entry.cap,
        fractions=entry.fractions,
        parts_are_files=entry.parts_are_files,
        labels=labels,
        origin=origin,
        on_progress=span(on_progress, 0.1, 1.0),
    )


def expected_counts(corpus: Corpus) -> dict[str, Any] | None:
    """Counts of the literature beside those of a corpus: {"expected", "found", "reproduced"}; None for own text."""
    entry = known_corpora().get(corpus.source.get("known") or "")
    if entry is None or not entry.expected:
        return None
    sizes = corpus.texts or corpus.splits
    found = {part: len(sizes[part]) for part in entry.expected if part in sizes}
    if "vocabulary_size" in entry.expected:
        found["vocabulary_size"] = len(corpus.vocabulary)
    return {"expected": entry.expected, "found": found, "reproduced": found == entry.expected}


def corpus_states() -> list[CorpusState]:
    """Every known corpus, then the user's own, with what is there."""
    prepared, entries = list_corpora(), known_corpora()
    states = [_known_state(entry, entry.name in prepared) for entry in entries.values()]
    return states + [_own_state(name) for name in prepared if name not in entries]


def _known_state(entry: KnownCorpus, prepared: bool) -> CorpusState:
    fault = None
    if prepared:
        state, fault = _prepared_state(entry.name)
    else:
        try:
            state = "at hand" if at_hand(entry) else "to download"
        except UserError as error:
            state, fault = "damaged", error.message
    return CorpusState(
        entry.name, entry.title, entry.task, state, True, entry.licence, entry.redistributable, entry.statement, fault
    )


def _own_state(name: str) -> CorpusState:
    state, fault = _prepared_state(name)
    about = {} if fault else read_json(corpora_home() / name / "source.json")
    task = "labelled texts" if about.get("labelled") else about.get("unit", "unknown")
    return CorpusState(
        name,
        f"made from {about.get('file', 'unknown files')}",
        task,
        state,
        False,
        about.get("licence"),
        about.get("redistributable"),
        about.get("statement"),
        fault,
    )


def _prepared_state(name: str) -> tuple[str, str | None]:
    try:
        open_corpus(name)
    except UserError as error:
        return "damaged", error.message
    return "prepared", None


def _fitting(labels: LabelOptions, table: Path) -> LabelOptions:
    """Reviews have their stars in `stars`, 1 to 5; the hub's have them in `label`, from 0."""
    columns = column_names(table)
    if labels.column not in columns and "label" in columns:
        return replace(labels, column="label", rule="stars-from-0")
    return labels
