import json
from dataclasses import replace

import pytest
import safetensors.torch
import torch

from data_prep.corpus import open_corpus
from data_prep.errors import UserError
from data_prep.sealed_folder import MANIFEST
from models.evaluation import cross_entropy_nats
from models.network import RecurrentLanguageModel
from models.recipe import Recipe
from models.run import WEIGHTS, list_runs, open_run
from models.run_folders import default_run_id, reserve_run_id, run_ids
from models.training.history import Epoch
from models.training.outcome import Trained
from models.training.saving import save_run

RUNS = ["toy-words-lstm", "toy-bytes-gru"]


@pytest.fixture
def run_folder(copied_home):
    return copied_home / "runs" / "toy-words-lstm"


def fault(run_id: str = "toy-words-lstm") -> UserError:
    with pytest.raises(UserError) as caught:
        open_run(run_id).load_network()
    assert caught.value.hint
    return caught.value


def edit_json(path, change):
    raw = json.loads(path.read_text())
    change(raw)
    path.write_text(json.dumps(raw))


def edit_weights(folder, change):
    tensors = safetensors.torch.load_file(folder / WEIGHTS)
    change(tensors)
    safetensors.torch.save_file(tensors, folder / WEIGHTS)


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("precision", ["float32", "float16"])
def test_a_saved_network_predicts_what_it_predicted(copied_home, tied, precision):
    corpus = open_corpus("toy-words")
    recipe = Recipe(
        seed=3,
        model={"units": 8, "embedding": 8, "tied": tied},
        training={"stored_precision": precision},
    )
    torch.manual_seed(3)
    network = RecurrentLanguageModel(recipe.model, len(corpus.vocabulary)).eval()
    history = [Epoch(1, 4.0, 4.1, 0.002, 1.5)]
    saved = save_run("mine", recipe, corpus, Trained(network, history, {"cross_entropy_nats": 4.2}, 1, 1.5))
    loaded = open_run("mine")
    assert loaded == saved
    assert loaded.recipe == recipe
    assert loaded.vocabulary == corpus.vocabulary
    assert loaded.history == [vars(history[0])]
    assert loaded.parameters == network.parameter_count() == loaded.load_network().parameter_count()
    assert loaded.corpus["digest"] == corpus.digest
    assert not loaded.bundled

    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(parameter.to(getattr(torch, precision)))
    ids = torch.from_numpy(corpus.splits["test"][:50].astype(int))[:, None]
    again = loaded.load_network()
    assert next(again.parameters()).dtype == torch.float32
    assert torch.equal(again(ids)[0], network(ids)[0])
    assert (again.decoder.weight.data_ptr() == again.embedding.weight.data_ptr()) is tied


@pytest.mark.parametrize("run_id", RUNS)
def test_the_stored_test_figures_are_those_of_the_stored_weights(use_trained_home, run_id):
    run = open_run(run_id)
    corpus = open_corpus(run.corpus["name"])
    run.check_vocabulary(corpus)
    assert cross_entropy_nats(run.load_network(), corpus.splits["test"]) == run.test["cross_entropy_nats"]


def test_the_toy_runs_have_learnt_something(use_trained_home):
    summaries = {run.id: run.summary() for run in list_runs()[0]}
    words, characters = (summaries[run_id] for run_id in RUNS)
    assert words["test"]["perplexity"] < words["vocabulary_size"] / 8
    assert characters["test"]["bits_per_character"] < 4.5
    assert (words["cell"], words["layers"], words["units"], words["unit"]) == ("lstm", 2, 16, "words")
    assert (characters["cell"], characters["layers"], characters["units"], characters["unit"]) == (
        "gru",
        1,
        12,
        "bytes",
    )


def _truncate_weights(folder):
    path = folder / WEIGHTS
    path.write_bytes(path.read_bytes()[:-100])


def _flip_a_bit(folder):
    path = folder / WEIGHTS
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda folder: (folder / WEIGHTS).unlink(), "damaged: weights.safetensors is missing"),
        (_truncate_weights, "damaged: weights.safetensors has"),
        (_flip_a_bit, "damaged: the content of weights.safetensors has changed"),
        (lambda folder: (folder / "recipe.json").unlink(), "damaged: recipe.json is missing"),
        (lambda folder: (folder / "history.json").write_text(""), "damaged: history.json has 0 bytes"),
        (lambda folder: (folder / MANIFEST).unlink(), "unfinished"),
        (lambda folder: [path.unlink() for path in folder.iterdir()], "unfinished"),
        (lambda folder: (folder / MANIFEST).write_text("\0"), "cannot be read as JSON"),
    ],
)
def test_a_damaged_run_is_named_and_hides_no_other(run_folder, damage, reason):
    damage(run_folder)
    message = fault().message
    assert reason in message
    assert "toy-words-lstm" in message
    found, faults = list_runs()
    assert "toy-bytes-gru" in [run.id for run in found]
    assert {run_id: error.message for run_id, error in faults.items()} == {"toy-words-lstm": message}
    assert open_run("toy-bytes-gru").load_network()


def test_a_folder_that_cannot_be_a_run_hides_no_other(copied_home):
    (copied_home / "runs" / "My Run").mkdir()
    (copied_home / "runs" / ".toy-words-lstm-abc").mkdir()  # left by a writer that was killed
    (copied_home / "runs" / "notes.txt").write_text("a file")
    found, faults = list_runs()
    assert set(RUNS) <= {run.id for run in found}
    assert list(faults) == ["My Run"]


def _other_shape(tensors):
    tensors["decoder.weight"] = tensors["decoder.weight"][:, :-1].contiguous()


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda f: edit_json(f / "recipe.json", lambda r: r["model"].update(units=8)), "recurrent.weight_ih_l0 is"),
        (lambda f: edit_json(f / "recipe.json", lambda r: r["model"].update(layers=3)), "weight_ih_l2 is nothing"),
        (lambda f: edit_json(f / "recipe.json", lambda r: r["model"].update(layers=1)), "unknown recurrent.bias_hh_l1"),
        (lambda f: edit_json(f / "recipe.json", lambda r: r["model"].update(cell="gru")), "expected (48, 16)"),
        (lambda f: edit_json(f / "recipe.json", lambda r: r["model"].update(tied=True)), "unknown decoder.weight"),
        (lambda f: edit_json(f / "recipe.json", lambda r: r.update(extra=1)), "unknown key extra"),
        (lambda f: (f / "recipe.json").write_text("[]"), "is not a recipe"),
        (lambda f: edit_weights(f, _other_shape), "decoder.weight is (64, 15), expected (64, 16)"),
        (lambda f: edit_weights(f, lambda t: t.pop("decoder.bias")), "decoder.bias is nothing"),
        (lambda f: edit_weights(f, lambda t: t.update(attention=torch.ones(3))), "unknown attention"),
        (lambda f: (f / WEIGHTS).unlink(), "cannot be read"),
        (_truncate_weights, "cannot be read"),
        (lambda f: (f / WEIGHTS).write_bytes(b"\x80\x04pickle"), "cannot be read"),
        (lambda f: edit_json(f / "vocabulary.json", lambda v: (v["tokens"].pop(), v["counts"].pop())), "expected (63,"),
        (lambda f: edit_json(f / "vocabulary.json", lambda v: v.pop("counts")), "is not a vocabulary"),
        (lambda f: edit_json(f / "run.json", lambda r: r.pop("test")), "run.json has no test"),
        (lambda f: (f / "run.json").write_text("[]"), "run.json has no corpus"),
        (lambda f: (f / "run.json").write_text("3"), "run.json"),
        (lambda f: edit_json(f / "run.json", lambda r: r.update(corpus="toy")), "run.json"),
        (lambda f: (f / "history.json").write_text("{"), "history.json cannot be read as JSON"),
    ],
)
def test_a_run_sealed_with_parts_that_do_not_fit_is_refused(run_folder, reseal, damage, reason):
    damage(run_folder)
    reseal(run_folder, "run")
    assert reason in fault().message
    assert "toy-bytes-gru" in [run.id for run in list_runs()[0]]


def test_other_kinds_and_versions_are_refused(copied_home, run_folder, reseal):
    (copied_home / "corpora" / "toy-words").rename(copied_home / "runs" / "a-corpus")
    assert "a-corpus is a corpus, not a run" in fault("a-corpus").message
    edit_json(run_folder / MANIFEST, lambda manifest: manifest.update(schema=99))
    assert "schema version 99" in fault().message


@pytest.mark.parametrize(
    "run_id", ["../runs/toy-words-lstm", "..", ".", "", "/etc", "a/b", "TOY", "a\0b", "<b>", "a" * 81]
)
def test_ids_that_are_no_folder_names(copied_home, run_id):
    before = sorted(copied_home.rglob("*"))
    run = open_run("toy-words-lstm")
    trained = Trained(run.load_network(), [], run.test, 1, 0.0)
    for attempt in (
        lambda: open_run(run_id),
        lambda: reserve_run_id(run_id),
        lambda: save_run(run_id, run.recipe, open_corpus("toy-words"), trained),
    ):
        with pytest.raises(UserError, match="cannot name a run"):
            attempt()
    assert sorted(copied_home.rglob("*")) == before


def test_an_unknown_run_names_the_known_ones(use_trained_home):
    with pytest.raises(UserError, match=r"There is no run called nothing.* Known: .*toy-bytes-gru, toy-words-lstm"):
        open_run("nothing")


def test_a_taken_id_is_refused_and_nothing_overwritten(copied_home):
    run = open_run("toy-words-lstm")
    with pytest.raises(UserError, match="There is a run called toy-words-lstm already"):
        reserve_run_id(run.id)
    with pytest.raises(UserError, match="already"):
        save_run(run.id, run.recipe, open_corpus("toy-words"), Trained(run.load_network(), [], {}, 1, 0.0))
    assert open_run(run.id) == run
    assert reserve_run_id("another") == "another"


def test_default_ids_avoid_those_that_are_taken(copied_home):
    corpus, recipe = open_corpus("toy-words"), open_run("toy-words-lstm").recipe
    assert default_run_id(recipe, corpus) == "toy-words-lstm-2x16"
    for taken in ("toy-words-lstm-2x16", "toy-words-lstm-2x16-2"):
        (copied_home / "runs" / taken).mkdir()
    assert default_run_id(recipe, corpus) == "toy-words-lstm-2x16-3"


def test_another_vocabulary_is_refused(use_trained_home):
    with pytest.raises(UserError, match="toy-bytes has another vocabulary than the run toy-words-lstm"):
        open_run("toy-words-lstm").check_vocabulary(open_corpus("toy-bytes"))


def test_other_classes_are_refused(use_trained_home):
    run, corpus = open_run("toy-words-lstm"), open_corpus("toy-words")
    labelled = replace(corpus, classes=("bad", "good"))
    with pytest.raises(UserError, match="toy-words has the classes: bad, good; the run toy-words-lstm knows: none"):
        run.check_vocabulary(labelled)
    with pytest.raises(UserError, match="has the classes: none; the run toy-words-lstm knows: bad, good"):
        replace(run, classes=labelled.classes).check_vocabulary(corpus)
    replace(run, classes=labelled.classes).check_vocabulary(labelled)


def test_bundled_runs_are_listed_and_give_way_to_own_ones(copied_home, tmp_path, monkeypatch):
    gallery = tmp_path / "gallery"
    (copied_home / "runs").rename(gallery)
    monkeypatch.setattr("models.run_folders.GALLERY", gallery)
    assert run_ids() == sorted(RUNS)
    assert all(run.bundled for run in list_runs()[0])
    with pytest.raises(UserError, match="already"):
        reserve_run_id("toy-words-lstm")
    (copied_home / "runs").mkdir()
    (gallery / "toy-words-lstm").rename(copied_home / "runs" / "toy-words-lstm")
    assert {run.id: run.bundled for run in list_runs()[0]} == {"toy-bytes-gru": True, "toy-words-lstm": False}
