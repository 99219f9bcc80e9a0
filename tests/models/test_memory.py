import pytest
import torch

from data_prep.errors import UserError
from models.memory import check_memory, enough_memory
from models.network import RecurrentLanguageModel
from models.recipe import ModelSettings

CPU = torch.device("cpu")


def on_meta(**settings) -> RecurrentLanguageModel:
    with torch.device("meta"):
        return RecurrentLanguageModel(ModelSettings(**settings), 10_000)


def test_weights_that_no_machine_holds_are_refused_before_any_is_made():
    with pytest.raises(UserError, match=r"Training \d\S+ weights takes at least \d+ GB, and") as caught:
        check_memory(on_meta(units=8192, embedding=8192, layers=16, cell="lstm"), torch.device("cpu"))
    assert "model.units" in caught.value.hint
    check_memory(on_meta(units=1500, embedding=1500), CPU)  # the largest model of the papers: 66 million weights


def test_weights_gradients_and_what_the_optimiser_remembers_are_counted(monkeypatch):
    network = on_meta(units=8, embedding=8)
    monkeypatch.setattr("models.memory._memory_of", lambda _: network.parameter_count() * 16)
    check_memory(network, CPU)
    monkeypatch.setattr("models.memory._memory_of", lambda _: network.parameter_count() * 16 - 1)
    with pytest.raises(UserError):
        check_memory(network, CPU)


def test_memory_that_cannot_be_had_is_said():
    for grab in (lambda: torch.empty(2**50), lambda: bytearray(2**60)):
        with pytest.raises(UserError, match="does not suffice"), enough_memory():
            grab()
    with pytest.raises(RuntimeError, match="another"), enough_memory():
        raise RuntimeError("another fault")
