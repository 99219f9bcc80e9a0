"""Linear decoder and cross-entropy in one, without keeping a matrix of tokens × vocabulary.

The textbook way writes logits, log-probabilities and their gradient, N × V numbers each. Here the
rows are taken in blocks, and of each block the loss and the gradients of hidden states, weight and
bias are computed while its logits are at hand: gradient of the mean loss with respect to the logits
is (softmax(logits) − one-hot(target)) / N.
"""

import math
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from models.products import product

BLOCK = 4_000_000  # logits at hand at a time: 16 MB, about a processor's last cache


def linear_cross_entropy(hidden: Tensor, weight: Tensor, bias: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy in nats of softmax(hidden @ weight.T + bias) at `targets`.

    hidden: (N, H). weight: (V, H). bias: (V,). targets: (N,) int64 in 0…V−1. Returns a scalar;
    gradients flow to hidden, weight and bias. Equal to `torch.nn.functional.cross_entropy` of the logits.
    """
    if torch.is_grad_enabled():
        return _LinearCrossEntropy.apply(hidden, weight, bias, targets)
    losses = [
        _losses(product(hidden[rows], weight, bias), targets[rows])[0].sum() for rows in _blocks(len(hidden), weight)
    ]
    return torch.stack(losses).sum() / len(hidden)


class _LinearCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, hidden: Tensor, weight: Tensor, bias: Tensor, targets: Tensor) -> Tensor:
        loss = hidden.new_zeros(())
        hidden_gradient = torch.empty_like(hidden)
        transposed_gradient, bias_gradient = None, torch.zeros_like(bias)
        transposed_weight = weight.T
        for rows in _blocks(len(hidden), weight):
            logits = product(hidden[rows], weight, bias)
            losses, probabilities = _losses(logits, targets[rows])
            loss += losses.sum()
            surplus = probabilities  # softmax − one-hot, in place
            surplus[torch.arange(len(surplus), device=surplus.device), targets[rows]] -= 1
            hidden_gradient[rows] = product(surplus, transposed_weight)
            # (H, V) rather than (V, H): oneDNN is twice as fast with the long axis last
            part = product(hidden[rows].T, surplus.T)
            transposed_gradient = part if transposed_gradient is None else transposed_gradient.add_(part)
            bias_gradient += surplus.sum(0)
        count = len(hidden)
        context.save_for_backward(hidden_gradient.div_(count), transposed_gradient.div_(count), bias_gradient / count)
        return loss / count

    @staticmethod
    @once_differentiable
    def backward(context: Any, upstream: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        hidden_gradient, transposed_gradient, bias_gradient = context.saved_tensors
        return hidden_gradient * upstream, transposed_gradient.T * upstream, bias_gradient * upstream, None


def _blocks(rows: int, weight: Tensor) -> list[slice]:
    count = math.ceil(rows * len(weight) / BLOCK)
    height = math.ceil(rows / count)  # alike, so that each block takes the memory that the one before it freed
    return [slice(start, start + height) for start in range(0, rows, height)]


def _losses(logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """(losses (N,), probabilities (N, V)) of logits (N, V), which become the probabilities.

    The likeliest token's probability is 1 / Σ exp(logit − largest), at least 1/V, so that the loss stays
    exact where the target's own probability is too small for a float.
    """
    largest = logits.amax(1)
    target = logits.gather(1, targets[:, None]).squeeze(1)
    probabilities = torch.softmax(logits, 1, out=logits)
    return (largest - target) - probabilities.amax(1).log(), probabilities  # exact for a target near the largest
