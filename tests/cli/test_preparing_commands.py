"""`rnnscope corpora` and `rnnscope prepare`: what a script reads and what a person sees."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.main import cli

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _nothing_at_hand(monkeypatch, rnnscope_home):
    monkeypatch.delenv("RNNSCOPE_CORPORA", raising=False)


@pytest.fixture
def reviews(tmp_path):
    path = tmp_path / "reviews.csv"
    rows = (f"{5 if n % 4 else 1},number {'x' * (n % 50)} of {'y' * (n // 50)}\n" for n in range(200))
    path.write_text("stars,text\n" + "".join(rows))
    return path


def call(*arguments, code=0):
    result = CliRunner().invoke(cli, [*map(str, arguments), "--json"])
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def test_prepare_own_text(tmp_path, make_text):
    path = tmp_path / "My Text.txt"
    path.write_text(make_text(60, 1))
    for unit in ("words", "characters", "bytes"):
        made = call("prepare", path, "--as", unit, "--name", f"own-{unit}")
        assert made["corpus"] == f"own-{unit}"
        assert made["unit"] == unit
        assert set(made["splits"]) == {"train", "valid", "test"}
        assert all(part["tokens"] > 0 for part in made["splits"].values())
        assert made["vocabulary_size"] > 10
        assert made["source"]["encoding"] == "utf-8"
        assert made == call("prepare", path, "--as", unit, "--name", f"own-{unit}")
    listed = {entry["name"]: entry for entry in call("corpora")["corpora"]}
    assert listed["own-words"]["state"] == "prepared"
    assert listed["ptb"]["state"] == "to download"
    assert listed["ptb"]["redistributable"] is False


def test_prepare_labelled_texts(reviews):
    options = ("--label-column", "stars", "--sentence-ends", "none", "--seed", 3)
    plain = call("prepare", reviews, *options)
    more = call("prepare", reviews, *options, "--balance", "oversample", "--name", "more")
    assert plain["splits"]["train"]["texts"] == 160
    assert more["splits"]["train"]["texts"] == 240
    assert more["splits"]["valid"] == plain["splits"]["valid"]
    assert plain["classes"] == ["1", "5"]


def test_prepare_a_known_corpus_from_a_file(reviews):
    made = call("prepare", "yelp", "--source", reviews)
    assert made["classes"] == ["negative", "positive"]
    assert made["literature"]["reproduced"] is False
    assert call("prepare", "yelp", "--source", reviews, "--balance", "undersample")["corpus"] == "yelp-undersampled"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("missing.txt",), "no file missing.txt"),
        (("missing.txt", "--source", "."), "--source belongs to a known corpus, and missing.txt is none"),
        (("missing.txt", "--balance", "oversample"), "--balance needs labels"),
        (("missing.txt", "--balance", "luck"), "--balance cannot be 'luck'"),
        (("missing.txt", "--as", "syllables"), "--as cannot be 'syllables'"),
        (("ptb", "--source", "/nowhere"), "no folder /nowhere"),
    ],
)
def test_what_cannot_be_done_is_said(arguments, message):
    answer = call("prepare", *arguments, code=2)
    assert message in answer["error"]
    assert answer["hint"]


def test_a_person_sees_counts_and_what_was_left_out(reviews):
    reviews.write_text(reviews.read_text() + "3,so so\n")
    result = CliRunner().invoke(cli, ["prepare", "yelp", "--source", str(reviews)])
    assert result.exit_code == 0, result.output
    for shown in (
        "negative",
        "positive",
        "Left out: 1 3 stars",
        "Only 200 texts",
        "not those expected",
        "Read as utf-8",
    ):
        assert shown in result.stdout
    result = CliRunner().invoke(cli, ["corpora"])
    assert "warpeace" in result.stdout


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_preparation_leaves_nothing(tmp_path, rnnscope_home, how):
    path = tmp_path / "big.txt"
    path.write_bytes(b"".join(b"word%d again and again\n" % n for n in range(1_500_000)))
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "prepare", str(path)],
        cwd=ROOT,
        env={**os.environ, "RNNSCOPE_HOME": str(rnnscope_home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    corpora = rnnscope_home / "corpora"
    until = time.monotonic() + 60
    while not (corpora.is_dir() and list(corpora.iterdir())):
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.01)
    process.send_signal(how)
    assert process.wait(60) != 0
    assert list(corpora.iterdir()) == []
