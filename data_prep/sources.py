"""Where the files of a known corpus are: a folder at hand, the download cache, or the network."""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from data_prep.errors import UserError
from data_prep.gathering import gather
from data_prep.progress import OnProgress, silent
from data_prep.registry import HubSource, KnownCorpus, KnownFile, WebSource
from data_prep.sealed_folder import home, sha256_of
from data_prep.text_source import recognise

FOLDER_VARIABLE = "RNNSCOPE_CORPORA"
PARTS_OF_THE_HUB = ("train", "validation", "test")
SECONDS_TO_WAIT = 20
CHUNK = 1 << 20


@dataclass(frozen=True)
class Found:
    """The files of a corpus, in order. reference: they are byte for byte those that the counts belong to."""

    files: tuple[Path, ...]
    where: str
    reference: bool


def find(entry: KnownCorpus, source: Path | None = None, *, seed: int = 0, on_progress: OnProgress = silent) -> Found:
    """The files of a known corpus, from `source`, else from RNNSCOPE_CORPORA, the cache or the network.

    source: a folder with the files (or, for a corpus made from source code, with the code), or one file.

    Raises UserError when a file is not what it should be, and when none of the ways leads to it.
    """
    if source is not None:
        found = _in_folder(entry, source, seed)
        if found is None:
            wanted = ", ".join(Path(file.path).name for file in entry.files)
            raise UserError(f"There is no {wanted} in {source}.", _three_ways(entry))
        return found
    found = at_hand(entry, seed=seed)
    if found is not None:
        return found
    on_progress(0.0, f"downloading {entry.name}")
    if isinstance(entry.network, WebSource):
        download_file(entry, entry.network, on_progress)
    else:
        download_from_hub(entry, entry.network)
    return _in_cache(entry)


def at_hand(entry: KnownCorpus, *, seed: int = 0) -> Found | None:
    """The files without the network: from RNNSCOPE_CORPORA, then from the cache; None when they are nowhere."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder and (found := _in_folder(entry, Path(folder), seed)):
        return found
    return _in_cache(entry)


def cache_folder(entry: KnownCorpus) -> Path:
    """Where downloads of a corpus are kept; those that share a network source share it."""
    return home() / "downloads" / entry.name.removesuffix("-oversampled")


def download_file(entry: KnownCorpus, web: WebSource, on_progress: OnProgress = silent) -> None:
    """Fetch one file into the cache, whole or not at all, and check it."""
    target = cache_folder(entry) / Path(web.url).name
    with _unfinished(target) as path:
        try:
            with requests.get(web.url, stream=True, timeout=SECONDS_TO_WAIT) as answer, path.open("wb") as stream:
                answer.raise_for_status()
                promised, read = int(answer.headers.get("Content-Length", 0)), 0
                for chunk in answer.iter_content(CHUNK):
                    stream.write(chunk)
                    read += len(chunk)
                    on_progress(read / max(promised, read), f"downloading {entry.name}")
        except requests.RequestException as error:
            raise _unreachable(entry, web.url, error) from error
        check_file(path, KnownFile(target.name, web.bytes, web.sha256), entry, shown=web.url)
        if promised and read < promised:
            raise UserError(f"{web.url} ended after {read:,} of {promised:,} bytes.", _three_ways(entry))


def download_from_hub(entry: KnownCorpus, hub: HubSource) -> None:
    """Load a data set with `datasets` and keep it in the cache as files of the known shape."""
    import datasets  # a second, which only a download should cost

    try:
        loaded = datasets.load_dataset(hub.dataset, revision=hub.revision, cache_dir=str(home() / "downloads" / "hub"))
    except (OSError, ValueError, RuntimeError, datasets.exceptions.DatasetsError) as error:
        raise _unreachable(entry, hub.dataset, error) from error
    column = {"sentences": "sentence", "text": "text", "reviews": "text"}[hub.shape]
    for part, rows in loaded.items():
        if column not in rows.column_names or (hub.shape == "reviews" and "label" not in rows.column_names):
            raise UserError(
                f"{hub.dataset}, {part}, has the columns {', '.join(rows.column_names)}; {column} was expected.",
                _three_ways(entry),
            )
    if hub.shape == "reviews":
        with _unfinished(cache_folder(entry) / "reviews.parquet") as path:
            datasets.concatenate_datasets([loaded[part] for part in loaded]).to_parquet(str(path))
        return
    if missing := [part for part in PARTS_OF_THE_HUB if part not in loaded]:
        raise UserError(f"{hub.dataset} has no part {missing[0]}.", _three_ways(entry))
    if hub.shape == "text":
        with _unfinished(cache_folder(entry) / Path(entry.files[0].path).name) as path:
            path.write_text(
                "".join(text for part in PARTS_OF_THE_HUB for text in loaded[part][column]),
                encoding="utf-8",
                newline="",
            )
        return
    for part, file in zip(PARTS_OF_THE_HUB, entry.files, strict=True):
        with (
            _unfinished(cache_folder(entry) / Path(file.path).name) as path,
            path.open("w", encoding="utf-8", newline="") as stream,
        ):
            stream.writelines(f" {sentence} \n" for sentence in loaded[part][column])  # as in the original files


def check_file(path: Path, known: KnownFile, entry: KnownCorpus, shown: str | None = None) -> None:
    """UserError unless a file is the known one: says whether it is a web page, a pointer, cut or altered."""
    shown = shown or str(path)
    recognise(path)
    with path.open("rb") as stream:
        head = stream.read(512).lstrip().lower()
    if head.startswith((b"<!doctype html", b"<html")):
        raise UserError(f"{shown} is a web page, not the text: an error page was saved.", _three_ways(entry))
    size = path.stat().st_size
    if known.bytes is not None and size != known.bytes:
        what = "it was cut" if size < known.bytes else "it is another copy"
        raise UserError(
            f"{shown} has {size:,} bytes instead of {known.bytes:,}: {what}.",
            f"{_three_ways(entry)} To use it as it is: rnnscope prepare {path}",
        )
    if known.sha256 is not None and sha256_of(path) != known.sha256:
        raise UserError(
            f"{shown} has the right length but another SHA-256: it was altered.",
            f"{_three_ways(entry)} To use it as it is: rnnscope prepare {path}",
        )


def _in_folder(entry: KnownCorpus, source: Path, seed: int) -> Found | None:
    if not source.exists():
        raise UserError(f"There is no folder {source}.", f"Check --source, or the variable {FOLDER_VARIABLE}.")
    if source.is_file():
        if len(entry.files) > 1:
            raise UserError(f"{entry.name} is made from {len(entry.files)} files.", "Let --source name their folder.")
        known = entry.files[0]
        if entry.labels is None:  # any table of reviews will do, but a text must be the known one
            check_file(source, known, entry)
        same = source.stat().st_size == known.bytes and sha256_of(source) == known.sha256
        return Found((source,), str(source), same)
    files = [_below(source, file) for file in entry.files]
    if None not in files:
        for path, known in zip(files, entry.files, strict=True):
            check_file(path, known, entry)
        return Found(tuple(files), str(source), reference=True)
    if any(files):
        missing = next(file.path for file, path in zip(entry.files, files, strict=True) if path is None)
        raise UserError(f"{source} has only a part of {entry.name}: {missing} is missing.", _three_ways(entry))
    if entry.tree and any(path for pattern in entry.tree for path in source.glob(pattern)):
        tree = sorted({path for pattern in entry.tree for path in gather([source], pattern)})
        random.Random(seed).shuffle(tree)
        return Found(tuple(path for path in tree if path.stat().st_size), str(source), reference=False)
    return None


def _below(folder: Path, file: KnownFile) -> Path | None:
    places = (folder / file.path, folder / Path(file.path).name)
    return next((place for place in places if place.is_file()), None)


def _in_cache(entry: KnownCorpus) -> Found | None:
    folder = cache_folder(entry)
    if isinstance(entry.network, WebSource):
        files = [folder / Path(entry.network.url).name]
        reference = entry.network.sha256 is not None and entry.network.sha256 == entry.files[0].sha256
    elif entry.network.shape == "reviews":
        files, reference = [folder / "reviews.parquet"], False
    else:
        files, reference = [folder / Path(file.path).name for file in entry.files], True
    return Found(tuple(files), str(folder), reference) if all(map(Path.is_file, files)) else None


@contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """A path to write to, which becomes `target` when all went well and is removed otherwise."""
    path = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield path
        path.replace(target)
    finally:
        path.unlink(missing_ok=True)


def _unreachable(entry: KnownCorpus, what: str, error: Exception) -> UserError:
    reason = str(error).split("\n")[0][:200]
    return UserError(f"{entry.name} is not at hand, and {what} cannot be reached: {reason}.", _three_ways(entry))


def _three_ways(entry: KnownCorpus) -> str:
    names = ", ".join(Path(file.path).name for file in entry.files)
    network = entry.network.url if isinstance(entry.network, WebSource) else f"the hub's {entry.network.dataset}"
    return (
        f"Three ways: rnnscope prepare {entry.name} --source FOLDER with {names} in it; the variable "
        f"{FOLDER_VARIABLE} with such a folder; or once with a network, from {network}."
    )
