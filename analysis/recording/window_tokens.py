"""The tokens of a window on the network's device, and what of them is counted where."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from analysis.recording.plan import Occurrences, Plan
from analysis.recording.windows import PADDING, Window


@dataclass(frozen=True)
class WindowTokens:
    """The tokens of a window, as tensors.

    ids, positions: (T, B). read: (N,), which of the T · B places hold tokens, None if all do. occurrences: of the N.
    distributed, surprising: places among the T · B; surprising_rows: their words.
    """

    ids: Tensor
    positions: Tensor
    read: Tensor | None
    occurrences: Occurrences
    distributed: Tensor
    surprising: Tensor
    surprising_rows: Tensor

    @classmethod
    def of(
        cls, window: Window, ids: np.ndarray, plan: Plan, tokens_before: int, device: torch.device
    ) -> "WindowTokens":
        """Those of a window of `ids` (T,); tokens_before: how many the reader has read before it."""
        positions = window.positions.reshape(-1)
        read = np.flatnonzero(positions != PADDING)
        here = positions[read]
        own = ids[here].astype(np.int64)
        rows = plan.row_of[own]
        all_ids = np.zeros(len(positions), np.int64)
        all_ids[read] = own
        surprising = plan.surprising(rows, here)
        if window.first:
            surprising &= read >= window.positions.shape[1]  # nothing foretells the first token of a segment
        distributed = read[(-tokens_before) % plan.distributed_every :: plan.distributed_every]

        def tensor(values: np.ndarray) -> Tensor:
            return torch.from_numpy(values).to(device)

        return cls(
            ids=tensor(all_ids.reshape(window.positions.shape)),
            positions=tensor(window.positions),
            read=None if len(read) == len(positions) else tensor(read),
            occurrences=plan.occurrences(rows, here, window.stretches.reshape(-1)[read]).to(device),
            distributed=tensor(distributed),
            surprising=tensor(read[surprising]),
            surprising_rows=tensor(rows[surprising]),
        )
