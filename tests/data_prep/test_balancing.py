import numpy as np
import pytest

from data_prep.balancing import balanced, class_weights

LABELS = np.random.default_rng(0).permutation(np.repeat([0, 1, 2], [30, 7, 13]))


def counts(places):
    return np.bincount(LABELS[places], minlength=3).tolist()


def test_oversampling_makes_classes_equal_and_keeps_every_text():
    chosen = balanced(LABELS, "oversample", seed=3)
    assert counts(chosen) == [30, 30, 30]
    times = np.bincount(chosen, minlength=len(LABELS))
    for label, low, high in ((0, 1, 1), (1, 4, 5), (2, 2, 3)):
        assert times[label == LABELS].min() == low
        assert times[label == LABELS].max() == high


def test_undersampling_keeps_the_order_and_repeats_nothing():
    chosen = balanced(LABELS, "undersample", seed=3)
    assert counts(chosen) == [7, 7, 7]
    assert (np.diff(chosen) > 0).all()


@pytest.mark.parametrize("balance", ["none", "class-weights"])
def test_the_others_leave_the_texts_alone(balance):
    assert balanced(LABELS, balance, seed=3).tolist() == list(range(len(LABELS)))


@pytest.mark.parametrize("balance", ["oversample", "undersample"])
def test_the_seed_decides(balance):
    same, other = balanced(LABELS, balance, 3), balanced(LABELS, balance, 4)
    assert balanced(LABELS, balance, 3).tolist() == same.tolist()
    assert same.tolist() != other.tolist()


def test_with_weights_every_class_weighs_the_same():
    weights = class_weights(LABELS, 3)
    assert np.allclose(weights * np.bincount(LABELS), len(LABELS) / 3)
