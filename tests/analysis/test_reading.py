import numpy as np
import pytest
import torch

from analysis.reading import GUESSES, read_text
from data_prep.encoded_text import LONGEST
from data_prep.errors import UserError
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import build_vocabulary
from models.network import RecurrentLanguageModel
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
