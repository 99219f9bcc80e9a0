"""Several recordings of the same run: of its parts, of its weights on the way, of texts of one's own."""

import numpy as np
import pytest
import torch

from analysis.recording.store import (
    RecordingOptions,
    ensure_recording,
    key_of,
    options_for_text,
    recording_folder,
    stored_recording,
    stored_texts,
)
from data_prep.corpus import open_corpus
from data_prep.errors import UserError
from models.recipe import Recipe
from models.run import WEIGHTS
from models.training.loop import train
from models.training.saving import save_run

RECIPE = {
    "corpus": "toy-bytes",
    "model": {"cell": "rnn", "layers": 1, "units": 8, "embedding": 6},
    "training": {"epochs": 1, "batch": 50, "steps": 40, "learning_rate": 0.01, "checkpoints_in_first_epoch": 2},
}


@pytest.fixture
def run(copied_home):
    recipe, corpus = Recipe.model_validate(RECIPE), open_corpus("toy-bytes")
    return save_run("with-checkpoints", recipe, corpus, train(recipe, corpus, device=torch.device("cpu")))


def test_a_checkpoint_is_recorded_with_its_own_weights_beside_the_best(run):
    early, last = (checkpoint["update"] for checkpoint in run.checkpoints)
    best = ensure_recording(run, RecordingOptions())
    first = ensure_recording(run, RecordingOptions(checkpoint=early))
    assert np.abs(best.mean["hidden"] - first.mean["hidden"]).max() > 0.01
    np.testing.assert_array_equal(
        ensure_recording(run, RecordingOptions(checkpoint=last)).mean["hidden"], best.mean["hidden"]
    )  # of one epoch the last weights are the best
    np.testing.assert_array_equal(stored_recording(run, RecordingOptions()).mean["hidden"], best.mean["hidden"])
    weights = run.load_network(weights_file=run.weights_after(early)).state_dict()
    assert any(not torch.equal(value, weights[name]) for name, value in run.load_network().state_dict().items())
    assert run.weights_after(None) == WEIGHTS


def test_a_checkpoint_that_is_not_there_is_said(run):
    with pytest.raises(UserError, match="no checkpoint after update 7") as caught:
        ensure_recording(run, RecordingOptions(checkpoint=7))
    assert str(run.checkpoints[0]["update"]) in caught.value.hint
    assert recording_folder(run, RecordingOptions(checkpoint=7)) is None


def test_recordings_from_before_there_was_a_choice_keep_their_names(run):
    assert "checkpoint" not in key_of(run, RecordingOptions()).options
    assert key_of(run, RecordingOptions(checkpoint=1)).name != key_of(run, RecordingOptions()).name


def test_texts_of_ones_own_are_found_again_by_their_titles(run):
    assert stored_texts(run) == {}
    for title, seed in (("letters.txt", 1), ("<b>.txt", 2)):
        ids = np.random.default_rng(seed).integers(0, len(run.vocabulary), 400)
        ensure_recording(run, options_for_text(ids, RecordingOptions()), ids=ids, title=title)
    found = stored_texts(run)
    assert sorted(found.values()) == ["<b>.txt", "letters.txt"]
    for digest in found:
        assert stored_recording(run, RecordingOptions(split="text", text=digest)).tokens == 400
    early = run.checkpoints[0]["update"]  # of a checkpoint alone
    options = options_for_text(ids[:300], RecordingOptions(checkpoint=early))
    ensure_recording(run, options, ids=ids[:300], title="early.txt")
    assert stored_texts(run) == found | {options.text: "early.txt"}
    folder = recording_folder(run, RecordingOptions(split="text", text=next(iter(found))))
    (folder / "about.json").write_text("[]")
    assert len(stored_texts(run)) == 2


def test_a_recording_that_was_not_made_says_how_to_make_that_one(run):
    for options, hint in ((RecordingOptions(), "rnnscope analyse"), (RecordingOptions(split="test"), "record_run")):
        with pytest.raises(UserError, match="has not been recorded") as refused:
            stored_recording(run, options)
        assert hint in refused.value.hint
    with pytest.raises(UserError, match="no part 'validation'"):
        RecordingOptions(split="validation")
