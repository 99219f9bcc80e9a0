"""Whether an imported network says what it said where it comes from: its probabilities beside those supplied.

Numbers that agree are the one proof that gates, vocabulary and start were understood; shapes prove none of it.
"""

import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from data_prep.errors import UserError
from data_prep.recorded_states import DAMAGE
from data_prep.text_file import decode, read_bytes
from models.network import RecurrentClassifier, RecurrentLanguageModel

TOLERANCE = 1e-4
LARGEST_BYTES = 1 << 30
LARGEST_JSON = 64 << 20
AT_ONCE = 64  # positions
KINDS = ("probabilities", "log_probabilities", "logits")
CAUSES = (
    "Usual causes: dropout was on (call model.eval() first), the vocabulary is in another order, the text did not "
    "start from a zero state, the gates are in another order than torch's, or an nn.RNN has ReLU."
)
FORM = (
    "Give ids (T) or tokens (T), and probabilities, log_probabilities or logits (T × V): row t is what the model "
    "expects after the first t tokens, from a zero state; as npz or JSON. Of a classifier: the tokens of N texts one "
    "after the other, lengths (N), and N × C."
)


@dataclass(frozen=True)
class Claimed:
    """What a network is said to predict.

    ids: (T,). values: (T, V), of the kind that `kind` says (see `KINDS`); of a classifier (N, C).
    lengths: (N,) of the texts that a classifier read, which follow one another in `ids`.
    """

    ids: np.ndarray
    values: np.ndarray
    kind: str
    lengths: np.ndarray | None = None


@dataclass(frozen=True)
class Agreement:
    """How far the probabilities of two networks are apart, over T positions × V tokens, or N texts × C classes.

    largest, mean: absolute difference in probability. row, column (0-based): position and token id, or text and
    class, where it is largest; ours, theirs: the two probabilities there. rows: T or N.
    """

    largest: float
    mean: float
    row: int
    column: int
    ours: float
    theirs: float
    rows: int

    @property
    def agrees(self) -> bool:
        """Whether no probability is further away than `TOLERANCE`."""
        return self.largest <= TOLERANCE


def read_claimed(
    path: Path,
    vocabulary_size: int,
    ids_of: Callable[[Sequence[str]], list[int | None]],
    *,
    classes: int | None = None,
) -> Claimed:
    """Read what a network is said to predict from an npz or JSON file. classes: C of a classifier.

    ids_of: the ids of tokens by the names that they have where the network comes from.

    Raises UserError for a file that has not the right arrays, in the right shapes, of the right values.
    """
    arrays = _read_npz(path) if _is_zip(path) else _read_json(path)
    kinds = [kind for kind in KINDS if kind in arrays]
    if len(kinds) != 1 or ("ids" in arrays) == ("tokens" in arrays):
        raise UserError(f"{path.name} has {', '.join(sorted(arrays)[:8]) or 'nothing'} to compare with.", FORM)
    values = arrays[kinds[0]]
    ids = arrays["ids"] if "ids" in arrays else _ids(arrays["tokens"], ids_of, path.name)
    if ids.ndim != 1 or ids.dtype.kind not in "iu" or len(ids) == 0:
        raise UserError(f"{path.name}: the ids are {ids.dtype} of shape {ids.shape}, not whole numbers in a row.", FORM)
    if ids.min() < 0 or ids.max() >= vocabulary_size:
        raise UserError(
            f"{path.name} has ids from {ids.min()} to {ids.max()}; the vocabulary has 0 to {vocabulary_size - 1:,}.",
            FORM,
        )
    lengths = None
    if classes is not None:
        lengths = arrays.get("lengths", np.array([len(ids)]))
        if not _divide(lengths, len(ids)):
            raise UserError(f"{path.name}: the lengths do not divide {len(ids):,} tokens into texts.", FORM)
        values = values.reshape(1, -1) if values.ndim == 1 else values
    expected = (len(ids), vocabulary_size) if lengths is None else (len(lengths), classes)
    if values.dtype.kind != "f" or values.shape != expected:
        raise UserError(
            f"{path.name}: {kinds[0]} are {values.dtype} of shape {values.shape}, expected {expected}: "
            + ("one row per token, one column per token of the vocabulary." if lengths is None else "texts × classes."),
            FORM,
        )
    lowest, highest = {"probabilities": (0, 1), "log_probabilities": (-np.inf, 0)}.get(kinds[0], (-np.inf, np.inf))
    if np.isnan(values).any() or values.min() < lowest or values.max() > highest + 1e-3:
        raise UserError(f"{path.name}: some {kinds[0]} are no such numbers.", FORM)
    return Claimed(ids.astype(np.int64), values, kinds[0], lengths)


def _divide(lengths: np.ndarray, total: int) -> bool:
    if lengths.ndim != 1 or lengths.dtype.kind not in "iu" or not len(lengths):
        return False
    return lengths.min() >= 1 and lengths.max() <= total and lengths.sum() == total


def compare(network: RecurrentLanguageModel | RecurrentClassifier, claimed: Claimed) -> Agreement:
    """Run the network, from a zero state and without dropout, and compare its probabilities with the claimed ones.

    Raises UserError when the claimed rows do not sum to one.
    """
    network.eval()
    largest, total, start = Agreement(-1.0, 0.0, 0, 0, 0.0, 0.0, 0), 0.0, 0
    with torch.inference_mode():
        for logits in _classified(network, claimed) if claimed.lengths is not None else _predicted(network, claimed):
            ours = logits.double().softmax(-1).cpu().numpy()
            theirs = _probabilities(claimed.values[start : start + len(ours)], claimed.kind, start)
            apart = np.abs(ours - theirs)
            total += float(apart.sum())
            place = np.unravel_index(int(apart.argmax()), apart.shape)
            if apart[place] > largest.largest:
                row, column = start + int(place[0]), int(place[1])
                largest = Agreement(float(apart[place]), 0.0, row, column, float(ours[place]), float(theirs[place]), 0)
            start += len(ours)
    return replace(largest, mean=total / claimed.values.size, rows=start)


def _predicted(network: RecurrentLanguageModel, claimed: Claimed) -> Iterator[torch.Tensor]:
    """Logits (≤ AT_ONCE, V) after each token."""
    ids, state = torch.from_numpy(claimed.ids), None
    for start in range(0, len(ids), AT_ONCE):
        logits, state = network(ids[start : start + AT_ONCE, None].to(network.device), state)
        yield logits[:, 0]


def _classified(network: RecurrentClassifier, claimed: Claimed) -> Iterator[torch.Tensor]:
    """Logits (1, C) of each text."""
    assert claimed.lengths is not None
    for ids in torch.from_numpy(claimed.ids).split(claimed.lengths.tolist()):
        yield network(ids[:, None].to(network.device), torch.tensor([len(ids)]))


def _probabilities(values: np.ndarray, kind: str, start: int) -> np.ndarray:
    values = values.astype(np.float64)
    if kind == "logits":
        return torch.from_numpy(values).softmax(-1).numpy()
    probabilities = np.exp(values) if kind == "log_probabilities" else values
    sums = probabilities.sum(-1)
    if (wrong := np.flatnonzero(~(np.abs(sums - 1) <= 1e-2))).size:
        raise UserError(
            f"The {kind.replace('_', ' ')} of row {start + int(wrong[0]) + 1} sum to {sums[wrong[0]]:.4g}, not 1.",
            "Name the array by what it holds: probabilities, log_probabilities or logits.",
        )
    return probabilities


def _is_zip(path: Path) -> bool:
    return read_bytes(path, 4) == b"PK\x03\x04"


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    try:
        with zipfile.ZipFile(path) as archive:  # a small file may unpack to a huge one
            size = sum(entry.file_size for entry in archive.infolist())
        if size > LARGEST_BYTES:
            raise UserError(f"{path.name} unpacks to {size / 2**30:.1f} GB; at most 1 GB is compared.", FORM)
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files if name in ("ids", "tokens", "lengths", *KINDS)}
    except (*DAMAGE, MemoryError) as error:
        raise UserError(f"{path.name} is no npz of plain arrays, or damaged: {error}.", FORM) from error


def _read_json(path: Path) -> dict[str, np.ndarray]:
    raw = read_bytes(path, LARGEST_JSON + 1)
    if len(raw) > LARGEST_JSON:
        raise UserError(f"{path.name} is larger than {LARGEST_JSON >> 20} MB.", "Give an npz file.")
    try:
        read: Any = json.loads(decode(raw, path.name))
        if not isinstance(read, dict):
            raise UserError(f"{path.name} holds no arrays by name.", FORM)
        arrays = {name: np.array(read[name]) for name in ("ids", "lengths", *KINDS) if name in read}
    except (ValueError, RecursionError, OverflowError) as error:
        raise UserError(f"{path.name} is neither npz nor JSON of arrays: {error}.", FORM) from error
    if odd := next((name for name, array in arrays.items() if array.dtype.kind not in "iuf"), None):
        raise UserError(f"{path.name}: {odd} hold something else than numbers.", FORM)
    arrays = {name: array.astype(np.float64) if name in KINDS else array for name, array in arrays.items()}
    if isinstance(read.get("tokens"), list):
        arrays["tokens"] = np.array([*read["tokens"], None], dtype=object)[:-1]  # not padded to the longest
    return arrays


def _ids(tokens: np.ndarray, ids_of: Callable[[Sequence[str]], list[int | None]], name: str) -> np.ndarray:
    if tokens.ndim != 1 or not all(isinstance(token, str) for token in tokens.tolist()):
        raise UserError(f"{name}: the tokens are {tokens.dtype} of shape {tokens.shape}, not texts in a row.", FORM)
    ids = ids_of(tokens.tolist())
    if None in ids:
        raise UserError(f"{name}: {tokens[ids.index(None)][:40]!r} is not in the vocabulary.", FORM)
    return np.array(ids, np.int64)
