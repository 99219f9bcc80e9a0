"""A corpus: token ids of three parts, their vocabulary, and a record of where they came from."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from data_prep.errors import UserError
from data_prep.sealed_folder import check_name, delete_sealed, home, open_sealed, read_json
from data_prep.token_store import SMALLEST_PART, SPLITS, in_blocks
from data_prep.vocabulary import Vocabulary

SCHEMA = 2


@dataclass(frozen=True)
class Texts:
    """Where the n texts of a part stand in its ids, and their classes.

    Text i is `splits[part][offsets[i]:offsets[i + 1]]`. offsets: (n + 1,). labels: (n,) places in
    `Corpus.classes`. Both memory-mapped.
    """

    offsets: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Corpus:
    """A prepared corpus on disk.

    splits: part → (T,) memory-mapped token ids. digest: names the whole content.
    source: what was prepared and how (files, bytes, SHA-256, encoding, options, licence, notes).
    texts: part → where its texts stand, for labelled texts; None otherwise. classes: their names.
    """

    name: str
    folder: Path
    digest: str
    vocabulary: Vocabulary
    splits: dict[str, np.ndarray]
    source: dict[str, Any]
    texts: dict[str, Texts] | None = None
    classes: tuple[str, ...] = ()

    def unknown_rates(self) -> dict[str, float]:
        """Fraction of the positions of each part that hold `<unk>`."""
        unknown = self.vocabulary.unknown_id
        if unknown is None:
            return dict.fromkeys(self.splits, 0.0)
        return {
            part: sum(int(np.count_nonzero(block == unknown)) for block in in_blocks(ids)) / len(ids)
            for part, ids in self.splits.items()
        }

    def class_weights(self) -> np.ndarray | None:
        """(C,) how much each class weighs in the loss, on average 1, where the corpus was prepared so; else None."""
        weights = (self.source.get("labelled") or {}).get("class_weights")
        return None if weights is None else np.array([weights[name] for name in self.classes])

    def summary(self) -> dict[str, Any]:
        """The `prepare --json` object: counts of tokens (and texts) per part and the size of the vocabulary."""
        sizes = {part: {"tokens": len(ids)} for part, ids in self.splits.items()}
        for part, texts in (self.texts or {}).items():
            sizes[part]["texts"] = len(texts)
        return {
            "corpus": self.name,
            "digest": self.digest,
            "task": "labelled" if self.texts else "language-model",
            "unit": self.vocabulary.tokenisation.unit,
            "vocabulary_size": len(self.vocabulary),
            "splits": sizes,
            "unknown_rate": self.unknown_rates(),
            "classes": list(self.classes),
            "source": self.source,
            "folder": str(self.folder),
        }


def corpora_home() -> Path:
    """Where prepared corpora are kept."""
    return home() / "corpora"


def delete_corpus(name: str) -> None:
    """Delete a prepared corpus, damaged ones included; what was trained on it stays. UserError where there is none."""
    folder = corpora_home() / check_name(name, "corpus")
    if not folder.is_dir():
        raise UserError(f"There is no corpus called {name}.", "rnnscope corpora lists those that are prepared.")
    delete_sealed(folder)


def open_corpus(name_or_folder: str | Path) -> Corpus:
    """Open a prepared corpus by its name in the home folder, or by its folder.

    Raises UserError when there is none, or when it is unfinished or damaged.
    """
    folder = Path(name_or_folder)
    if not (folder.is_dir() and len(folder.parts) > 1):
        folder = corpora_home() / check_name(str(name_or_folder), "corpus")
        if not folder.is_dir():
            known = ", ".join(list_corpora()) or "none yet"
            raise UserError(
                f"There is no corpus called {name_or_folder}. Prepared: {known}.",
                f"If rnnscope corpora lists it: rnnscope prepare {name_or_folder}; a text of your own: "
                "rnnscope prepare my-text.txt",
            )
    manifest = open_sealed(folder, "corpus", SCHEMA)
    vocabulary = Vocabulary.from_json(read_json(folder / "vocabulary.json"), f"{folder.name}/vocabulary.json")
    splits = {part: _load_ids(folder / f"{part}.npy", len(vocabulary), SMALLEST_PART) for part in SPLITS}
    source = read_json(folder / "source.json")
    texts, classes = None, ()
    if (folder / "classes.json").is_file():
        classes = tuple(map(str, read_json(folder / "classes.json")))
        texts = {part: _load_texts(folder, part, len(splits[part]), len(classes)) for part in SPLITS}
    return Corpus(folder.name, folder, manifest.digest, vocabulary, splits, source, texts, classes)


def list_corpora() -> list[str]:
    """Names of the corpora in the home folder, damaged ones included."""
    folder = corpora_home()
    return sorted(p.name for p in folder.iterdir() if not p.name.startswith(".")) if folder.is_dir() else []


def _load_texts(folder: Path, part: str, tokens: int, classes: int) -> Texts:
    offsets, path = _load_ids(folder / f"{part}.offsets.npy", tokens + 1, 2), folder / f"{part}.offsets.npy"
    labels = _load_ids(folder / f"{part}.labels.npy", classes, 1)
    if len(offsets) != len(labels) + 1 or offsets[0] != 0 or offsets[-1] != tokens or (np.diff(offsets) < 0).any():
        raise UserError(f"{path} does not divide {tokens:,} tokens into texts.", "Prepare the corpus again.")
    return Texts(offsets, labels)


def _load_ids(path: Path, below: int, at_least: int) -> np.ndarray:
    try:
        ids = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read: {error}.", "Prepare the corpus again.") from error
    if ids.ndim != 1 or ids.dtype.kind not in "ui" or len(ids) < at_least or not _within(ids, below):
        raise UserError(f"{path} does not hold numbers below {below:,} in one row.", "Prepare the corpus again.")
    return ids


def _within(ids: np.ndarray, below: int) -> bool:
    return all(block.min() >= 0 and block.max() < below for block in in_blocks(ids))
