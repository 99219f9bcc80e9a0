from types import SimpleNamespace

import pytest

from data_prep.errors import UserError
from models.class_labels import class_places


def classifier(classes=("negative", "positive"), rule=None):
    options = {"labels": {"column": "stars", "rule": rule}} if rule else {}
    return SimpleNamespace(id="reviews-gru", classes=classes, corpus={"source": {"options": options}})


def test_names_of_classes_are_their_places():
    assert class_places(classifier(), ["positive", None, "negative"]) == [1, None, 0]
    assert class_places(SimpleNamespace(id="x", classes=("a", "b"), corpus={"source": {}}), ["b"]) == [1]


@pytest.mark.parametrize(("rule", "first"), [("stars", 1), ("stars-from-0", 0)])
def test_stars_are_understood_where_the_run_was_trained_on_them(rule, first):
    stars = [str(first + n) for n in range(5)]
    assert class_places(classifier(rule=rule), stars) == [0, 0, None, 1, 1]
    assert class_places(classifier(rule=rule), ["positive", f"{first}.0"]) == [1, 0]


@pytest.mark.parametrize(
    ("run", "labels", "said"),
    [
        (classifier(), ["positive", "5"], "Row 2: the label '5' is none of the classes of reviews-gru"),
        (classifier(rule="stars"), ["1", "9"], "Row 2: the label is '9'"),
        (classifier(classes=()), ["positive"], "knows no classes"),
    ],
)
def test_other_labels_are_refused(run, labels, said):
    with pytest.raises(UserError, match=said):
        class_places(run, labels)
