import json
import multiprocessing
import shutil

import numpy as np
import pytest
from filelock import FileLock

from analysis import results
from analysis.recording.store import (
    RecordingOptions,
    ensure_recording,
    key_of,
    options_for_text,
    record_run,
    recording_folder,
    stored_recording,
)
from analysis.results import Content, ResultKey, delete_results, ensure_result, find_result, list_results
from data_prep.errors import UserError
from models.run import open_run

RUN = "toy-bytes-gru"


@pytest.fixture
def run(copied_home):
    return open_run(RUN)


def key(run, **options) -> ResultKey:
    return ResultKey(run, "toy", 1, options)


def content(number: float = 1.0) -> Content:
    return Content({"number": number}, {"values": np.full(3, number)})


def test_a_result_is_computed_once_for_each_option_and_run(run):
    made = []

    def compute() -> Content:
        made.append(1)
        return content(len(made))

    assert ensure_result(key(run, k=3), compute).about["number"] == 1
    assert ensure_result(key(run, k=3), compute).arrays["values"].tolist() == [1, 1, 1]
    assert ensure_result(key(run, k=4), compute).about["number"] == 2
    assert ensure_result(key(open_run("toy-words-lstm"), k=3), compute).about["number"] == 3
    assert ensure_result(key(run, k=3), compute, again=True).about["number"] == 4
    assert ensure_result(key(run, k=3), compute).about["number"] == 4


@pytest.mark.parametrize("file", [results.ARRAYS, results.ABOUT, "manifest.json"])
@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_a_damaged_result_is_made_again(run, file, damage, caplog):
    ensure_result(key(run), content)
    path = find_result(key(run)) / file
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-9])
    assert ensure_result(key(run), lambda: content(7)).about["number"] == 7
    assert "Making it again" in caplog.text
    assert ensure_result(key(run), content).about["number"] == 7


def test_what_fails_or_is_cancelled_leaves_nothing(run, copied_home):
    with pytest.raises(KeyboardInterrupt):
        ensure_result(key(run), interrupted)
    assert find_result(key(run)) is None
    assert list_results() == []


def _make(place, names) -> None:
    def compute() -> Content:
        with (place / "made").open("a") as stream:
            stream.write("x")
        return content()

    ensure_result(key(open_run(RUN)), compute)
    names.put(1)


def test_processes_that_want_the_same_compute_it_once(run, tmp_path):
    context = multiprocessing.get_context("spawn")
    names = context.Queue()
    processes = [context.Process(target=_make, args=(tmp_path, names)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [names.get(timeout=1) for _ in processes] == [1, 1, 1]
    assert (tmp_path / "made").read_text() == "x"


def test_results_are_listed_with_their_faults_and_deleted(run, copied_home):
    ensure_result(key(run, k=1), content)
    ensure_result(key(run, k=2), content)
    ensure_result(key(open_run("toy-words-lstm")), content)
    (find_result(key(run, k=2)) / results.ARRAYS).write_bytes(b"")
    shutil.rmtree(copied_home / "runs" / "toy-words-lstm")
    found = {(it.run, json.dumps(it.options)): it for it in list_results()}
    assert len(found) == 3
    assert found[RUN, '{"k": 1}'].fault is None
    assert found[RUN, '{"k": 1}'].bytes > 0
    assert "gone" in found["toy-words-lstm", "{}"].fault
    faulty = [it for it in list_results() if it.fault]
    assert "damaged" in " ".join(it.fault for it in faulty)
    assert delete_results(faulty) == sum(it.bytes for it in faulty)
    assert [it.options for it in list_results()] == [{"k": 1}]
    delete_results(list_results())
    assert list((copied_home / "results").iterdir()) == []


def test_only_idle_locks_are_deleted(run, copied_home):
    with pytest.raises(KeyboardInterrupt):
        ensure_result(key(run, k=1), interrupted)
    waited_for = results.results_home(run) / ".toy-held.lock"
    with FileLock(waited_for):
        results.delete_idle_locks()
        assert list((copied_home / "results").rglob("*.lock")) == [waited_for]
    results.delete_idle_locks()
    assert list((copied_home / "results").iterdir()) == []


def interrupted() -> Content:
    raise KeyboardInterrupt


def test_recordings_are_found_by_every_option(run):
    options = RecordingOptions(split="test", words=10)
    with pytest.raises(UserError, match="not been recorded"):
        stored_recording(run, options)
    made = ensure_recording(run, options)
    assert np.array_equal(stored_recording(run, options).counts, made.counts)
    assert made.tokens == len(run.open_corpus().splits["test"])
    assert stored_recording(run, options).banded == 10
    assert made.split == stored_recording(run, options).split == "test"
    for other in (RecordingOptions(split="valid", words=10), RecordingOptions(split="test", words=11)):
        assert recording_folder(run, other) is None


def test_a_text_of_ones_own_is_a_recording_of_its_own(run):
    ids = np.arange(20) % 5
    options = options_for_text(ids, RecordingOptions())
    assert ensure_recording(run, options, ids=ids).tokens == 20
    assert stored_recording(run, options).tokens == 20
    assert recording_folder(run, options_for_text(ids[:19], RecordingOptions())) is None


def test_a_recording_is_made_again_if_it_is_damaged_or_asked_for(run):
    options = RecordingOptions(split="test", means=1000)
    ensure_recording(run, options)
    (find_result(key_of(run, options)) / results.ARRAYS).write_bytes(b"no")
    with pytest.raises(UserError, match="damaged"):
        stored_recording(run, options)
    assert ensure_recording(run, options).tokens > 0
    assert stored_recording(run, options).tokens > 0
    made = []
    record_run(run, options, record=lambda *given, **named: made.append(1) or results_of(*given, **named))
    assert made == [1]


def results_of(*given, **named):
    from analysis.recording.engine import record

    return record(*given, **named)


def test_options_that_make_no_sense_are_refused(run):
    for options in ({"split": "dev"}, {"split": "text"}, {"words": 1}, {"streams": 0}, {"means": 10}):
        with pytest.raises(UserError):
            ensure_recording(run, RecordingOptions(**options))
    assert list_results() == []
