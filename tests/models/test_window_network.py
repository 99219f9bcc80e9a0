import math

import numpy as np
import pytest
import torch

from data_prep.errors import UserError
from models.window_network import WindowNetwork, train_window_network


def test_it_is_one_hidden_layer_over_one_hot_tokens():
    torch.manual_seed(3)
    network, ids = WindowNetwork(3, 5, units=7), np.array([4, 0, 2, 2, 1, 3], np.uint8)
    positions = np.array([0, 2, 5])
    windows = network.windows(ids, positions)
    assert windows.tolist() == [[5, 5, 5], [0, 4, 5], [1, 2, 2]]  # 5 is before the text
    one_hot = torch.nn.functional.one_hot(windows, 6).float().flatten(1)
    hidden = torch.tanh(one_hot @ network.rows.weight + network.bias)
    expected = (hidden @ network.decoder.weight.T + network.decoder.bias).log_softmax(-1).detach().numpy()
    np.testing.assert_allclose(network.log_probabilities(ids, positions), expected, atol=1e-5)
    whole = network.log_probabilities_of(ids)
    np.testing.assert_allclose(whole[positions], expected[np.arange(3), ids[positions]], atol=1e-5)


def planted(tokens: int, seed: int) -> np.ndarray:
    """The next token is the one before the last, plus one; noise one time in ten."""
    draw, text = np.random.default_rng(seed), [0, 1]
    while len(text) < tokens:
        text.append((text[-2] + 1) % 4 if draw.random() < 0.9 else int(draw.integers(4)))
    return np.array(text, np.uint8)


def test_a_planted_memory_of_two_tokens_needs_two_tokens(monkeypatch):
    monkeypatch.setattr("models.window_network.BATCH", 50)
    training, validation = planted(20_000, 0), planted(4000, 1)
    noise = -(0.925 * math.log(0.925) + 0.075 * math.log(0.075 / 3))
    known = [
        train_window_network(training, validation, 4, context, units=16, epochs=3).valid_nats[-1] for context in (1, 2)
    ]
    assert known[0] == pytest.approx(math.log(4), abs=0.03)
    assert known[1] == pytest.approx(noise, abs=0.03)
    rng = np.random.default_rng(2)
    rng.shuffle(training), rng.shuffle(validation)
    assert train_window_network(training, validation, 4, 2, units=16).valid_nats[-1] > math.log(4) - 0.01


def test_the_same_seed_gives_the_same_network_and_the_best_epoch_is_kept():
    training, validation = planted(3000, 0), planted(1500, 1)
    made, again = (train_window_network(training, validation, 4, 2, units=8, seed=5) for _ in range(2))
    assert made.valid_nats == again.valid_nats
    assert len(made.valid_nats) == 3
    measured = -made.network.log_probabilities_of(validation).mean(dtype=np.float64)
    assert measured == pytest.approx(min(made.valid_nats), abs=1e-6)


@pytest.mark.parametrize("context", [0, 3000])
def test_a_context_that_cannot_be_trained_is_refused(context):
    with pytest.raises(UserError, match=f"over {context} tokens"):
        train_window_network(planted(3000, 0), planted(100, 1), 4, context)
