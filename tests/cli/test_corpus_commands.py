import json
import subprocess
import sys

import pytest

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256))
PARTS = ("train", "valid", "test")


@pytest.fixture
def text(tmp_path, rnnscope_home, make_text):
    path = tmp_path / "Toy Text.txt"
    path.write_text(make_text(60, seed=3))
    return path


def test_prepare_prints_its_counts(text, run_json, rnnscope_home):
    said = run_json("prepare", text)
    assert said["corpus"] == "toy-text"
    assert said["unit"] == "words"
    assert len(said["digest"]) == 64
    assert said["vocabulary_size"] > 10
    assert list(said["splits"]) == list(PARTS)
    sizes = [said["splits"][part]["tokens"] for part in PARTS]
    assert sizes[0] == int(0.8 * sum(sizes))
    assert (rnnscope_home / "corpora" / "toy-text" / "manifest.json").is_file()
    assert run_json("prepare", text) == said


def test_a_corpus_is_deleted_and_prepared_again(text, run_json, run_text, refused, rnnscope_home):
    made = run_json("prepare", text)
    assert run_json("corpora", "--delete", "toy-text") == {"deleted": "toy-text"}
    assert not any((rnnscope_home / "corpora").iterdir())
    assert "no corpus called toy-text" in refused("corpora", "--delete", "toy-text")["error"]
    assert "cannot name a corpus" in refused("corpora", "--delete", "../corpora")["error"]
    assert run_json("prepare", text) == made
    assert "toy-text is deleted" in run_text("corpora", "--delete", "toy-text")


def test_prepare_takes_its_options(text, run_json):
    said = run_json("prepare", text, "--as", "bytes", "--name", "mine", "--fractions", "0.5", "0.25", "0.25")
    assert (said["corpus"], said["unit"]) == ("mine", "bytes")
    sizes = [said["splits"][part]["tokens"] for part in PARTS]
    assert sum(sizes) == len(text.read_bytes())
    assert sizes[0] == sum(sizes) // 2
    assert run_json("prepare", text, "--cap", "10", "--name", "small")["vocabulary_size"] == 10
    lines = run_json("prepare", text, "--sentence-ends", "lines", "--name", "lines")
    assert lines["source"]["options"]["sentence_ends"] == "lines"


def test_prepare_tells_a_person_what_is_next(text, run_text):
    said = run_text("prepare", text)
    assert "toy-text" in said
    assert "rnnscope train words-lstm --corpus toy-text" in said


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "is empty"),
        (b" \n\t ", "nothing but white space"),
        (PNG, "is not text"),
        (b"one\0two " * 50, "NUL"),
        (b"short", "has only 1 tokens"),
    ],
)
def test_bad_files(text, refused, raw, reason, rnnscope_home):
    text.write_bytes(raw)
    assert reason in refused("prepare", text)["error"]
    assert not list(rnnscope_home.glob("corpora/*"))  # hidden ones included: nothing half-written stays


def test_bad_paths_and_options(text, refused, tmp_path):
    (tmp_path / "empty").mkdir()
    assert "no file" in refused("prepare", tmp_path / "empty")["error"]
    assert "no file" in refused("prepare", tmp_path / "missing.txt")["error"]
    assert "no file" in refused("prepare", "[red]missing[/red].txt")["error"]  # not read as markup
    assert "--as cannot be 'letters'" in refused("prepare", text, "--as", "letters")["error"]
    assert "--sentence-ends" in refused("prepare", text, "--sentence-ends", "never")["error"]
    assert "too small" in refused("prepare", text, "--cap", "1")["error"]
    assert "do not split" in refused("prepare", text, "--fractions", "nan", "0.1", "0.1")["error"]
    assert "cannot name a corpus" in refused("prepare", text, "--name", "../outside")["error"]


def test_another_text_under_a_taken_name(text, run_json, refused, make_text):
    said = run_json("prepare", text)
    text.write_text(make_text(60, seed=4))
    assert "another corpus called toy-text" in refused("prepare", text)["error"]
    text.write_text(make_text(60, seed=3))
    assert run_json("prepare", text) == said


@pytest.mark.parametrize(
    "hostile", ["שלום לעולם טוב ", "<script>alert(1)</script> & <b>bold</b> ", "👍🏽 [red]no[/red] "]
)
def test_hostile_text_is_text(text, run_json, run_text, hostile):
    text.write_text(hostile * 40)
    assert run_json("prepare", text)["vocabulary_size"] >= 5
    assert "toy-text" in run_text("prepare", text)


def test_the_command_itself_ends_without_a_traceback(rnnscope_home):
    # in a process of its own, and with a name that is not UTF-8, which only a real command line can pass on
    command = [sys.executable, "-m", "app.cli", "prepare", b"\xff.txt", "--json"]
    result = subprocess.run(command, capture_output=True, check=False)
    assert result.returncode == 2
    assert "There is no file" in json.loads(result.stdout)["error"]
    assert b"Traceback" not in result.stderr
