"""Stored results: found again by the digest of a run, or of a corpus, and every option; computed once, verified.

A result is a sealed folder `results/<digest>/<kind>-<key>` of the home folder (or beside a run of the gallery):
plain values and arrays. Several processes may ask for the same result at once: one of them computes it, and the
others wait and read. What is damaged is computed again.
"""

import hashlib
import json
import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from data_prep.corpus import Corpus, list_corpora, open_corpus
from data_prep.errors import UserError
from data_prep.sealed_folder import MANIFEST, home, open_sealed, read_json, sealing, write_json
from models.run import Run, list_runs

logger = logging.getLogger(__name__)
ARRAYS, ABOUT = "arrays.npz", "about.json"


@dataclass(frozen=True)
class ResultKey:
    """Names a result: its kind and the version of its format, the run or corpus that it is of, and every option.

    place: the folder of the results of this run or corpus, as the home folder is when the key is made.
    """

    run: Run | Corpus
    kind: str
    schema: int
    options: dict[str, Any]
    place: Path = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "place", results_home(self.run))

    @property
    def name(self) -> str:
        """Of the folder."""
        named = json.dumps({"schema": self.schema, "run": self.run.digest, **self.options}, sort_keys=True)
        return f"{self.kind}-{hashlib.sha256(named.encode()).hexdigest()[:16]}"


@dataclass(frozen=True)
class Content:
    """Plain values and arrays."""

    about: dict[str, Any]
    arrays: dict[str, np.ndarray]


@dataclass(frozen=True)
class StoredResult:
    """One entry of the list of results. fault: why it cannot be used, or None."""

    folder: Path
    kind: str
    run: str
    options: dict[str, Any]
    bytes: int
    fault: str | None


def results_home(run: Run | Corpus) -> Path:
    """Where the results of a run, or of a corpus, are kept."""
    return home() / "results" / run.digest[:16]


def find_result(key: ResultKey) -> Path | None:
    """The folder of a result: in the home folder, or beside a bundled run; None if nowhere."""
    places = (key.place / key.name, key.run.folder / "results" / key.name)
    return next((place for place in places if place.is_dir()), None)


def read_result(folder: Path, kind: str, schema: int) -> Content:
    """Read and verify; UserError when it is damaged."""
    open_sealed(folder, kind, schema)
    with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
        return Content(read_json(folder / ABOUT), {name: arrays[name] for name in arrays.files})


def save_result(key: ResultKey, content: Content, results: Path, *, compressed: bool = False) -> None:
    """Write into the folder `results`, in one step: there is either nothing or everything."""
    name = key.run.id if isinstance(key.run, Run) else key.run.name
    about = {"run": name, "run_digest": key.run.digest, "options": key.options}
    with sealing(results / key.name, key.kind, key.schema, replace=True) as folder:
        (np.savez_compressed if compressed else np.savez)(folder / ARRAYS, allow_pickle=False, **content.arrays)
        write_json(folder / ABOUT, content.about | about)


def ensure_result(key: ResultKey, compute: Callable[[], Content], *, again: bool = False) -> Content:
    """The stored result; computed first where there is none, or a damaged one, or if asked to do it `again`."""
    if not again and (content := _read_if_whole(key)) is not None:
        return content
    with _alone(key):
        if not again and (content := _read_if_whole(key)) is not None:  # another process has just made it
            return content
        content = compute()
        save_result(key, content, key.place)
    return content


def list_results() -> list[StoredResult]:
    """Every result in the home folder, those of runs and corpora that are gone and damaged ones included."""
    digests = {run.digest for run in list_runs()[0]}
    for name in list_corpora():
        with suppress(UserError):  # of a damaged corpus nothing is left to be said
            digests.add(open_corpus(name).digest)
    folders = sorted((home() / "results").glob("*/*"))
    return [_describe(folder, digests) for folder in folders if folder.is_dir()]


def delete_results(results: list[StoredResult]) -> int:
    """Delete them, and return how many bytes that frees."""
    for result in results:
        shutil.rmtree(result.folder)
        (result.folder.parent / f".{result.folder.name}.lock").unlink(missing_ok=True)
        if not any(result.folder.parent.iterdir()):
            result.folder.parent.rmdir()
    return sum(result.bytes for result in results)


def delete_idle_locks() -> None:
    """Delete the empty files by which processes wait for each other, where none does."""
    for path in (home() / "results").glob("*/.*.lock"):
        with suppress(Timeout), FileLock(path, timeout=0):
            path.unlink()
        if not any(path.parent.iterdir()):
            path.parent.rmdir()


@contextmanager
def _alone(key: ResultKey) -> Iterator[None]:
    lock = FileLock(key.place / f".{key.name}.lock")
    try:
        key.place.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except OSError as error:
        raise UserError(
            f"Cannot write into {key.place}: {error.strerror or error}.",
            "Point RNNSCOPE_HOME to a folder that you may write to.",
        ) from error
    try:
        yield
    finally:
        lock.release()


def _read_if_whole(key: ResultKey) -> Content | None:
    folder = find_result(key)
    if folder is None:
        return None
    try:
        return read_result(folder, key.kind, key.schema)
    except UserError as error:
        logger.warning("%s Making it again.", error.message)
        return None


def _describe(folder: Path, digests: set[str]) -> StoredResult:
    size = sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
    kind, run, options, fault = folder.name.rpartition("-")[0], "", {}, None
    try:
        open_sealed(folder, kind, read_json(folder / MANIFEST)["schema"])
        about = read_json(folder / ABOUT)
        run, options = about["run"], about["options"]
        fault = None if about["run_digest"] in digests else "what it is of is gone"
    except (UserError, KeyError, TypeError) as error:
        fault = getattr(error, "message", "") or "it is damaged"
    return StoredResult(folder, kind, run, options, size, fault)
