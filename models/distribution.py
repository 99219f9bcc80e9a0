"""One training on several processes: torch's distributed data parallelism, as `torchrun` starts it.

    torchrun --nproc-per-node 2 -m app.cli train words-lstm --corpus ptb

Every process reads its share of each batch; gradients are averaged, so the result is that of one
process with the whole batch.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, distributed, nn

from data_prep.errors import UserError


@dataclass(frozen=True)
class Share:
    """This process's part of a training: `rank` of `processes`."""

    rank: int = 0
    processes: int = 1

    @property
    def leads(self) -> bool:
        """One process alone measures, reports and writes."""
        return self.rank == 0

    def of(self, count: int, setting: str) -> int:
        """This process's part of `count`; UserError where the processes do not divide it."""
        if count % self.processes:
            raise UserError(
                f"{self.processes} processes cannot share {setting} = {count} equally.",
                f"Choose a multiple: --set {setting}={max(1, count // self.processes) * self.processes}",
            )
        return count // self.processes

    def parallel(self, objective: nn.Module) -> nn.Module:
        """The objective, with gradients averaged over the processes."""
        return nn.parallel.DistributedDataParallel(objective) if self.processes > 1 else objective

    def mean(self, value: Tensor) -> Tensor:
        """The mean over the processes."""
        if self.processes > 1:
            distributed.all_reduce(value)
            value /= self.processes
        return value

    def agreed(self, value: float) -> float:
        """What the leading process says."""
        if self.processes == 1:
            return value
        told = torch.tensor(value, dtype=torch.float64)
        if distributed.get_backend() == "nccl":
            told = told.cuda()
        distributed.broadcast(told, 0)
        return told.item()


@contextmanager
def joined(device: torch.device) -> Iterator[Share]:
    """This process's share: of the processes that `torchrun` started, or else all of it."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield Share()
        return
    if device.type == "cuda":
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield Share(distributed.get_rank(), distributed.get_world_size())
    finally:
        distributed.destroy_process_group()
