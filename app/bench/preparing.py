"""How fast text becomes a corpus: the sizes of the literature, and a text larger than is comfortable."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import numpy as np
import pyarrow as pa

from app.bench.measured import Measured
from data_prep.tokens import Tokenisation

BIG = 1 << 30  # bytes
SAMPLE = 64 << 20  # bytes of the big text that the slow peer is timed on
TYPES = 200_000
PENN_TREEBANK = (42_068, 3_370, 3_761)  # sentences, of 21 words on average
WAR_AND_PEACE = 3_258_246  # bytes

# Its own process: the peak memory of this one, which imports torch, would say nothing.
_CHILD = """
import json, os, resource, sys, time
from pathlib import Path
from data_prep.preparing import prepare_corpus
from data_prep.tokens import Tokenisation
given = json.loads(sys.argv[1])
def prepare():
    before = time.perf_counter()
    prepare_corpus([Path(p) for p in given["paths"]], Tokenisation(*given["tokenisation"]), **given["options"])
    return time.perf_counter() - before
first = prepare()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
again = prepare()
print(json.dumps({"first": first, "again": again, "peak": peak}))
"""


def measure_preparing() -> list[Measured]:
    """Generated text in a temporary home; about a minute and 3 GB of disk, which is freed."""
    with tempfile.TemporaryDirectory(prefix="rnnscope-bench-") as folder:
        return [*_like_the_penn_treebank(Path(folder)), *_like_war_and_peace(Path(folder)), *_big(Path(folder))]


def _like_the_penn_treebank(folder: Path) -> list[Measured]:
    draw, words, paths = np.random.default_rng(0), _words(9_998), []
    for part, sentences in zip(("train", "valid", "test"), PENN_TREEBANK, strict=True):
        lines = (" ".join(words[i] for i in _zipf(draw, len(words), 21)) for _ in range(sentences))
        paths.append(folder / f"{part}.txt")
        paths[-1].write_text("".join(f" {line} \n" for line in lines))
    ours = _in_child(folder, paths, Tokenisation("words", "lines", "treebank"), name="ptb", parts_are_files=True)
    peer = _timed(lambda: [_split_and_look_up(path) for path in paths])
    name = "split and dict, line by line, as pytorch/examples does"
    return [
        Measured("Penn Treebank's size, file to corpus", ours["first"], "s", name, peer, ours["first"] < 3, "< 3 s")
    ]


def _like_war_and_peace(folder: Path) -> list[Measured]:
    path = folder / "novel.txt"
    _write_text(path, WAR_AND_PEACE)
    ours = _in_child(folder, [path], Tokenisation("bytes"), name="novel")
    peer = _timed(lambda: _characters_looked_up(path))
    name = "a dict per character, as nanoGPT does"
    return [Measured("War and Peace's size, as bytes", ours["first"], "s", name, peer, ours["first"] < 1, "< 1 s")]


def _big(folder: Path) -> list[Measured]:
    path, sample = folder / "big.txt", folder / "sample.txt"
    _write_text(path, BIG)
    os.utime(path, (time.time() - 60,) * 2)  # as a file that has lain there: see data_prep/examined.py
    with path.open("rb") as stream:
        sample.write_bytes(stream.read(SAMPLE))
    ours = _in_child(folder, [path], Tokenisation(), name="big")
    size = path.stat().st_size
    rate = size / 1e6 / ours["first"]
    peer = SAMPLE / 1e6 / _timed(lambda: Counter(sample.read_text().split()))
    digest = _timed(lambda: _sha256(path))
    again = ours["again"]
    return [
        Measured("1 GB of words, file to corpus", rate, "MB/s", "str.split and Counter", peer, rate >= 20, "≥ 20 MB/s"),
        Measured("its peak memory", ours["peak"] / 1e6, "MB", "the text", size / 1e6, ours["peak"] < 2e9, "< 2,000 MB"),
        Measured("the same again, unchanged", again, "s", "SHA-256 of the text", digest, again < 0.5, "< 0.5 s"),
    ]


def _in_child(folder: Path, paths: list[Path], tokenisation: Tokenisation, **options: object) -> dict[str, float]:
    given = {
        "paths": list(map(str, paths)),
        "tokenisation": [tokenisation.unit, tokenisation.sentence_ends, tokenisation.style],
        "options": options,
    }
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, json.dumps(given)],
        env={**os.environ, "RNNSCOPE_HOME": str(folder / "home")},
        cwd=Path(__file__).resolve().parent.parent,
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout)


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _split_and_look_up(path: Path) -> np.ndarray:
    places: dict[str, int] = {}
    with path.open() as stream:
        for line in stream:
            for word in [*line.split(), "<eos>"]:
                places.setdefault(word, len(places))
    with path.open() as stream:
        return np.concatenate([np.array([places[w] for w in [*line.split(), "<eos>"]]) for line in stream])


def _characters_looked_up(path: Path) -> np.ndarray:
    text = path.read_bytes().decode("latin-1")
    places = {character: place for place, character in enumerate(sorted(set(text)))}
    return np.array([places[character] for character in text], np.uint16)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write_text(path: Path, size: int) -> None:
    """English-like sentences: Zipf's law over 200,000 words, capitals, commas, stops and line ends."""
    ends = cycle([" "] * 9 + [", "] + [" "] * 7 + [". "] + [" "] * 8 + [".\n"])
    words = _words(TYPES)
    stretches = pa.array([word + end for word in words for end in (" ", ", ", ". ", ".\n")])
    pattern = np.array([[" ", ", ", ". ", ".\n"].index(next(ends)) for _ in range(28)])
    draw, written = np.random.default_rng(0), 0
    with path.open("wb") as stream:
        while written < size:
            ids = _zipf(draw, TYPES, 28 * 40_000) * 4 + np.tile(pattern, 40_000)
            block = stretches.take(pa.array(ids)).buffers()[2].to_pybytes()[: size - written]
            stream.write(block)
            written += len(block)


def _words(count: int) -> list[str]:
    draw, words = np.random.default_rng(1), {}
    while len(words) < count:
        lengths = draw.integers(2, 10, count)
        letters = "".join(map(chr, draw.integers(97, 123, lengths.sum())))
        ends = np.cumsum(lengths)
        words.update(dict.fromkeys(letters[end - n : end] for n, end in zip(lengths, ends, strict=True)))
    chosen = sorted(list(words)[:count], key=len)  # frequent words are short
    return [word.capitalize() if place % 7 == 3 else word for place, word in enumerate(chosen)]


def _zipf(draw: np.random.Generator, types: int, count: int) -> np.ndarray:
    # Inverse of the distribution function of 1/rank, in its continuous form.
    return np.minimum(types - 1, np.exp(draw.random(count) * np.log(types + 1)).astype(np.int64) - 1)
