"""A corpus: token ids of three parts, their vocabulary, and a record of where they came from."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from data_prep.errors import UserError
from data_prep.sealed_folder import check_name, home, name_from, open_sealed, read_json, sealing, write_json
from data_prep.text_file import decode, read_bytes
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import Vocabulary, build_vocabulary

SCHEMA = 1
SPLITS = ("train", "valid", "test")
DEFAULT_CAP = 15_000
DEFAULT_FRACTIONS = (0.8, 0.1, 0.1)
SMALLEST_PART = 2  # a model predicts a token from the one before it


@dataclass(frozen=True)
class Corpus:
    """A prepared corpus on disk.

    splits: part → (T,) memory-mapped token ids. digest: names the whole content.
    source: what was prepared (file name, bytes, SHA-256, fractions).
    """

    name: str
    folder: Path
    digest: str
    vocabulary: Vocabulary
    splits: dict[str, np.ndarray]
    source: dict[str, Any]

    def summary(self) -> dict[str, Any]:
        """The `prepare --json` object: counts of tokens per part and the size of the vocabulary."""
        return {
            "corpus": self.name,
            "digest": self.digest,
            "unit": self.vocabulary.tokenisation.unit,
            "vocabulary_size": len(self.vocabulary),
            "splits": {part: {"tokens": len(ids)} for part, ids in self.splits.items()},
            "unknown_rate": {part: _unknown_rate(self.vocabulary, ids) for part, ids in self.splits.items()},
            "source": self.source,
            "folder": str(self.folder),
        }


def corpora_home() -> Path:
    """Where prepared corpora are kept."""
    return home() / "corpora"


def prepare_corpus(
    path: Path,
    tokenisation: Tokenisation,
    *,
    name: str | None = None,
    cap: int = DEFAULT_CAP,
    fractions: tuple[float, float, float] = DEFAULT_FRACTIONS,
) -> Corpus:
    """Turn a plain text file into a corpus folder, split in order at floor(T × fraction).

    The vocabulary comes from the training part alone; of bytes, from the whole file, so that every
    byte has an id. Preparing the same file in the same way again returns what is there.

    Raises UserError for a file that is not text, parts that would be empty, or a name that is taken
    by another corpus: nothing is overwritten.
    """
    name = check_name(name or name_from(path.stem), "corpus")
    if len(fractions) != len(SPLITS) or not (min(fractions) > 0 and abs(sum(fractions) - 1) <= 1e-9):
        raise UserError(
            f"The fractions {fractions} do not split a corpus.", "Give three positive numbers that sum to 1."
        )
    if cap < 3:
        raise UserError(f"A vocabulary of {cap} words is too small.", "Allow at least 3.")
    raw = read_bytes(path)
    source = {
        "file": path.name,
        "bytes": len(raw),
        "sha256": hashlib.sha256(raw).hexdigest(),
        "fractions": list(fractions),
        "cap": cap if tokenisation.unit == "words" else None,
        "sentence_ends": tokenisation.sentence_ends if tokenisation.unit == "words" else None,
        "unit": tokenisation.unit,
    }
    folder = corpora_home() / name
    if folder.exists():
        present = open_corpus(name)
        if present.source == source:
            return present
        raise UserError(
            f"There is another corpus called {name}, made from {present.source.get('file')}.",
            "Choose a different --name, or delete the folder of the other one.",
        )
    text = decode(raw, path.name)
    # Bytes are the file's own, byte order mark and line ends included, as the papers count them.
    tokens = list(raw.decode("latin-1")) if tokenisation.unit == "bytes" else tokenisation.split(text)
    bounds = _split_bounds(len(tokens), fractions, path.name)
    vocabulary = build_vocabulary(tokenisation, tokens[: bounds[1]], cap, tokens[bounds[1] :])
    ids = vocabulary.encode(tokens)[0].astype(np.uint16 if len(vocabulary) <= 2**16 else np.uint32)
    with sealing(folder, "corpus", SCHEMA) as unfinished:
        for part, start, end in zip(SPLITS, bounds, bounds[1:], strict=False):
            np.save(unfinished / f"{part}.npy", ids[start:end], allow_pickle=False)
        write_json(unfinished / "vocabulary.json", vocabulary.to_json())
        write_json(unfinished / "source.json", source)
    return open_corpus(name)


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
                "Prepare one: rnnscope prepare my-text.txt",
            )
    manifest = open_sealed(folder, "corpus", SCHEMA)
    vocabulary = Vocabulary.from_json(read_json(folder / "vocabulary.json"), f"{folder.name}/vocabulary.json")
    splits = {part: _load_part(folder / f"{part}.npy", len(vocabulary)) for part in SPLITS}
    return Corpus(folder.name, folder, manifest.digest, vocabulary, splits, read_json(folder / "source.json"))


def list_corpora() -> list[str]:
    """Names of the corpora in the home folder, damaged ones included."""
    folder = corpora_home()
    return sorted(p.name for p in folder.iterdir() if not p.name.startswith(".")) if folder.is_dir() else []


def _load_part(path: Path, vocabulary_size: int) -> np.ndarray:
    try:
        ids = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read: {error}.", "Prepare the corpus again.") from error
    if ids.ndim != 1 or ids.dtype.kind != "u" or len(ids) < SMALLEST_PART or ids.max() >= vocabulary_size:
        raise UserError(
            f"{path} does not hold token ids below {vocabulary_size:,} in one row.", "Prepare the corpus again."
        )
    return ids


def _split_bounds(length: int, fractions: tuple[float, float, float], name: str) -> list[int]:
    first = int(length * fractions[0])
    second = first + int(length * fractions[1])
    bounds = [0, first, second, length]
    sizes = np.diff(bounds)
    if sizes.min() < SMALLEST_PART:
        raise UserError(
            f"{name} has only {length} tokens: train, valid and test would get {', '.join(map(str, sizes))}.",
            f"Each part needs at least {SMALLEST_PART}. Give a longer text, or other --fractions.",
        )
    return bounds


def _unknown_rate(vocabulary: Vocabulary, ids: np.ndarray) -> float:
    return 0.0 if vocabulary.unknown_id is None else float(np.mean(ids == vocabulary.unknown_id))
