"""What every test may use: a home of its own, a planted toy language, and two tiny trained runs."""

import random
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from analysis.recording.store import RecordingOptions, record_run
from data_prep.labelled import LabelOptions
from data_prep.preparing import prepare_corpus
from data_prep.sealed_folder import MANIFEST, read_json, sealing
from data_prep.tokens import Tokenisation
from models.recipe import Recipe
from models.run import open_run
from models.training.loop import train
from models.training.saving import save_run

signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell's background jobs are born without
torch.set_num_threads(1)  # networks this small only wait for one another's threads

TOY_RECIPES = {
    "toy-words-lstm": {
        "corpus": "toy-words",
        "model": {"cell": "lstm", "layers": 2, "units": 16, "embedding": 16},
        "training": {"epochs": 16, "batch": 20, "steps": 20, "learning_rate": 0.03, "stored_precision": "float16"},
        "seed": 1,
    },
    "toy-bytes-gru": {
        "corpus": "toy-bytes",
        "model": {"cell": "gru", "layers": 1, "units": 12, "embedding": 8},
        "training": {"epochs": 4, "batch": 50, "steps": 40, "learning_rate": 0.01},
        "seed": 2,
    },
}


@pytest.fixture
def start_process() -> Iterator[Callable[..., subprocess.Popen]]:
    """start_process(command, …) → a process, output piped as text, that does not outlive the test."""
    started = []

    def start(command: list, **options) -> subprocess.Popen:
        piped = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        started.append(subprocess.Popen(list(map(str, command)), **piped | options))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        with process:  # which closes the pipes
            pass


@pytest.fixture
def rnnscope_home(tmp_path, monkeypatch) -> Path:
    """An empty home folder of this test alone."""
    home = tmp_path / "home"
    monkeypatch.setenv("RNNSCOPE_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def make_text() -> Callable[..., str]:
    """The toy language: make_text(sentences, seed) → English-like sentences, one per line.

    Planted: the verb agrees in number with its noun, an adjective only stands before a noun, animals eat
    and things shine, every tenth sentence has a name of its own (a word as rare as can be).
    """
    return _toy_text


@pytest.fixture(scope="session")
def trained_home(tmp_path_factory) -> Path:
    """A home with corpora `toy-words`, `toy-bytes` and runs `toy-words-lstm` (2×16), `toy-bytes-gru` (1×12).

    Shared by the whole session: read it through `use_trained_home`, damage a `copied_home` instead.
    """
    home = tmp_path_factory.mktemp("trained") / "home"
    text = home.parent / "toy.txt"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RNNSCOPE_HOME", str(home))
        text.write_text(_toy_text(2400, seed=0), encoding="utf-8")
        corpora = {"toy-words": prepare_corpus(text, Tokenisation("words"), name="toy-words", cap=64)}
        text.write_text(_toy_text(1200, seed=1), encoding="utf-8")
        corpora["toy-bytes"] = prepare_corpus(text, Tokenisation("bytes"), name="toy-bytes")
        for run_id, raw in TOY_RECIPES.items():
            recipe, corpus = Recipe.model_validate(raw), corpora[raw["corpus"]]
            save_run(run_id, recipe, corpus, train(recipe, corpus, device=torch.device("cpu")))
    return home


@pytest.fixture(scope="session")
def recorded_home(trained_home, tmp_path_factory) -> Path:
    """The trained home with both runs recorded; shared by the whole session, to be read only."""
    home = Path(shutil.copytree(trained_home, tmp_path_factory.mktemp("recorded") / "home"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RNNSCOPE_HOME", str(home))
        for run_id in TOY_RECIPES:
            record_run(open_run(run_id), RecordingOptions())
    return home


@pytest.fixture(scope="session")
def classifier_home(recorded_home, tmp_path_factory) -> Path:
    """The recorded home with a classifier of reviews, `reviews-gru` (1×6), trained on stars and recorded; read only.

    Planted: "great" is positive, "rude" is negative, nothing else means anything.
    """
    home = Path(shutil.copytree(recorded_home, tmp_path_factory.mktemp("classifier") / "home"))
    reviews = ["the food was great", "the staff was rude", "great staff", "rude and cold food"]
    rows = [f"{5 if 'great' in text else 1},{text} {'x' * n} {n}" for n in range(60) for text in reviews]
    table = home.parent / "reviews.csv"
    table.write_text("stars,text\n" + "\n".join(rows) + "\n")
    raw = {
        "task": "classifier",
        "corpus": "reviews",
        "model": {"cell": "gru", "layers": 1, "units": 6, "embedding": 6},
        "training": {"epochs": 3, "batch": 8, "steps": 20, "learning_rate": 0.05},
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RNNSCOPE_HOME", str(home))
        corpus = prepare_corpus(table, Tokenisation("words", "none"), labels=LabelOptions("stars", rule="stars"))
        recipe = Recipe.model_validate(raw)
        run = save_run("reviews-gru", recipe, corpus, train(recipe, corpus, device=torch.device("cpu")))
        record_run(run, RecordingOptions())
    return home


@pytest.fixture(scope="session")
def checkpoints_home(tmp_path_factory) -> Path:
    """A home with a run over bytes, `kept` (LSTM 1×16), with weights of epochs ½, 1 and 2; to be read only."""
    home = tmp_path_factory.mktemp("checkpoints") / "home"
    raw = {
        "corpus": "toy",
        "model": {"layers": 1, "units": 16, "embedding": 8},
        "training": {"epochs": 2, "batch": 20, "steps": 30, "learning_rate": 0.02, "checkpoints_in_first_epoch": 2,
                     "checkpoint_every": 1},
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RNNSCOPE_HOME", str(home))
        text = home.parent / "toy.txt"
        text.write_text(_toy_text(700, seed=4), encoding="utf-8")
        corpus, recipe = prepare_corpus(text, Tokenisation("bytes"), name="toy"), Recipe.model_validate(raw)
        save_run("kept", recipe, corpus, train(recipe, corpus, device=torch.device("cpu")))
    return home


@pytest.fixture
def use_trained_home(trained_home, monkeypatch):
    """The trained home as it is; a test that writes into it fails."""
    monkeypatch.setenv("RNNSCOPE_HOME", str(trained_home))
    before = _listing(trained_home)
    yield trained_home
    assert _listing(trained_home) == before, "this test wrote into trained_home: let it use copied_home"


@pytest.fixture
def copied_home(trained_home, tmp_path, monkeypatch) -> Path:
    """A copy of the trained home that the test may write into and damage."""
    home = tmp_path / "copied-home"
    shutil.copytree(trained_home, home)
    monkeypatch.setenv("RNNSCOPE_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def reseal() -> Callable[[Path, str], None]:
    """reseal(folder, kind): seal a folder again as it is now, so that its manifest fits what a test did to it."""

    def seal_again(folder: Path, kind: str) -> None:
        schema = read_json(folder / MANIFEST)["schema"]
        with sealing(folder, kind, schema, replace=True) as fresh:
            for path in folder.iterdir():
                if path.name != MANIFEST:
                    shutil.copy(path, fresh / path.name)

    return seal_again


def _listing(home: Path) -> list[tuple[str, int, int]]:
    return sorted((str(p), p.stat().st_size, p.stat().st_mtime_ns) for p in home.rglob("*") if p.is_file())


ADJECTIVES = ["red", "blue", "old", "young", "small", "quiet"]
ANIMALS = ["cat", "dog", "bird", "horse", "rabbit"]
THINGS = ["lamp", "river", "window", "stone", "star"]
PLACES = ["in the garden", "near the house", "under a tree", "by the sea"]
EATS, SHINES = ("eat", "sleep", "run", "see"), ("shine", "fall", "break", "move")


def _toy_text(sentences: int, seed: int) -> str:
    draw = random.Random(seed)
    return "".join(_toy_sentence(draw, named=place % 10 == 9) + "\n" for place in range(sentences))


def _toy_sentence(draw: random.Random, *, named: bool) -> str:
    plural = draw.random() < 0.5
    nouns, verbs = draw.choice([(ANIMALS, EATS), (THINGS, SHINES)])
    determiner = draw.choice(["The", "Many", str(draw.randint(2, 99))] if plural else ["The", "A", "Every"])
    words = [determiner, draw.choice(ADJECTIVES), draw.choice(nouns) + "s" * plural]
    words.append(draw.choice(verbs) + "s" * (not plural))
    if draw.random() < 0.3:
        words[-1] += ","
        words += ["but", "not", draw.choice(PLACES)]
    elif draw.random() < 0.5:
        words.append(draw.choice(PLACES))
    if named:
        words += ["with", "".join(draw.choice(["ka", "lo", "mi", "ru", "ten"]) for _ in range(4)).capitalize()]
    return " ".join(words) + draw.choice([".", ".", ".", "!", "?"])
