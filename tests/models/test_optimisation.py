"""Learning rates, clipping and optimisers at points computed by hand."""

import math

import pytest
import torch
from torch import nn

from models.recipe import TrainingSettings
from models.recipe_files import load_recipe
from models.training.optimisation import clip_gradients, learning_rate, make_optimizer

PER_EPOCH = 7


def rates(per_epoch: int = PER_EPOCH, poor_epochs: int = 0, **settings) -> list[float]:
    """The learning rate of every update of a training."""
    chosen = TrainingSettings(**settings)
    return [learning_rate(chosen, update, per_epoch, poor_epochs) for update in range(per_epoch * chosen.epochs)]


def of_epoch(found: list[float], epoch: int) -> float:
    """The rate of an epoch (from 1), which must be one."""
    (rate,) = set(found[(epoch - 1) * PER_EPOCH : epoch * PER_EPOCH])
    return rate


def test_constant():
    assert set(rates(schedule="constant", learning_rate=0.3, epochs=3)) == {0.3}


def test_linear_falls_by_the_same_step_to_zero():
    found = rates(schedule="linear", learning_rate=0.8, epochs=2, per_epoch=4)
    assert found == pytest.approx([0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1])


def test_cosine():
    found = rates(schedule="cosine", learning_rate=1.0, epochs=3, per_epoch=4)
    # of 12 updates: the start, a sixth, a third, half, two thirds of the way
    assert [found[update] for update in (0, 2, 4, 6, 8)] == pytest.approx(
        [1.0, (1 + math.sqrt(3) / 2) / 2, 0.75, 0.5, 0.25]
    )
    assert found[11] == pytest.approx((1 - math.cos(math.pi / 12)) / 2)


def test_zaremba_small_halves_after_the_fourth_epoch():
    recipe = load_recipe("zaremba-small").training
    found = rates(**recipe.model_dump())
    for epoch in range(1, recipe.epochs + 1):
        assert of_epoch(found, epoch) == pytest.approx(20 * 0.5 ** max(0, epoch - 4))


@pytest.mark.parametrize(("size", "full_epochs", "factor"), [("medium", 6, 1 / 1.2), ("large", 14, 1 / 1.15)])
def test_the_larger_models_of_zaremba(size, full_epochs, factor):
    recipe = load_recipe(f"zaremba-{size}").training
    found = rates(**recipe.model_dump())
    for epoch in (1, full_epochs, full_epochs + 1, full_epochs + 5):
        assert of_epoch(found, epoch) == pytest.approx(35 * factor ** max(0, epoch - full_epochs), rel=1e-3)


def test_karpathy_takes_a_twentieth_off_after_each_epoch_from_the_tenth():
    found = rates(schedule="decay", learning_rate=2e-3, decay_factor=0.95, decay_after=10, epochs=50)
    expected = {1: 2e-3, 10: 2e-3, 11: 2e-3 * 0.95, 12: 2e-3 * 0.95**2, 50: 2e-3 * 0.95**40}
    assert {epoch: of_epoch(found, epoch) for epoch in expected} == pytest.approx(expected)


def test_plateau_falls_with_every_epoch_that_brought_nothing():
    settings = TrainingSettings(schedule="plateau", learning_rate=4.0, decay_factor=0.25)
    assert [learning_rate(settings, 3, 7, poor) for poor in (0, 1, 2)] == [4.0, 1.0, 0.25]


class _Planted(nn.Module):
    """Two weights with the gradient (3, −4), of norm 5."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Parameter(torch.zeros(1)), nn.Parameter(torch.zeros(1))
        self.first.grad, self.second.grad = torch.tensor([3.0]), torch.tensor([-4.0])

    def gradient(self):
        return [self.first.grad.item(), self.second.grad.item()]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"clip_norm": None}, [3, -4]),
        ({"clip_norm": 10}, [3, -4]),
        ({"clip_norm": 1}, [0.6, -0.8]),
        ({"clip_norm": None, "clip_value": 3.5}, [3, -3.5]),
        ({"clip_norm": None, "clip_value": 1}, [1, -1]),
        ({"clip_norm": 1, "clip_value": 1}, [math.sqrt(0.5), -math.sqrt(0.5)]),  # the entries first
    ],
)
def test_clipping_bounds_what_it_names(settings, expected):
    network = _Planted()
    clip_gradients(network, TrainingSettings(**settings))
    assert network.gradient() == pytest.approx(expected, rel=1e-5)


def stepped(settings: TrainingSettings, steps: int = 1) -> list[float]:
    """Both weights after `steps` updates from (1, 1) with the gradient (3, −4)."""
    network = _Planted()
    with torch.no_grad():
        network.first.fill_(1), network.second.fill_(1)
    optimizer = make_optimizer(network, settings)
    for _ in range(steps):
        optimizer.step()
    return [network.first.item(), network.second.item()]


@pytest.mark.parametrize("decay", [0.95, 0.99])
def test_rmsprop_divides_by_the_root_of_its_decaying_mean_square(decay):
    settings = TrainingSettings(optimizer="rmsprop", learning_rate=0.01, rmsprop_decay=decay)
    # mean squares of a constant gradient g: (1 − α) g², then (1 − α²) g²
    moved = 0.01 / math.sqrt(1 - decay) + 0.01 / math.sqrt(1 - decay**2)
    assert stepped(settings, 2) == pytest.approx([1 - moved, 1 + moved], rel=1e-5)


def test_plain_gradient_descent_has_no_momentum():
    settings = TrainingSettings(optimizer="sgd", learning_rate=0.1)
    assert stepped(settings, 2) == pytest.approx([1 - 0.6, 1 + 0.8])


def test_adam_moves_by_the_learning_rate():
    for optimizer in ("adam", "adamw"):
        settings = TrainingSettings(optimizer=optimizer, learning_rate=0.01)
        assert stepped(settings, 2) == pytest.approx([0.98, 1.02], rel=1e-5)


def test_weight_decay_is_of_the_weights_in_adamw_and_of_the_gradient_elsewhere():
    decay = {"learning_rate": 0.01, "weight_decay": 0.5}
    assert stepped(TrainingSettings(optimizer="adamw", **decay)) == pytest.approx([0.995 - 0.01, 0.995 + 0.01])
    assert stepped(TrainingSettings(optimizer="sgd", **decay)) == pytest.approx([1 - 0.035, 1 + 0.035])
    assert stepped(TrainingSettings(optimizer="adamw", learning_rate=0.01)) == pytest.approx([0.99, 1.01])
