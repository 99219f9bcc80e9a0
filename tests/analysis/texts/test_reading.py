import numpy as np
import pytest
import torch

from analysis.texts import reading as reading_module
from analysis.texts.many_texts import read_many
from analysis.texts.reading import GUESSES, read_text
from data_prep.encoded_text import LONGEST
from data_prep.errors import UserError
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import build_vocabulary
from models.network import RecurrentClassifier, RecurrentLanguageModel
from models.recipe import ModelSettings


def word_reader(cell="lstm"):
    words = "the cat sat on a mat . <eos> , because it was tired"
    vocabulary = build_vocabulary(Tokenisation(), words.split(), 100)
    torch.manual_seed(6)
    settings = ModelSettings(cell=cell, layers=2, units=9, embedding=7)
    return RecurrentLanguageModel(settings, len(vocabulary)).eval(), vocabulary


def test_states_and_surprise_are_those_of_the_network():
    network, vocabulary = word_reader()
    reading = read_text(network, vocabulary, "The cat sat on a mat.")
    assert reading.tokens == ("the", "cat", "sat", "on", "a", "mat", ".", "<eos>")
    with torch.no_grad():
        logits, _ = network(torch.from_numpy(reading.ids)[:, None])
        hidden, _ = network.recurrent(network.embedding(torch.from_numpy(reading.ids)))
    probabilities = logits[:, 0].softmax(-1).numpy()
    np.testing.assert_allclose(reading.states["hidden"][:, 1], hidden.numpy(), atol=1e-6)
    assert np.isnan(reading.surprise_nats[0])
    for t in range(1, len(reading.ids)):
        assert reading.surprise_nats[t] == pytest.approx(-np.log(probabilities[t - 1, reading.ids[t]]), abs=1e-5)
        assert reading.guess_ids[t, 0] == probabilities[t].argmax()
    assert reading.guess_probabilities.shape == (8, GUESSES)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_every_kind_of_cell_is_read(cell):
    reading = read_text(*word_reader(cell), "it was tired")
    assert reading.states["hidden"].shape == (3, 2, 9)
    assert ("cell" in reading.states) == (cell == "lstm")


def test_unknown_words_are_marked_and_read_as_unk():
    network, vocabulary = word_reader()
    reading = read_text(network, vocabulary, "the <b>dragon</b> שלום sat")
    assert reading.tokens == ("the", "<", "b", ">", "dragon", "<", "/", "b", ">", "שלום", "sat")
    assert reading.known.tolist() == [True] + 9 * [False] + [True]
    assert set(reading.ids[1:10]) == {vocabulary.unknown_id}


def test_bytes_outside_the_vocabulary_are_skipped_and_counted():
    vocabulary = build_vocabulary(Tokenisation("bytes"), list("abc "), 0)
    network = RecurrentLanguageModel(ModelSettings(units=4, embedding=4), len(vocabulary)).eval()
    reading = read_text(network, vocabulary, "a cab ☃")
    assert "".join(reading.tokens) == "a cab "
    assert reading.skipped == 3
    with pytest.raises(UserError, match="no bytes of the vocabulary"):
        read_text(network, vocabulary, "xyz")


def test_a_long_text_is_bounded_and_says_how_much_was_left_out():
    network, vocabulary = word_reader()
    reading = read_text(network, vocabulary, "cat " * (LONGEST + 5))
    assert (len(reading.tokens), reading.left_out) == (LONGEST, 5)
    for word in ("cat ", "unheard-of "):  # the cut falls between words, and into one
        huge = read_text(network, vocabulary, word * 100_000)
        words = len(vocabulary.tokenisation.split(word)) * 100_000
        assert (len(huge.tokens), huge.left_out) == (LONGEST, words - LONGEST)


@pytest.mark.parametrize(("text", "said"), [("", "nothing to read"), (" \n ", "nothing to read"), ("a\0b", "NUL")])
def test_what_cannot_be_read_is_said(text, said):
    with pytest.raises(UserError, match=said):
        read_text(*word_reader(), text)


def test_a_text_of_one_word_and_one_of_unknown_words_only_are_read():
    network, vocabulary = word_reader()
    reading = read_text(network, vocabulary, "cat")
    assert reading.states["hidden"].shape == (1, 2, 9)
    assert np.isnan(reading.surprise_nats).all()
    unknown = read_text(network, vocabulary, "zyzzyva quux")
    assert not unknown.known.any()
    assert set(unknown.ids) == {vocabulary.unknown_id}
    assert unknown.surprise_nats[1] > 0


def test_responses_add_up_to_the_state():
    reading = read_text(*word_reader(), "the cat sat on a mat because it was tired")
    for state in ("hidden", "cell"):
        np.testing.assert_allclose(reading.responses(state).sum(0), reading.states[state][-1], atol=1e-6)
        np.testing.assert_array_equal(reading.responses(state)[0], reading.states[state][0])


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_classifier_says_after_every_word_what_it_says_of_the_text_up_to_there(cell):
    _, vocabulary = word_reader()
    torch.manual_seed(2)
    settings = ModelSettings(cell=cell, layers=2, units=9, embedding=7, initial_range=1.0)
    network = RecurrentClassifier(settings, len(vocabulary), 3).eval()
    reading = read_text(network, vocabulary, "the cat sat on a mat because it was tired")
    ids = torch.from_numpy(reading.ids)[:, None]
    for t in range(len(ids)):
        with torch.no_grad():
            prefix = network(ids[: t + 1], torch.tensor([t + 1])).softmax(1)[0]
        np.testing.assert_allclose(reading.class_probabilities[t], prefix.numpy(), atol=1e-6)
    assert reading.guess_ids.shape == (10, 0)
    assert np.isnan(reading.surprise_nats).all()


def test_a_bidirectional_classifier_is_refused():
    _, vocabulary = word_reader()
    network = RecurrentClassifier(ModelSettings(units=4, embedding=4, bidirectional=True), len(vocabulary), 2)
    with pytest.raises(UserError, match="bidirectional"):
        read_text(network, vocabulary, "the cat")


def test_the_largest_vocabulary_is_decoded_in_parts_with_the_same_result(monkeypatch):
    network, vocabulary = word_reader()
    text = "the cat sat on a mat because it was tired"
    whole = read_text(network, vocabulary, text)
    monkeypatch.setattr(reading_module, "LOGITS_AT_ONCE", 3 * len(vocabulary))
    parts = read_text(network, vocabulary, text)
    np.testing.assert_allclose(parts.surprise_nats, whole.surprise_nats, rtol=1e-6)
    np.testing.assert_array_equal(parts.guess_ids, whole.guess_ids)


def test_damaged_weights_are_said():
    network, vocabulary = word_reader()
    network.embedding.weight.data.fill_(float("nan"))
    with pytest.raises(UserError, match="not numbers"):
        read_text(network, vocabulary, "The cat sat.")
    with pytest.raises(UserError, match="not numbers"):
        read_many(network, vocabulary, ["The cat sat.", "It was tired."])
