"""The memory of a training: whether it suffices, and what one step frees and the next one needs again."""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from data_prep.errors import UserError

BYTES_PER_WEIGHT = 4 * 4  # float32: itself, its gradient, and two numbers that the optimiser remembers
SMALLER = "Lower model.units, model.layers or model.embedding, training.batch or training.steps."

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MMAP_MAX = -1, -3, -4  # of mallopt(3)
_LARGEST_THRESHOLD = 32 << 20  # that glibc allows


def keep_freed_memory(*, huge: bool = True) -> None:
    """Let this process keep large freed blocks instead of handing each back to the system.

    glibc maps every block above 32 MB anew and unmaps it when it is freed; a training step does that for
    each of its activations, and the page faults took up to a third of its time (measured: LSTM 2×128,
    batch 100, 100 steps: 57 ms instead of 80). The process then keeps its peak memory until it ends; without
    `huge`, the part of it in blocks of up to 32 MB. Without glibc nothing happens.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
    if mallopt is not None:
        mallopt(_MMAP_MAX, 0) if huge else mallopt(_MMAP_THRESHOLD, _LARGEST_THRESHOLD)
        mallopt(_TRIM_THRESHOLD, 2**31 - 1)


def check_memory(network: nn.Module, device: torch.device) -> None:
    """UserError where the weights of a network (which may be on `meta`) can never be trained on this device."""
    weights = sum(parameter.numel() for parameter in network.parameters())
    needed, there = weights * BYTES_PER_WEIGHT, _memory_of(device)
    if needed > there:
        raise UserError(
            f"Training {weights:,} weights takes at least {needed / 1e9:,.0f} GB, and this machine has "
            f"{there / 1e9:,.0f} GB of memory.",
            SMALLER,
        )


@contextmanager
def enough_memory() -> Iterator[None]:
    """Says it in a UserError when memory cannot be had."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, MemoryError | torch.OutOfMemoryError) or "can't allocate memory" in str(error):
            raise UserError("The memory does not suffice for this training.", SMALLER) from error
        raise


def _memory_of(device: torch.device) -> float:
    if device.type == "cuda":
        return torch.cuda.get_device_properties(device).total_memory
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # a system that does not tell
        return float("inf")
