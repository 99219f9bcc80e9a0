"""The one way from text to a corpus folder, in memory that does not grow with the text."""

import hashlib
import json
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from data_prep.corpus import SCHEMA, Corpus, corpora_home, open_corpus
from data_prep.errors import UserError
from data_prep.examined import change_of, remember, remembered
from data_prep.gathering import gather
from data_prep.labelled import LabelOptions, split_labelled
from data_prep.labelled_store import write_labelled
from data_prep.progress import OnProgress, silent, span
from data_prep.sealed_folder import check_name, name_from, sealing, write_json
from data_prep.tables import read_rows, table_kind
from data_prep.text_source import BLOCK, SourceFile, examine, raw_blocks, utf8_blocks
from data_prep.token_store import SMALLEST_PART, SPLITS, ProvisionalIds, write_parts
from data_prep.token_stream import open_stream
from data_prep.tokens import Tokenisation
from data_prep.unspaced import advice_on_unspaced
from data_prep.vocabulary import Vocabulary

DEFAULT_CAP = 15_000
DEFAULT_FRACTIONS = (0.8, 0.1, 0.1)
ABANDONED_AFTER = 3600  # seconds without a change: whoever wrote there was killed


@dataclass(frozen=True)
class Origin:
    """What is known about a corpus beyond its files; stored with it and shown."""

    known: str | None = None
    licence: str | None = None
    redistributable: bool | None = None
    statement: str | None = None


@dataclass
class _Outcome:
    """What preparing found out, beyond what was asked for."""

    notes: list[str] = field(default_factory=list)
    types_before_cap: int = 0
    labelled: dict[str, Any] | None = None


def prepare_corpus(
    paths: Path | Sequence[Path],
    wanted: Tokenisation | Vocabulary,
    *,
    name: str | None = None,
    cap: int = DEFAULT_CAP,
    fractions: Sequence[float] = DEFAULT_FRACTIONS,
    parts_are_files: bool = False,
    pattern: str = "*",
    encoding: str | None = None,
    text_column: str = "text",
    labels: LabelOptions | None = None,
    origin: Origin | None = None,
    on_progress: OnProgress = silent,
) -> Corpus:
    """Turn text files, a folder of them, or tables with a column of text into a corpus folder.

    Without `labels` the files are one text after the other, split in order at floor(T × fraction); with
    `parts_are_files`, three files are the training, validation and test part. With `labels`, each row of
    the tables is a text of its own (see `split_labelled`). Where `wanted` says how text is cut, the vocabulary
    comes from the training part before balancing; of bytes, from the whole text, so that every byte has an id.
    Where `wanted` is a vocabulary, such as a network's own, its tokens have the ids that they have there.

    Preparing the same content in the same way again returns what is there. `on_progress` may raise to
    cancel; nothing half-written stays.

    Raises UserError for what is no text, parts that would be empty, or a name that is taken by another
    corpus: nothing is overwritten.
    """
    tokenisation = wanted.tokenisation if isinstance(wanted, Vocabulary) else wanted
    given = [paths] if isinstance(paths, Path) else list(paths)
    name = check_name(name or name_from(given[0].stem if given else ""), "corpus")
    _check_options(fractions, cap, tokenisation)
    files = gather(given, pattern)
    if parts_are_files and len(files) != len(SPLITS):
        raise UserError(f"{len(files)} files are not three parts.", "Name the training, validation and test file.")
    options = {
        **asdict(tokenisation),
        "cap": None if tokenisation.unit == "bytes" else cap,
        "fractions": None if parts_are_files else list(fractions),
        "encoding": encoding,
        "text_column": text_column if any(map(table_kind, files)) else None,
        "labels": None if labels is None else asdict(labels),
    }
    if isinstance(wanted, Vocabulary):
        options |= {"cap": None, "vocabulary": hashlib.sha256(json.dumps(wanted.tokens).encode()).hexdigest()}
    sources = _examined(files, encoding, span(on_progress, 0.0, 0.2))
    source = _source_record(sources, given, options, origin or Origin())
    folder = corpora_home() / name
    if folder.exists():
        present = open_corpus(name)
        if present.source.get("sha256") == source["sha256"] and present.source.get("options") == options:
            return present
        raise UserError(
            f"There is another corpus called {name}, made from {present.source.get('file')}.",
            f"Choose a different --name, or delete its folder: {folder}",
        )
    _sweep_abandoned(folder)
    with sealing(folder, "corpus", SCHEMA) as unfinished:
        writing = span(on_progress, 0.2, 0.99)
        if labels is None:
            vocabulary, outcome = _write_running_text(
                unfinished, sources, wanted, cap, fractions, parts_are_files, text_column, writing
            )
        else:
            rows = chain.from_iterable(read_rows(source, text_column, labels.column) for source in sources)
            tokenisation = wanted.tokenisation if isinstance(wanted, Vocabulary) else wanted
            texts = split_labelled(rows, labels, fractions, tokenisation, source["file"])
            vocabulary, types = write_labelled(unfinished, texts, wanted, cap, writing)
            outcome = _Outcome(types_before_cap=types, labelled=texts.report)
        if advice := advice_on_unspaced(vocabulary):
            outcome.notes.append(advice)
        write_json(unfinished / "vocabulary.json", vocabulary.to_json())
        write_json(unfinished / "source.json", {**source, **asdict(outcome)})
        on_progress(0.99, "sealing")
    made = open_corpus(name)
    on_progress(1.0, "done")
    return made


def _write_running_text(
    folder: Path,
    sources: list[SourceFile],
    wanted: Tokenisation | Vocabulary,
    cap: int,
    fractions: Sequence[float],
    parts_are_files: bool,
    text_column: str,
    on_progress: OnProgress,
) -> tuple[Vocabulary, _Outcome]:
    tokenisation = wanted.tokenisation if isinstance(wanted, Vocabulary) else wanted
    stream = open_stream(tokenisation)
    reading, written = span(on_progress, 0, 0.85), span(on_progress, 0.85, 1)
    expected = sum(source.text_bytes for source in sources) / _BYTES_PER_TOKEN[tokenisation.unit]
    segments = [[source] for source in sources] if parts_are_files else [sources]
    with ProvisionalIds(folder / "provisional", stream.dtype) as ids:
        ends = []
        for segment in segments:
            for block in stream.ids(_blocks(segment, tokenisation, text_column)):
                ids.append(block)
                reading(ids.length / expected, "cutting into tokens")
            ids.append(stream.finish())
            ends.append(ids.length)
        bounds = [0, *ends] if parts_are_files else _split_bounds(ids.length, fractions)
        _check_bounds(bounds, sources)
        vocabulary, types = write_parts(folder, ids, bounds, stream.types, wanted, cap, written)
    return vocabulary, _Outcome(types_before_cap=types)


_BYTES_PER_TOKEN = {"words": 5, "characters": 1, "bytes": 1}  # for the progress bar only


def _blocks(sources: list[SourceFile], tokenisation: Tokenisation, text_column: str) -> Iterator[bytes]:
    for place, source in enumerate(sources):
        between = b"\n\n" if tokenisation.unit == "words" else b"\n"
        if table_kind(source.path):
            for rows in read_rows(source, text_column, None):
                yield b"".join(text.encode("utf-8") + between for text in rows.texts)
        elif tokenisation.unit == "bytes":  # the file's own, byte order mark and line ends, as the papers count
            yield from raw_blocks(source.path, source.compression)
        else:
            if place and tokenisation.unit == "words":
                yield between  # a sentence does not run from one file into the next
            yield from utf8_blocks(source, BLOCK, loose=tokenisation.unit == "characters")


def _examined(files: list[Path], encoding: str | None, on_progress: OnProgress) -> list[SourceFile]:
    sources = []
    for place, path in enumerate(files):
        part = span(on_progress, place / len(files), (place + 1) / len(files))
        source, changed, began = remembered(path, encoding), change_of(path), time.time_ns()
        if source is None:
            source = examine(path, encoding, part)
            remember(source, encoding, changed, began)
        sources.append(source)
    return sources


def _source_record(
    sources: list[SourceFile], given: list[Path], options: dict[str, Any], origin: Origin
) -> dict[str, Any]:
    files = [{"file": s.path.name, "bytes": s.bytes, "sha256": s.sha256, "encoding": s.encoding} for s in sources]
    combined = hashlib.sha256(json.dumps([f["sha256"] for f in files]).encode()).hexdigest()
    name = files[0]["file"]
    if len(files) > 1:
        name = f"{len(files)} files " + (f"of {given[0].name}" if len(given) == 1 else f"from {name} on")
    encodings = sorted({source.encoding for source in sources})
    return {
        "file": name,
        "bytes": sum(source.bytes for source in sources),
        "sha256": files[0]["sha256"] if len(files) == 1 else combined,
        "encoding": ", ".join(encodings),
        "files": files[:100],
        "unit": options["unit"],
        "options": options,
        **asdict(origin),
    }


def _check_options(fractions: Sequence[float], cap: int, tokenisation: Tokenisation) -> None:
    if len(fractions) != len(SPLITS) or not (min(fractions) > 0 and abs(sum(fractions) - 1) <= 1e-9):
        raise UserError(
            f"The fractions {tuple(fractions)} do not split a corpus.", "Give three positive numbers that sum to 1."
        )
    if cap < 3:
        raise UserError(f"A vocabulary of {cap} {tokenisation.unit} is too small.", "Allow at least 3.")


def _split_bounds(length: int, fractions: Sequence[float]) -> list[int]:
    first = int(length * fractions[0])
    return [0, first, first + int(length * fractions[1]), length]


def _check_bounds(bounds: list[int], sources: list[SourceFile]) -> None:
    sizes = np.diff(bounds)
    if sizes.min() < SMALLEST_PART:
        name = sources[0].path.name if len(sources) == 1 else f"The text of {len(sources)} files"
        raise UserError(
            f"{name} has only {bounds[-1]} tokens: train, valid and test would get {', '.join(map(str, sizes))}.",
            f"Each part needs at least {SMALLEST_PART}. Give a longer text, or other --fractions.",
        )


def _sweep_abandoned(folder: Path) -> None:
    """Delete what a killed preparation of the same corpus left behind."""
    for left in folder.parent.glob(f".{folder.name}-*"):
        changed = max((p.stat().st_mtime for p in left.rglob("*")), default=left.stat().st_mtime)
        if time.time() - changed > ABANDONED_AFTER:
            shutil.rmtree(left, ignore_errors=True)
