import numpy as np
import pytest
import torch

from analysis.texts.reading import read_text
from analysis.texts.replacing import MOST_INSERTED, Replacement, downstream, faded_after, replace_token
from data_prep.errors import UserError
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import build_vocabulary
from models.network import RecurrentClassifier, RecurrentLanguageModel
from models.recipe import ModelSettings

TEXT = "the cat sat on a mat because it was tired"
LABELS = np.array([0, 0, 0, 1, 1, 1, 2, 2, -1])


def reader(cell="lstm", classes=0):
    vocabulary = build_vocabulary(Tokenisation("words", "none"), TEXT.split(), 100)
    torch.manual_seed(3)
    settings = ModelSettings(cell=cell, layers=2, units=9, embedding=7, initial_range=0.8)
    make = (RecurrentClassifier, classes) if classes else (RecurrentLanguageModel,)
    return make[0](settings, len(vocabulary), *make[1:]).eval(), vocabulary


def replaced(tokens, position=3, text=TEXT, **kind) -> Replacement:
    network, vocabulary = reader(**kind)
    return replace_token(network, vocabulary, read_text(network, vocabulary, text), position, tuple(tokens))


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("position", [0, 4, 9])
def test_a_word_replaced_by_itself_changes_nothing(cell, position):
    found = replaced([TEXT.split()[position]], position, cell=cell)
    for layer in (0, 1):
        for state in found.original.states:
            measured = downstream(found, state, layer, LABELS, 3)
            assert not measured.difference.any()
            assert not measured.clusters.any()
            assert not np.nan_to_num(measured.surprise).any()
            assert (measured.halved_after, measured.faded_after) == (0, 0)


@pytest.mark.parametrize("tokens", [(), ("dog",), ("on", "the", "mat")])
@pytest.mark.parametrize("classes", [0, 3])
def test_the_changed_text_is_read_as_if_it_had_been_typed(tokens, classes):
    words = TEXT.split()
    network, vocabulary = reader(classes=classes)
    typed = read_text(network, vocabulary, " ".join([*words[:3], *tokens, *words[4:]]))
    found = replaced(tokens, classes=classes).changed
    assert found.tokens == typed.tokens
    for name in ("ids", "known", "guess_ids"):
        np.testing.assert_array_equal(getattr(found, name), getattr(typed, name))
    for name in ("surprise_nats", "guess_probabilities", "class_probabilities"):
        np.testing.assert_allclose(getattr(found, name), getattr(typed, name), atol=1e-5)
    for state in typed.states:
        np.testing.assert_allclose(found.states[state], typed.states[state], atol=1e-6)


@pytest.mark.parametrize("tokens", [(), ("the",), ("on", "the", "mat")])
def test_what_stands_before_is_exactly_equal_and_what_follows_is_measured_against_its_own_place(tokens):
    found = replaced(tokens)
    measured = downstream(found, "cell", 1, LABELS, 3)
    assert not measured.difference[:3].any()
    assert measured.difference[3:].all()
    shift = len(tokens) - 1
    np.testing.assert_array_equal(found.original.ids[4:], found.changed.ids[4 + shift :])
    size = np.mean([np.linalg.norm(state) for state in found.original.states["cell"][:, 1]])
    for t in range(3, 10):
        before, after = found.original.states["cell"][t, 1], found.changed.states["cell"][t + shift, 1]
        assert measured.difference[t] == pytest.approx(np.linalg.norm(after - before))
        assert measured.relative[t] == pytest.approx(np.linalg.norm(after - before) / size)
        for cluster in range(3):
            own = np.abs(after - before)[cluster == LABELS]
            assert measured.clusters[t, cluster] == pytest.approx(own.mean())
    for t in range(4, 10):
        expected = found.changed.surprise_nats[t + shift] - found.original.surprise_nats[t]
        assert measured.surprise[t] == pytest.approx(expected)
    assert np.isnan(measured.surprise[3])


def test_without_the_first_token_its_place_is_compared_with_the_state_before_any_text():
    found = replaced((), 0)
    measured = downstream(found, "hidden", 0, LABELS, 3)
    assert found.places.tolist() == [-1, *range(9)]
    assert measured.difference[0] == pytest.approx(np.linalg.norm(found.original.states["hidden"][0, 0]))


def test_without_the_last_token_nothing_follows():
    found = replaced((), 9)
    assert len(found.changed.tokens) == 9
    assert not downstream(found, "hidden", 0, LABELS, 3).difference[:9].any()


def test_a_classifier_tells_how_its_classes_move():
    found = replaced(("the",), classes=3)
    measured = downstream(found, "hidden", 1, LABELS, 3)
    np.testing.assert_allclose(measured.classes.sum(1), 0, atol=1e-6)
    assert not measured.classes[:3].any()
    assert measured.classes[3:].any(1).all()
    assert np.isnan(measured.surprise).all()


@pytest.mark.parametrize(
    ("difference", "halved", "faded"),
    [
        ([0, 0, 8, 4, 2, 1, 0.5], 1, 4),  # as 8 · 2^−n: a tenth is passed after four
        ([0, 0, 1, 8, 5, 4, 4], 3, None),  # counted from the replaced token, though the peak comes later
        ([0, 0, 8, 1, 5, 4, 0], 3, 4),  # it must stay below
        ([0, 0, 8, 8, 8, 8, 8], None, None),
        ([0, 0, 0, 0, 0, 0, 0], 0, 0),
    ],
)
def test_how_long_a_difference_lasts(difference, halved, faded):
    assert faded_after(np.array(difference, float), 2, 0.5) == halved
    assert faded_after(np.array(difference, float), 2, 0.1) == faded


def test_unknown_words_are_read_as_unk_and_so_make_no_difference_to_each_other():
    found = replaced(("zyzzyva",), 3, "the cat sat quux a mat")
    assert not downstream(found, "hidden", 1, LABELS, 3).difference.any()
    assert found.changed.tokens[3] == "zyzzyva"
    assert not found.changed.known[3]


@pytest.mark.parametrize(
    ("tokens", "position", "text", "said"),
    [
        (("the",), 10, TEXT, "no token 11"),
        (("the",), -1, TEXT, "no token 0"),
        (("the",) * (MOST_INSERTED + 1), 0, TEXT, "too many"),
        ((), 0, "cat", "nothing left"),
    ],
)
def test_what_cannot_be_replaced_is_said(tokens, position, text, said):
    with pytest.raises(UserError, match=said):
        replaced(tokens, position, text)


def test_a_byte_that_the_network_cannot_read_is_said():
    vocabulary = build_vocabulary(Tokenisation("bytes"), list("abc "), 0)
    network = RecurrentLanguageModel(ModelSettings(units=4, embedding=4), len(vocabulary)).eval()
    reading = read_text(network, vocabulary, "a cab")
    with pytest.raises(UserError, match="'x'"):
        replace_token(network, vocabulary, reading, 1, ("x",))
