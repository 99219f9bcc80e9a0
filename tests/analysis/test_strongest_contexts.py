from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from analysis.recording.store import RecordingOptions, stored_recording
from analysis.strongest_contexts import RecordedText, recorded_text, strongest_contexts
from data_prep.errors import UserError
from models.run import open_run


@pytest.fixture
def recorded(recorded_home, monkeypatch):
    """(run, recording) of words."""
    monkeypatch.setenv("RNNSCOPE_HOME", str(recorded_home))
    run = open_run("toy-words-lstm")
    return run, stored_recording(run, RecordingOptions())


def test_contexts_stand_in_the_text_where_they_say(recorded):
    run, recording = recorded
    text = recorded_text(run, recording)
    shown = [run.vocabulary.display(int(i)) for i in text.ids]
    for side in strongest_contexts(recording, "cell", 1, 3, run.vocabulary, text):
        assert len(side) == 10
        sizes = [abs(place.value) for place in side]
        assert sizes == sorted(sizes, reverse=True)
        for place in side:
            around = [*place.before, place.token, *place.after]
            first = place.position - len(place.before)
            assert around == shown[first : first + len(around)]


def test_without_the_text_the_places_are_known(recorded):
    run, recording = recorded
    highest, _ = strongest_contexts(recording, "hidden", 0, 3, run.vocabulary, None)
    assert highest[0].position >= 0
    assert highest[0].token is None
    assert strongest_contexts(replace(recording, contexts={}), "hidden", 0, 3, run.vocabulary, None) == ([], [])


@pytest.mark.parametrize("unit", range(5))
def test_a_context_does_not_reach_into_another_text(unit):
    found = SimpleNamespace(
        contexts={
            "hidden": SimpleNamespace(
                positions=np.tile([0, 3, 4, 9, -1], (1, 5, 2, 1)), values=np.ones((1, 5, 2, 5), np.float32)
            )
        }
    )
    vocabulary = SimpleNamespace(display=str, tokenisation=SimpleNamespace(unit="words"))
    text = RecordedText(np.arange(10), np.array([0, 4, 4, 10]))
    places, _ = strongest_contexts(found, "hidden", 0, unit, vocabulary, text)
    assert [(place.before, place.token, place.after) for place in places] == [
        ((), "0", ("1", "2", "3")),
        (("0", "1", "2"), "3", ()),
        ((), "4", ("5", "6", "7", "8", "9")),
        (("4", "5", "6", "7", "8"), "9", ()),
    ]


def test_another_text_is_not_taken_for_the_recorded_one(recorded, monkeypatch):
    run, recording = recorded
    with pytest.raises(UserError, match="another text"):
        recorded_text(run, replace(recording, split="test"))
    ids = run.open_corpus().splits["train"]
    swapped = np.where(ids == recording.token_ids[0], recording.token_ids[1], ids)
    corpus = replace(run.open_corpus(), splits={"train": swapped})
    monkeypatch.setattr(type(run), "open_corpus", lambda self: corpus)
    with pytest.raises(UserError, match="another text"):
        recorded_text(run, recording)


def test_a_text_that_was_never_kept_is_said(recorded):
    run, recording = recorded
    for split in (None, "text"):
        with pytest.raises(UserError, match="not kept"):
            recorded_text(run, replace(recording, split=split))
    with pytest.raises(UserError, match="without the text"):
        recorded_text(replace(run, origin="states"), recording)
