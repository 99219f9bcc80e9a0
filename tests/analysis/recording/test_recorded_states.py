"""States recorded elsewhere, looked at with the statistics of a live run."""

import h5py
import numpy as np
import pytest
import torch

from analysis.recording import plan
from analysis.recording.engine import record
from analysis.recording.recorded_states import describe_states, import_states, open_states, record_states
from analysis.recording.store import RecordingOptions, stored_recording
from analysis.states import CarriedState, unroll
from data_prep import recorded_states as arrays
from data_prep.errors import UserError
from models.foreign.states_run import vocabulary_of_states
from models.run import list_runs, open_run


@pytest.fixture
def live(use_trained_home):
    """(network, ids (T,), tokens (T,), kind → states (T, L, H)) of a trained run over a text from the zero state."""
    run = open_run("toy-words-lstm")
    ids = run.open_corpus().splits["test"][:700].astype(np.int64)
    network = run.load_network()
    layers, _ = unroll(network, torch.from_numpy(ids)[:, None], CarriedState.zero(network, 1))
    states = {
        "hidden": torch.cat([layer.hidden for layer in layers], 1).numpy(),
        "cell": torch.cat([layer.cell for layer in layers], 1).numpy(),
    }
    return network, ids, np.array([run.vocabulary.tokens[i] for i in ids]), states


@pytest.fixture
def saved(tmp_path, live):
    def save(compressed=False, **changes):
        _, ids, tokens, states = live
        content = {"tokens": tokens, **states, "offsets": np.array([0, len(ids)])} | changes
        content = {name: array for name, array in content.items() if array is not None}
        (np.savez_compressed if compressed else np.savez)(tmp_path / "mine.npz", **content)
        return tmp_path / "mine.npz"

    return save


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("at_once", [1, 100, 10**9])
def test_the_statistics_are_those_of_the_live_run(live, saved, compressed, at_once, monkeypatch):
    monkeypatch.setattr(arrays, "AT_ONCE", at_once)
    network, ids, _, _ = live
    expected = record(network, ids, words=600, streams=1)
    states = open_states(saved(compressed))
    vocabulary, own_ids = vocabulary_of_states(states)
    found = record_states(states, own_ids, len(vocabulary), words=600)
    run = open_run("toy-words-lstm")
    theirs = {run.vocabulary.tokens[i]: row for row, i in enumerate(expected.token_ids)}
    rows = [theirs[vocabulary.tokens[i]] for i in found.token_ids]  # ties are in another order
    assert sorted(rows) == list(range(len(expected.token_ids)))
    assert found.counts.tolist() == expected.counts[rows].tolist()
    for state in ("hidden", "cell"):
        assert np.allclose(found.mean[state], expected.mean[state][rows], atol=1e-6)
        np.testing.assert_allclose(found.deviation[state], expected.deviation[state][rows], atol=1e-3)
        assert np.allclose(found.quantiles[state], expected.quantiles[state][:, rows], atol=1e-6)
        assert np.allclose(found.mean_square[state], expected.mean_square[state], atol=1e-6)
    assert found.tokens == 700


def test_of_running_text_the_first_token_is_left_out(live, saved):
    _, _, tokens, states = live
    found = open_states(saved(offsets=None, cell=None))
    vocabulary, ids = vocabulary_of_states(found)
    recording = record_states(found, ids, len(vocabulary), words=600)
    assert recording.tokens == 699
    assert recording.counts.sum() == 699
    total = (recording.mean["hidden"].astype(float) * recording.counts[:, None, None]).sum(0)
    assert np.allclose(total, states["hidden"][-1] - states["hidden"][0], atol=1e-4)  # it telescopes
    first = recording.token_ids.tolist().index(vocabulary.ids[tokens[0]])
    assert recording.counts[first] == (tokens == tokens[0]).sum() - 1


def test_each_separate_text_starts_from_zero(live, saved, monkeypatch):
    monkeypatch.setattr(arrays, "AT_ONCE", 500)
    _, _, _, states = live
    offsets = np.array([0, 100, 100, 377, 700])
    found = open_states(saved(offsets=offsets))
    vocabulary, ids = vocabulary_of_states(found)
    recording = record_states(found, ids, len(vocabulary), words=600)
    total = (recording.mean["cell"].astype(float) * recording.counts[:, None, None]).sum(0)
    assert np.allclose(total, sum(states["cell"][end - 1] for end in (100, 377, 700)), atol=1e-4)


def test_wide_layers_are_recorded_with_fewer_words(saved, monkeypatch):
    found = open_states(saved())
    vocabulary, ids = vocabulary_of_states(found)
    monkeypatch.setattr(plan, "MEANS_BYTES", 12 * 2 * 16 * 2 * 7)
    assert len(record_states(found, ids, len(vocabulary)).token_ids) == 7


@pytest.mark.parametrize("one_layer", [False, True])
def test_a_run_of_states_has_its_recording_and_no_network(live, saved, rnnscope_home, one_layer):
    states = {"hidden": live[3]["hidden"][:, 1], "cell": None} if one_layer else {}
    run, found = import_states(saved(**states))
    assert found == describe_states(open_states(saved(**states)))
    assert (run.origin, run.parameters, run.test) == ("states", 0, {})
    assert run.id == ("mine-states-1x16" if one_layer else "mine-states-2x16")
    recording = stored_recording(open_run(run.id), RecordingOptions())
    assert recording.states == (("hidden",) if one_layer else ("hidden", "cell"))
    assert recording.layers == run.recipe.model.layers == (1 if one_layer else 2)
    assert list(run.vocabulary.counts) == sorted(run.vocabulary.counts, reverse=True)
    assert sum(run.vocabulary.counts) == 700
    for need in (run.load_network, run.open_corpus):
        with pytest.raises(UserError, match="recorded states without weights"):
            need()
    assert list_runs()[1] == {}


def test_ids_need_names(live, saved, tmp_path, rnnscope_home):
    _, ids, tokens, _ = live
    path = saved(tokens=ids)
    with pytest.raises(UserError, match="ids of its tokens only"):
        open_states(path)
    vocabulary = tmp_path / "v.json"
    names = open_run_vocabulary(ids, tokens)
    vocabulary.write_text(str(names).replace("'", '"'))
    found = open_states(path, vocabulary)
    assert [found.types[i] for i in found.ids] == tokens.tolist()
    vocabulary.write_text('["a", "b"]')
    with pytest.raises(UserError, match="the vocabulary 2 tokens"):
        open_states(path, vocabulary)


def open_run_vocabulary(ids, tokens) -> list[str]:
    known = dict(zip(ids.tolist(), tokens.tolist(), strict=True))
    return [known.get(place, f"unused{place}") for place in range(max(known) + 1)]


def changed(**arrays_by_name):
    return lambda live: {name: make(live) for name, make in arrays_by_name.items()}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (changed(tokens=lambda live: None), "mine.npz has cell, hidden, offsets"),
        (changed(hidden=lambda live: None), "mine.npz has cell, offsets, tokens"),
        (changed(hidden=lambda live: live[3]["hidden"][:-1]), "hidden has the shape (699, 2, 16), expected (700, H)"),
        (changed(cell=lambda live: live[3]["cell"][:, :1]), "cell has the shape (700, 1, 16), expected (700, 2, 16)"),
        (changed(hidden=lambda live: live[3]["hidden"].T.copy()), "hidden has the shape (16, 2, 700)"),
        (changed(hidden=lambda live: np.asfortranarray(live[3]["hidden"])), "hidden is stored by columns"),
        (changed(hidden=lambda live: live[3]["hidden"].astype(int)), "hidden holds int64"),
        (changed(hidden=lambda live: live[3]["hidden"][:, :, None]), "hidden has the shape (700, 2, 1, 16)"),
        (changed(hidden=lambda live: np.zeros((700, 0)), cell=lambda live: None), "hidden has the shape (700, 0)"),
        (changed(hidden=lambda live: np.zeros((700, 17, 2)), cell=lambda live: None), "17 layers of 2 units"),
        (changed(tokens=lambda live: live[2][:, None]), "not texts in a row"),
        (changed(tokens=lambda live: np.zeros(700)), "the tokens are float64"),
        (changed(tokens=lambda live: np.array(["x" * 1001] * 700)), "is no token"),
        (changed(tokens=lambda live: live[2].astype(object)), "Python objects"),
        (changed(offsets=lambda live: np.array([0, 699])), "the offsets do not divide 700 tokens"),
        (changed(offsets=lambda live: np.array([0, 400, 300, 700])), "the offsets do not divide 700 tokens"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_written(live, saved, changes, reason, rnnscope_home):
    path = saved(**changes(live))
    with pytest.raises(UserError) as caught:
        import_states(path, name="mine")
    assert reason in caught.value.message
    assert caught.value.hint
    assert not (rnnscope_home / "runs").exists()


def test_a_state_that_is_no_number_is_named(live, saved, rnnscope_home, monkeypatch):
    monkeypatch.setattr(arrays, "AT_ONCE", 500)
    states = live[3]["cell"].copy()
    states[432, 1, 3] = np.nan
    with pytest.raises(UserError, match="The cell state at position 433 is not a number"):
        import_states(saved(cell=states))
    assert not (rnnscope_home / "runs").exists()


def test_truncated_and_damaged_files_are_sentences(saved, rnnscope_home):
    path = saved(True)
    whole = path.read_bytes()
    draw = np.random.default_rng(0)
    refused = 0
    for place in range(60):
        content = bytearray(whole[: draw.integers(1, len(whole))] if place % 2 else whole)
        if place % 2 == 0:
            content[draw.integers(len(content))] ^= 0xFF
        path.write_bytes(content)
        try:
            import_states(path, name=f"n{place}")
        except UserError:
            refused += 1
    assert refused > 30
    assert list_runs()[1] == {}


def test_an_array_may_not_claim_more_than_there_is(saved, rnnscope_home, tmp_path):
    path = saved()
    path.write_bytes(path.read_bytes().replace(b"'shape': (700, 2, 16), }", b"'shape': (700, 2, 19), }"))
    with pytest.raises(UserError, match=r"damaged|cut off"):
        import_states(path)


@pytest.fixture
def project(tmp_path, live):
    """A folder as LSTMVis wants it, with two layers of states (cells) and outputs (hidden)."""
    _, ids, tokens, states = live
    folder = tmp_path / "project"
    folder.mkdir()
    known = open_run_vocabulary(ids, tokens)
    (folder / "words.dict").write_text("".join(f"{token} {place + 1}\n" for place, token in enumerate(known)))
    with h5py.File(folder / "train.h5", "w") as file:
        file["word_ids"] = (ids + 1).astype(np.int32)
    with h5py.File(folder / "states.h5", "w") as file:
        for layer in (0, 1):
            file[f"states{layer + 1}"] = states["cell"][:, layer]
            file[f"output{layer + 1}"] = states["hidden"][:, layer]
    (folder / "lstm.yml").write_text(
        "name: mine\n"
        "files: {states: states.h5, train: train.h5, words: words.dict}\n"
        "word_sequence: {file: train, path: word_ids, dict_file: words}\n"
        "states:\n"
        "  file: states\n"
        "  types: [{type: state, layer: 1, path: states1}, {type: state, layer: 2, path: states2, unsigned: false},\n"
        "          {type: output, layer: 1, path: output1}, {type: output, layer: 2, path: output2}]\n"
    )
    return folder


def test_a_folder_of_lstmvis_gives_what_an_npz_gives(live, project, saved, monkeypatch):
    monkeypatch.setattr(arrays, "AT_ONCE", 1000)
    from_folder, from_npz = open_states(project / "lstm.yml"), open_states(saved(offsets=None))
    results = []
    for states in (from_folder, from_npz):
        vocabulary, ids = vocabulary_of_states(states)
        recording = record_states(states, ids, len(vocabulary), words=600)
        results.append({vocabulary.tokens[i]: recording.mean["cell"][row] for row, i in enumerate(recording.token_ids)})
    assert set(results[0]) == set(results[1])
    assert all(np.allclose(results[0][token], results[1][token], atol=1e-6) for token in results[0])
    assert "tanh" in from_folder.notes[0]


def edit(old, new):
    return lambda folder: (folder / "lstm.yml").write_text((folder / "lstm.yml").read_text().replace(old, new))


def link_outside(folder):
    with h5py.File(folder / "states.h5", "a") as file:
        del file["output2"]
        file["output2"] = h5py.ExternalLink("train.h5", "word_ids")


def link_a_group_outside(folder):
    with h5py.File(folder / "train.h5", "a") as file:
        file["group/output2"] = np.zeros((700, 16), np.float32)
    with h5py.File(folder / "states.h5", "a") as file:
        file["group"] = h5py.ExternalLink("train.h5", "group")
    edit("path: output2", "path: group/output2")(folder)


def store_outside(folder):
    with h5py.File(folder / "states.h5", "a") as file:
        del file["output2"]
        file.create_dataset("output2", (700, 16), "f4", external=[(str(folder / "words.dict"), 0, 700 * 64)])


def integers(folder):
    with h5py.File(folder / "states.h5", "a") as file:
        del file["output2"]
        file["output2"] = np.zeros((700, 16), int)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda folder: (folder / "lstm.yml").unlink(), "has no lstm.yml"),
        (lambda folder: (folder / "lstm.yml").write_text("files: ["), "is not YAML"),
        (lambda folder: (folder / "lstm.yml").write_text("- files"), "has no keys"),
        (edit("word_sequence", "words"), "has no word_sequence"),
        (edit("path: output2", "path: output9"), "has no array 'output9' of its own; it has output1, output2"),
        (edit("file: train,", "file: other,"), "names the file 'other'; its files are states, train, words"),
        (edit("train.h5", "../mine.h5"), "outside the folder"),
        (edit("train.h5", "/etc/hostname"), "outside the folder"),
        (edit("types: [", "sorts: ["), "has no states: types:"),
        (edit("type: output, layer: 1", "type: gate, layer: 1"), "neither a state nor an output"),
        (lambda folder: (folder / "words.dict").write_text("the 1\n"), "no word with the id"),
        (lambda folder: (folder / "words.dict").write_text("the\n"), "line 1: 'the' is not a word and its id"),
        (lambda folder: (folder / "states.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(50)), "cannot be read as HDF5"),
        (lambda folder: (folder / "states.h5").unlink(), "cannot be read as HDF5"),
        (link_outside, "has no array 'output2' of its own"),
        (link_a_group_outside, "has no array 'group/output2' of its own"),
        (store_outside, "has no array 'output2' of its own"),
        (integers, "output2 holds int64"),
        (edit("path: word_ids", "path: /"), "of its own"),
    ],
)
def test_a_broken_project_is_a_sentence(project, damage, reason, rnnscope_home):
    damage(project)
    with pytest.raises(UserError) as caught:
        import_states(project)
    assert reason in caught.value.message
    assert caught.value.hint
    assert not (rnnscope_home / "runs").exists()


def test_one_kind_of_state_is_the_hidden_state(project):
    edit("{type: output, layer: 1, path: output1}, {type: output, layer: 2, path: output2}", "")(project)
    states = open_states(project)
    assert tuple(states.blocks) == ("hidden",)
    assert "one kind of state" in states.notes[1]


def test_characters_may_be_spaces(project):
    (project / "words.dict").write_text("".join(f"{' ' if place == 1 else place} {place}\n" for place in range(1, 200)))
    assert " " in open_states(project).types
    assert vocabulary_of_states(open_states(project))[0].tokenisation.unit == "words"


def test_without_h5py_the_way_to_it_is_named(project, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    with pytest.raises(UserError) as caught:
        open_states(project)
    assert "h5py" in caught.value.message
    assert "rnnscope[hdf5]" in caught.value.hint
