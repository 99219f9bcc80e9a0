"""Running mean of how surprised a language model is by each word."""

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import linear

from models.network import RecurrentLanguageModel

_LOGITS = 1 << 20  # at once: they stay in the cache


class SurpriseTally:
    """total: (F,), sums of −ln p in nats over count (F,) occurrences of a word."""

    def __init__(self, words: int, device: torch.device) -> None:
        self.total = torch.zeros(words, dtype=torch.float64, device=device)
        self.count = torch.zeros(words, dtype=torch.int64, device=device)

    def add(self, network: RecurrentLanguageModel, before: Tensor, ids: Tensor, rows: Tensor) -> None:
        """Count tokens with the top hidden states before them (n, H), their ids and words (n,)."""
        for part in torch.arange(len(ids)).split(max(1, _LOGITS // network.vocabulary_size)):
            logits = linear(before[part], network.decoder.weight, network.decoder.bias)
            nats = logits.logsumexp(1) - logits.gather(1, ids[part, None])[:, 0]
            self.total.index_add_(0, rows[part], nats.double())
        self.count += torch.bincount(rows, minlength=len(self.count))

    def merge(self, other: "SurpriseTally") -> None:
        """Add what was counted on another part of the text."""
        self.total += other.total
        self.count += other.count

    def to(self, device: torch.device) -> "SurpriseTally":
        """Move the sums to a device."""
        self.total, self.count = self.total.to(device), self.count.to(device)
        return self

    def mean(self) -> np.ndarray:
        """(F,): nats per occurrence, NaN for a word of which none was counted."""
        return (self.total / self.count).float().cpu().numpy()
