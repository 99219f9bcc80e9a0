"""Everything that the next update of a training depends on, and how it is kept in the training's folder.

On the CPU, with as many threads, a training that goes on from a kept state ends in the same weights, bit for bit,
as one that was never interrupted.
"""

import copy
import time

import torch
from torch import Tensor

from models.network import RecurrentNetwork, State
from models.training.distribution import Share
from models.training.history import Epoch, history_to_json
from models.training.snapshot import Snapshot


class TrainingState:
    """A training between two updates; torch's random numbers belong to it too.

    update: so many are done. carried: the recurrent state after them, None at the beginning of an epoch.
    loss_sum, predictions: of the epoch so far, in nats. best_weights: after the best epoch, name → tensor.
    kept: whether the training ended before its time, on request.
    """

    def __init__(self, network: RecurrentNetwork, optimizer: torch.optim.Optimizer) -> None:
        self.network, self.optimizer = network, optimizer
        self.update = 0
        self.carried: State = None
        self.loss_sum = torch.zeros((), dtype=torch.float64, device=network.device)
        self.predictions = 0
        self.history: list[Epoch] = []
        self.best_weights: dict[str, Tensor] = {}
        self.kept = False
        self._seconds_before, self._started = 0.0, time.monotonic()

    def weights(self) -> dict[str, Tensor]:
        """A copy of the network's weights; tied ones are there once."""
        return {name: parameter.detach().clone() for name, parameter in self.network.named_parameters()}

    def seconds(self) -> float:
        """How long the training has taken, in this process and those before it."""
        return self._seconds_before + time.monotonic() - self._started

    def begin_epoch(self) -> None:
        """The recurrent state and the sums begin at zero."""
        self.carried = None
        self.loss_sum.zero_()
        self.predictions = 0

    def snapshot(self) -> Snapshot:
        """All of it, to be stored."""
        tensors = {f"network.{name}": value for name, value in self.weights().items()}
        tensors |= {f"best.{name}": value for name, value in self.best_weights.items()}
        for index, entries in self.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{index}.{key}": value for key, value in entries.items() if value is not None}
        carried = self.carried if isinstance(self.carried, tuple) else (self.carried,)
        tensors |= {f"carried.{place}": part for place, part in enumerate(carried) if part is not None}
        tensors["random.cpu"] = torch.get_rng_state()
        if self.network.device.type == "cuda":
            tensors["random.cuda"] = torch.cuda.get_rng_state(self.network.device)
        facts = {
            "update": self.update,
            "loss_sum": self.loss_sum.item(),
            "predictions": self.predictions,
            "history": history_to_json(self.history),
            "kept": self.kept,
            "seconds": self.seconds(),
        }
        return Snapshot(tensors, facts)

    def restore(self, snapshot: Snapshot, share: Share) -> None:
        """Become what was stored; where several processes go on from it, this one's share of it."""
        groups: dict[str, dict[str, Tensor]] = {}
        for name, tensor in snapshot.tensors.items():
            kind, _, rest = name.partition(".")
            groups.setdefault(kind, {})[rest] = tensor
        device = self.network.device
        self.network.load_state_dict(groups["network"], strict=False)  # a tied decoder is stored once
        self.best_weights = {name: value.to(device) for name, value in groups.get("best", {}).items()}
        self._restore_optimizer(groups.get("optimizer", {}))
        # One process may have saved amid an epoch what several go on from. Copied, because where in memory a
        # file's numbers begin could change the last bit of a matrix product.
        streams = [share.streams(value) for _, value in sorted(groups.get("carried", {}).items())]
        carried = [value.to(device, copy=True) for value in streams]
        self.carried = None if not carried else carried[0] if len(carried) == 1 else (carried[0], carried[1])
        if share.leads:  # the others' dropout is to differ
            torch.set_rng_state(groups["random"]["cpu"])
            if "cuda" in groups["random"]:
                torch.cuda.set_rng_state(groups["random"]["cuda"], device)
        facts = snapshot.facts
        self.update = facts["update"]
        self.loss_sum.fill_(facts["loss_sum"] / share.processes)
        self.predictions = facts["predictions"] // share.processes
        self.history = [Epoch(**epoch) for epoch in facts["history"]]
        self.kept = facts.get("kept", False)
        self._seconds_before = facts["seconds"]

    def _restore_optimizer(self, tensors: dict[str, Tensor]) -> None:
        whole = copy.deepcopy(self.optimizer.state_dict())
        for name, tensor in tensors.items():
            index, _, key = name.partition(".")
            whole["state"].setdefault(int(index), {})[key] = tensor
        self.optimizer.load_state_dict(whole)
