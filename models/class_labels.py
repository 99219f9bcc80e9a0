"""The labels that people wrote beside texts, as the classes that a classifier knows."""

from collections.abc import Sequence

from data_prep.errors import UserError
from data_prep.labelled import LabelOptions, class_of
from models.run import Run


def class_places(run: Run, labels: Sequence[str | None]) -> list[int | None]:
    """The place in `run.classes` of each label, None where there is none, or where it says 3 stars.

    A label is the name of a class; where the run was trained on stars, their number is understood too.

    Raises UserError when the run is no classifier, or for a label that is none of its classes.
    """
    if not run.classes:
        raise UserError(
            f"{run.id} is a language model: it knows no classes.", "Leave the labels out, or choose a classifier."
        )
    places = {name: place for place, name in enumerate(run.classes)}
    known: dict[str | None, int | None] = {None: None}
    for row, label in enumerate(labels):
        if label not in known:
            known[label] = places[label] if label in places else _by_rule(run, label, row, places)
    return [known[label] for label in labels]


def _by_rule(run: Run, label: str | None, row: int, places: dict[str, int]) -> int | None:
    options = (run.corpus.get("source") or {}).get("options") or {}
    trained_on = options.get("labels") or {}
    if trained_on.get("rule", "label") == "label":
        raise UserError(
            f"Row {row + 1:,}: the label {label!r} is none of the classes of {run.id}: {', '.join(run.classes)}.",
            "Correct the labels, or leave them out.",
        )
    name = class_of(label, LabelOptions("the label", rule=trained_on["rule"]), f"Row {row + 1:,}")
    return None if name is None else places.get(name)
