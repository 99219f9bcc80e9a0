import shutil

import pytest

from analysis.recording.store import RecordingOptions, key_of
from analysis.results import find_result
from models.run import open_run


@pytest.fixture(autouse=True)
def _use_copied_home(copied_home):
    """The tests below write."""


def test_results_are_listed_pruned_and_deleted(run_json, run_text, copied_home):
    run_json("analyse", "toy-bytes-gru", "recording", "--split", "test")
    run_json("analyse", "toy-words-lstm", "recording", "--split", "test")
    listed = run_json("results")["results"]
    assert sorted(it["run"] for it in listed) == ["toy-bytes-gru", "toy-words-lstm"]
    assert all(it["kind"] == "recording" and it["fault"] is None and it["bytes"] > 1000 for it in listed)
    assert listed[0]["options"]["split"] == "test"

    damaged = find_result(key_of(open_run("toy-bytes-gru"), RecordingOptions(split="test")))
    (damaged / "about.json").write_text("{}", encoding="utf-8")
    assert "--prune" in run_text("results")
    pruned = run_json("results", "--prune")
    assert [it["run"] for it in pruned["results"] if it["deleted"]] == [""]
    assert pruned["freed_bytes"] > 1000
    assert [it["run"] for it in run_json("results")["results"]] == ["toy-words-lstm"]

    assert run_json("results", "toy-bytes-gru", "--delete")["results"] == []
    shutil.rmtree(copied_home / "runs" / "toy-words-lstm")
    assert "gone" in run_json("results")["results"][0]["fault"]
    assert run_json("results", "--prune")["results"][0]["deleted"]
    assert run_json("results")["results"] == []


def test_a_text_of_ones_own_is_recorded(run_json, tmp_path, refused):
    text = tmp_path / "mine.txt"
    text.write_text("The cat sleeps. The zyzzyva sleeps.\n" * 40, encoding="utf-8")
    said = run_json("analyse", "toy-words-lstm", "recording", "--text", str(text))["recording"]
    assert (said["split"], said["tokens"]) == ("text", 10 * 40)
    assert said["text"]
    assert said["words"] == 6
    again = run_json("analyse", "toy-words-lstm", "recording", "--text", str(text))["recording"]
    assert again == said
    text.write_text("Qwfp bzzt", encoding="utf-8")
    assert "is in the vocabulary" in refused("analyse", "toy-words-lstm", "--text", str(text))["error"]


def test_a_text_too_short_for_two_halves_is_not_trusted(refused, tmp_path):
    text = tmp_path / "mine.txt"
    text.write_text("The cat sleeps. A dog runs.", encoding="utf-8")
    said = refused("analyse", "toy-words-lstm", "quality", "--text", str(text))
    assert "nothing to cluster" in said["error"]
    assert "longer text" in said["hint"]
