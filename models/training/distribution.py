"""One training on several processes: torch's distributed data parallelism, as `torchrun` starts it.

    torchrun --nproc-per-node 2 -m app.cli train words-lstm --corpus ptb

Every process reads its share of each batch; gradients are averaged, so the result is that of one
process with the whole batch. All of them read the corpus, and the state that a training goes on from,
in the home folder, which processes on several machines must share.

One process leads: it alone makes the training's folder, measures, prints and writes. When it ends early,
the others end too, without a word; when another one is lost, the leading one says so.
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

    def streams(self, state: Tensor) -> Tensor:
        """This process's part of a state (L, B, H)."""
        return state.chunk(self.processes, dim=1)[self.rank].contiguous()

    def parallel(self, objective: nn.Module) -> nn.Module:
        """The objective, with gradients averaged over the processes."""
        return nn.parallel.DistributedDataParallel(objective) if self.processes > 1 else objective

    def wait(self) -> None:
        """Until every process is here."""
        if self.processes > 1:
            distributed.barrier()

    def mean(self, value: Tensor) -> Tensor:
        """The mean over the processes."""
        if self.processes > 1:
            distributed.all_reduce(value)
            value /= self.processes
        return value

    def agreed(self, value: float) -> float:
        """What the leading process says."""
        return self._told(torch.tensor(value, dtype=torch.float64)).item()

    def agreed_name(self, name: str) -> str:
        """The name (up to 80 ASCII characters) that the leading process says."""
        told = self._told(torch.tensor(list(name.encode().ljust(80)), dtype=torch.uint8))
        return bytes(told.tolist()).decode().rstrip()

    def _told(self, value: Tensor) -> Tensor:
        if self.processes > 1:
            value = value.cuda() if distributed.get_backend() == "nccl" else value
            distributed.broadcast(value, 0)
        return value


@contextmanager
def joined(device: torch.device) -> Iterator[Share]:
    """This process's share: of the processes that `torchrun` started, or else all of it. May be nested.

    When the others cannot be reached any more, a process that does not lead leaves the block as if it were
    done, for the leading one says why; the leading one raises UserError.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield Share()
        return
    outermost = not distributed.is_initialized()
    if outermost:
        _join(device)
    share = Share(distributed.get_rank(), distributed.get_world_size())
    try:
        yield share
    except RuntimeError as error:
        if not _is_lost_connection(error):
            raise
        if share.leads:
            raise UserError("Another process of this training has ended.", "Its own message says why.") from error
    finally:
        if outermost:
            distributed.destroy_process_group()


def _join(device: torch.device) -> None:
    if device.type == "cuda":
        place = int(os.environ.get("LOCAL_RANK", "0"))
        if place >= torch.cuda.device_count():
            raise UserError(
                f"torchrun started more processes than this machine has GPUs ({torch.cuda.device_count()}).",
                f"Use --nproc-per-node {torch.cuda.device_count()}, or --device cpu.",
            )
        torch.cuda.set_device(place)
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")


def _is_lost_connection(error: RuntimeError) -> bool:
    return isinstance(error, distributed.DistError) or "gloo" in str(error)
