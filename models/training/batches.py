"""What a training reads at each update."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from data_prep.corpus import Corpus
from data_prep.errors import UserError
from models.recipe import Recipe, TrainingSettings
from models.training.distribution import Share

# So many batches are sorted by length together: little padding, and still another order in each epoch.
SORTED_TOGETHER = 50


@dataclass(frozen=True)
class Batch:
    """One update's input: ids (T, B) int64 with their targets.

    Running text: targets (T, B), the tokens that follow; lengths None.
    Separate texts: targets (B,), their classes; lengths (B,), and ids padded with 0.
    """

    ids: Tensor
    targets: Tensor
    lengths: Tensor | None = None

    def predictions(self) -> int:
        """How many predictions the loss is the mean of."""
        return self.targets.numel()


class RunningText:
    """A text cut into B consecutive streams, read in windows of `steps` tokens; states are carried along."""

    def __init__(self, corpus: Corpus, settings: TrainingSettings, device: torch.device, share: Share) -> None:
        ids = corpus.splits["train"]
        self.streams = share.of(settings.batch, "training.batch")
        self.batch_streams, self.steps = settings.batch, settings.steps
        self.device = device
        if len(ids) - 1 < settings.batch:
            raise UserError(
                f"A batch of {settings.batch} streams is longer than the training part of {corpus.name} "
                f"({len(ids):,} tokens).",
                f"Use at most --set training.batch={len(ids) - 1}, or a longer text.",
            )
        self.length = (len(ids) - 1) // settings.batch
        # Stream b is ids[b · length : (b + 1) · length + 1]: the last input's target is the next stream's first
        # token. A view: the text itself stays on disk.
        views = np.lib.stride_tricks.as_strided(
            ids, (settings.batch, self.length + 1), (self.length * ids.itemsize, ids.itemsize), writeable=False
        )
        self.views = views[share.rank * self.streams : (share.rank + 1) * self.streams]
        self.on_device = (
            torch.from_numpy(self.views.astype(np.int32)).to(device) if device.type != "cpu" else None
        )  # one transfer instead of one per update

    @property
    def updates_per_epoch(self) -> int:
        """Windows in one pass over the text; the last may be shorter."""
        return -(-self.length // self.steps)

    @property
    def tokens_per_update(self) -> float:
        """Tokens that all processes read together, on average."""
        return self.batch_streams * self.length / self.updates_per_epoch

    def batch(self, epoch: int, index: int) -> Batch:  # noqa: ARG002 (a text has one order)
        """Window `index` of every stream; the same in every epoch."""
        window = slice(index * self.steps, min((index + 1) * self.steps, self.length) + 1)
        if self.on_device is not None:
            rows = self.on_device[:, window].T.long()
        else:
            rows = torch.from_numpy(self.views[:, window].T.astype(np.int64, order="C"))
        return Batch(rows[:-1], rows[1:])


class SeparateTexts:
    """Labelled texts, a batch of them at a time, of similar length, in another order in each epoch."""

    def __init__(
        self, corpus: Corpus, settings: TrainingSettings, device: torch.device, share: Share, seed: int
    ) -> None:
        assert corpus.texts is not None
        self.ids, self.texts = corpus.splits["train"], corpus.texts["train"]
        self.settings, self.device, self.share, self.seed = settings, device, share, seed
        share.of(settings.batch, "training.batch")
        if len(self.texts) < settings.batch:
            raise UserError(
                f"A batch of {settings.batch} texts is more than the training part of {corpus.name} "
                f"has ({len(self.texts):,}).",
                f"Use at most --set training.batch={len(self.texts)}, or more texts.",
            )
        self.lengths = text_lengths(self.texts.offsets, settings.steps)
        self._epoch, self._order = 0, np.empty((0, 0), dtype=np.int64)

    @property
    def updates_per_epoch(self) -> int:
        """Whole batches in one pass; the texts that are left over differ from epoch to epoch."""
        return len(self.texts) // self.settings.batch

    @property
    def tokens_per_update(self) -> float:
        """Tokens that all processes read together, on average."""
        return float(self.lengths.mean()) * self.settings.batch

    def batch(self, epoch: int, index: int) -> Batch:
        """Batch `index` of that epoch's order, which follows from the seed and the epoch alone."""
        if epoch != self._epoch:
            self._epoch, self._order = epoch, self._shuffled(epoch)
        mine = self._order[index, self.share.rank :: self.share.processes]
        return gather_texts(self.ids, self.texts.offsets, self.lengths, self.texts.labels, mine, self.device)

    def _shuffled(self, epoch: int) -> np.ndarray:
        rng = np.random.default_rng([self.seed, epoch])
        # What is left over goes before the sorting: afterwards it would be the longest texts.
        order = rng.permutation(len(self.texts))[: self.updates_per_epoch * self.settings.batch]
        together = self.settings.batch * SORTED_TOGETHER
        pieces = (order[start : start + together] for start in range(0, len(order), together))
        by_length = np.concatenate([piece[np.argsort(self.lengths[piece], kind="stable")] for piece in pieces])
        return rng.permutation(by_length.reshape(-1, self.settings.batch))


def text_lengths(offsets: np.ndarray, longest: int) -> np.ndarray:
    """(N,) how many tokens are read of each of N texts; offsets (N + 1,). UserError where a text has none."""
    lengths = np.minimum(np.diff(offsets), longest)
    if lengths.min() < 1:
        raise UserError(
            f"{np.count_nonzero(lengths < 1):,} of the texts have no token: nothing tells their class.",
            "Prepare the corpus again without them, or in the plain style, which keeps punctuation marks.",
        )
    return lengths


def make_batches(recipe: Recipe, corpus: Corpus, device: torch.device, share: Share) -> RunningText | SeparateTexts:
    """What the recipe's model reads of the corpus; UserError when a batch is more than there is."""
    if recipe.task == "language-model":
        return RunningText(corpus, recipe.training, device, share)
    return SeparateTexts(corpus, recipe.training, device, share, recipe.seed)


def gather_texts(
    ids: np.ndarray,
    offsets: np.ndarray,
    lengths: np.ndarray,
    labels: np.ndarray,
    chosen: np.ndarray,
    device: torch.device,
) -> Batch:
    """The texts `chosen` (B,) as one batch, side by side and padded at the end."""
    chosen_lengths = lengths[chosen]
    padded = np.zeros((chosen_lengths.max(), len(chosen)), dtype=np.int64)
    for column, (text, length) in enumerate(zip(chosen, chosen_lengths, strict=True)):
        padded[:length, column] = ids[offsets[text] : offsets[text] + length]
    return Batch(
        torch.from_numpy(padded).to(device),
        torch.from_numpy(labels[chosen].astype(np.int64)).to(device),
        torch.from_numpy(chosen_lengths.astype(np.int64)).to(device),
    )
