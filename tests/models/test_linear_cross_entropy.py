"""The decoder's loss in blocks is the textbook's, in value, gradients and extremes, and in less memory."""

import math
import sys
from concurrent.futures import ProcessPoolExecutor

import pytest
import torch
from torch.nn.functional import cross_entropy, linear

from models import network
from models.linear_cross_entropy import linear_cross_entropy
from models.network import RecurrentLanguageModel
from models.recipe import ModelSettings

WORDS = 10_000
SHAPES = [(1, 5, 7), (37, 6, 2), (40, 8, 11), (41, 3, 10), (64, 16, 101)]  # (N, H, V)


def problem(rows, units, vocabulary, *, scale=1.0):
    draw = torch.Generator().manual_seed(rows * 1000 + vocabulary)
    shapes = ((rows, units), (vocabulary, units), (vocabulary,))
    hidden, weight, bias = (torch.randn(shape, generator=draw).mul_(scale) for shape in shapes)
    targets = torch.randint(vocabulary, (rows,), generator=draw)
    return hidden, weight, bias, targets


def loss_and_gradients(loss_of, leaves, targets):
    leaves = [leaf.detach().clone().requires_grad_() for leaf in leaves]
    loss = loss_of(*leaves, targets)
    return loss.detach(), torch.autograd.grad(loss, leaves)


def textbook(hidden, weight, bias, targets):
    return cross_entropy(linear(hidden, weight, bias), targets)


def assert_equals_the_textbook(leaves, targets):
    loss, gradients = loss_and_gradients(linear_cross_entropy, leaves, targets)
    exact_loss, exact_gradients = loss_and_gradients(textbook, [leaf.double() for leaf in leaves], targets)
    torch.testing.assert_close(loss.double(), exact_loss, rtol=1e-5, atol=0)
    for name, found, exact in zip(("hidden", "weight", "bias"), gradients, exact_gradients, strict=True):
        error, size = (found.double() - exact).norm(), exact.norm()
        assert error <= 1e-5 * size, f"gradient of {name}: {error:.2g} of {size:.2g}"
    with torch.no_grad():
        torch.testing.assert_close(linear_cross_entropy(*leaves, targets), loss, rtol=1e-6, atol=0)


@pytest.fixture(params=[1, 30, 10**9], ids=["a-row-a-block", "several-blocks", "one-block"])
def block(request, monkeypatch):
    monkeypatch.setattr("models.linear_cross_entropy.BLOCK", request.param)


@pytest.mark.parametrize("shape", SHAPES)
def test_loss_and_gradients_are_those_of_the_textbook(block, shape):
    *leaves, targets = problem(*shape)
    assert_equals_the_textbook(leaves, targets)


def test_blocks_are_of_the_size_that_is_asked_for(monkeypatch):
    rows = []

    def counted(left, right, bias):
        rows.append(len(left))
        return linear(left, right, bias)

    monkeypatch.setattr("models.linear_cross_entropy.BLOCK", 70)
    monkeypatch.setattr("models.linear_cross_entropy.product", counted)
    *leaves, targets = problem(23, 4, 10)
    with torch.no_grad():
        linear_cross_entropy(*leaves, targets)
    assert rows == [6, 6, 6, 5]  # at most 7 rows of 10 logits are 70, shared out evenly


def test_a_hidden_state_that_is_not_contiguous(block):
    hidden, weight, bias, targets = problem(24, 6, 9)
    assert_equals_the_textbook([hidden.T.contiguous().T, weight.T.contiguous().T, bias], targets)
    assert_equals_the_textbook([hidden.repeat_interleave(2, 0)[::2], weight, bias], targets)


def test_gradients_are_scaled_by_what_comes_after(block):
    *leaves, targets = problem(20, 6, 9)
    _, gradients = loss_and_gradients(linear_cross_entropy, leaves, targets)
    _, scaled = loss_and_gradients(lambda *all_of_it: -2.5 * linear_cross_entropy(*all_of_it), leaves, targets)
    for found, expected in zip(scaled, gradients, strict=True):
        torch.testing.assert_close(found, -2.5 * expected)


@pytest.mark.parametrize("size", [1e2, 1e4, 1e30])
def test_extreme_logits_are_numbers(block, size):
    # the likeliest token is certain: its loss is 0, another's the distance of the two logits
    bias = torch.tensor([size, -size, 0.0])
    hidden, weight = torch.zeros(2, 4), torch.zeros(3, 4)
    for targets, expected in (([0, 0], 0.0), ([1, 1], 2 * size), ([0, 2], size / 2)):
        loss, gradients = loss_and_gradients(linear_cross_entropy, (hidden, weight, bias), torch.tensor(targets))
        assert loss.item() == pytest.approx(expected, rel=1e-6)
        assert all(gradient.isfinite().all() for gradient in gradients)
    assert gradients[2].tolist() == [0.5, 0.0, -0.5]


@pytest.mark.parametrize("common", [0.0, 1e4, -1e4])
def test_a_constant_added_to_all_logits_changes_nothing(block, common):
    vocabulary = 1000
    bias = torch.full((vocabulary,), common)
    loss = linear_cross_entropy(torch.zeros(3, 4), torch.zeros(vocabulary, 4), bias, torch.tensor([0, 5, 999]))
    assert loss.item() == pytest.approx(math.log(vocabulary), rel=1e-6)


def test_large_random_logits_equal_the_textbook(block):
    *leaves, targets = problem(30, 8, 12, scale=30.0)
    assert_equals_the_textbook(leaves, targets)


def test_tied_weights_get_the_gradient_of_both_their_uses(monkeypatch):
    monkeypatch.setattr("models.linear_cross_entropy.BLOCK", 50)
    torch.manual_seed(0)
    tied = RecurrentLanguageModel(ModelSettings(units=6, embedding=6, layers=1, tied=True), 13)
    ids = torch.randint(13, (9, 4))
    tied.loss(ids[:-1], ids[1:])[0].backward()

    twin = RecurrentLanguageModel(ModelSettings(units=6, embedding=6, layers=1), 13)
    twin.load_state_dict(tied.state_dict())
    logits, _ = twin.double()(ids[:-1])
    cross_entropy(logits.flatten(0, 1), ids[1:].flatten()).backward()
    both = twin.embedding.weight.grad + twin.decoder.weight.grad
    torch.testing.assert_close(tied.embedding.weight.grad.double(), both, rtol=1e-5, atol=1e-8)


def test_a_second_derivative_is_refused():
    *leaves, targets = problem(5, 4, 6)
    leaves = [leaf.requires_grad_() for leaf in leaves]
    loss = linear_cross_entropy(*leaves, targets).square()
    (gradient,) = torch.autograd.grad(loss, leaves[:1], create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        gradient.sum().backward()


def peak_bytes(tokens: int, loss: str) -> int:
    """The largest memory of a process in which a model of V words reads N tokens and takes their gradient."""
    import resource  # not everywhere

    torch.set_num_threads(1)
    if loss == "textbook":
        network.linear_cross_entropy = textbook
    model = RecurrentLanguageModel(ModelSettings(layers=1, units=16, embedding=16), WORDS)
    ids = torch.randint(WORDS, (tokens // 50 + 1, 50))
    model.loss(ids[:-1], ids[1:])[0].backward()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # kilobytes on Linux


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count their memory otherwise")
@pytest.mark.parametrize(("loss", "grows"), [("ours", False), ("textbook", True)])
def test_twice_the_tokens_take_no_matrix_of_tokens_by_vocabulary_more(processes, loss, grows):
    peaks = []
    for tokens in (2_000, 4_000):
        with ProcessPoolExecutor(1, mp_context=processes) as process:  # a fresh one: a peak is never taken back
            peaks.append(process.submit(peak_bytes, tokens, loss).result())
    matrix = 2_000 * WORDS * 4
    added = peaks[1] - peaks[0]
    assert added > 1.5 * matrix if grows else added < 0.5 * matrix
