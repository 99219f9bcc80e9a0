"""`rnnscope import`: what it prints, and every bad file as a sentence that leaves nothing behind."""

import json

import numpy as np
import pytest
import torch
from torch import nn

from models.run_folders import run_ids

V = 12
TOKENS = ["<unk>", "<eos>", ".", "the", "cat", "dog", "sees", "hears", "a", "red", "blue", "bird"]


@pytest.fixture
def elsewhere(tmp_path, rnnscope_home):
    """A folder with weights.pt, vocabulary.txt, text.txt and the model's own probabilities in check.npz."""
    torch.manual_seed(0)
    embedding, lstm, linear = nn.Embedding(V, 4), nn.LSTM(4, 5, 2), nn.Linear(5, V)
    parts = {"embed": embedding, "lstm": lstm, "fc": linear}
    state = {key: value for name, part in parts.items() for key, value in part.state_dict(prefix=f"{name}.").items()}
    torch.save(state, tmp_path / "weights.pt")
    (tmp_path / "vocabulary.txt").write_text("\n".join(TOKENS) + "\n")
    words = np.random.default_rng(0).choice(TOKENS[3:], (60, 5))
    (tmp_path / "text.txt").write_text("\n".join(" ".join(row) + "." for row in words))
    ids = np.arange(V)
    with torch.no_grad():
        probabilities = linear(lstm(embedding(torch.from_numpy(ids)[:, None]))[0])[:, 0].softmax(-1).numpy()
    np.savez(tmp_path / "check.npz", ids=ids, probabilities=probabilities)
    return tmp_path


@pytest.fixture
def arguments(elsewhere):
    return "import", elsewhere / "weights.pt", "--vocabulary", elsewhere / "vocabulary.txt"


def test_import_then_analyse_then_a_sentence(elsewhere, arguments, run_json):
    options = ("--text", elsewhere / "text.txt", "--check", elsewhere / "check.npz", "--name", "mine")
    imported = run_json(*arguments, *options)
    assert (imported["id"], imported["origin"], imported["corpus"]) == ("mine", "imported", "mine-text")
    assert (imported["cell"], imported["layers"], imported["units"]) == ("lstm", 2, 5)
    assert imported["imported"]["agreement"]["largest"] < 1e-5
    assert imported["test"]["perplexity"] > 1
    assert [run["origin"] for run in run_json("runs")["runs"] if run["id"] == "mine"] == ["imported"]
    assert run_json("evaluate", "mine")["cross_entropy_nats"] == pytest.approx(imported["test"]["cross_entropy_nats"])
    assert run_json("analyse", "mine", "recording")["recording"]["tokens"] > 100
    steps = run_json("sentence", "mine", "The red cat sees it.", "-k", "3")["steps"]
    assert [step["token"] for step in steps] == ["the", "red", "cat", "sees", "it", ".", "<eos>"]


def test_what_was_found_is_printed(elsewhere, arguments, run_text):
    said = " ".join(run_text(*arguments, "--check", elsewhere / "check.npz").split())
    assert "LSTM · 2 layers of 5 units · embedding 4 · 12 tokens · language model · 580 parameters" in said
    assert "recurrent.weight_hh_l1 lstm.weight_hh_l1 20 × 5" in said
    assert "Probabilities differ by" in said
    assert "it is the same network." in said
    assert "Kept as weights-lstm-2x5" in said
    assert "import it again with --text FILE" in said
    assert "imported" in run_text("runs")


def test_an_imported_run_without_a_text_says_what_is_missing(arguments, run_json, refused):
    run_json(*arguments, "--name", "mine")
    for command in ("analyse", "evaluate"):
        error = refused(command, "mine")
        assert "imported without a text" in error["error"]
        assert "--text FILE" in error["hint"]


def damage_weights(change):
    def damage(folder):
        state = torch.load(folder / "weights.pt", weights_only=True)
        change(state)
        torch.save(state, folder / "weights.pt")

    return damage


def transpose(state):
    state["lstm.weight_hh_l1"] = state["lstm.weight_hh_l1"].T.contiguous()


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (damage_weights(lambda state: state.pop("lstm.bias_hh_l1")), "lstm.bias_hh_l1 is missing, expected 20"),
        (damage_weights(lambda state: state.update({"x": torch.zeros(2)})), "x (2) has no place"),
        (damage_weights(transpose), "lstm.weight_hh_l1 is 5 × 20, expected 20 × 5 (it is transposed)"),
        (lambda folder: (folder / "vocabulary.txt").write_text("a\nb\n"), "embed.weight is 12 × 4, expected 2 × 4"),
        (lambda folder: (folder / "vocabulary.txt").write_text("a\na\n"), "has 'a' twice"),
        (lambda folder: (folder / "vocabulary.txt").unlink(), "There is no file"),
        (lambda folder: (folder / "weights.pt").write_bytes((folder / "weights.pt").read_bytes()[:-99]), "cut off"),
        (lambda folder: torch.save(nn.LSTM(2, 2), folder / "weights.pt"), "torch.nn.modules.rnn.LSTM"),
        (lambda folder: (folder / "check.npz").write_bytes(b"PK\x03\x04"), "no npz of plain arrays"),
        (lambda folder: np.savez(folder / "check.npz", ids=np.arange(3)), "has ids to compare with"),
        (lambda folder: (folder / "text.txt").write_text(""), "is empty"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(elsewhere, arguments, refused, damage, reason):
    damage(elsewhere)
    error = refused(*arguments, "--check", elsewhere / "check.npz", "--text", elsewhere / "text.txt", "--name", "mine")
    assert reason in error["error"]
    assert "mine" not in run_ids()
    assert not (elsewhere / "home" / "corpora").exists() or not list((elsewhere / "home" / "corpora").iterdir())


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--as", "letters"), "--as cannot be 'letters'"),
        (("--style", "fancy"), "--style cannot be 'fancy'"),
        (("--sentence-ends", "never"), "--sentence-ends cannot be 'never'"),
        (("--unknown", "oov"), "has no token 'oov'"),
        (("--ignore", "nothing.*"), "There is no tensor 'nothing.*' to ignore"),
        (("--mapping", "nowhere.yaml"), "There is no file nowhere.yaml"),
        (("--recipe", "zaremba-small"), "units is 5, expected 200"),
        (("--name", "No!"), "cannot name a run"),
    ],
)
def test_options_that_do_not_fit_are_sentences(arguments, refused, options, reason):
    assert reason in refused(*arguments, *options)["error"]


def test_a_vocabulary_is_needed(elsewhere, refused):
    assert "No vocabulary is named" in refused("import", elsewhere / "weights.pt")["error"]


def test_a_mapping_and_what_is_ignored(elsewhere, arguments, run_json):
    state = torch.load(elsewhere / "weights.pt", weights_only=True)
    state = {key.replace("fc.", "embed_out.").replace("embed.", "table."): value for key, value in state.items()}
    torch.save({**state, "norm.weight": torch.ones(5)}, elsewhere / "weights.pt")
    (elsewhere / "mapping.yaml").write_text("embedding: table.weight\ndecoder: embed_out.weight\nrecurrent: lstm\n")
    found = run_json(*arguments, "--mapping", elsewhere / "mapping.yaml", "--ignore", "norm.*")["imported"]
    assert found["keys"]["decoder.weight"] == "embed_out.weight"
    assert found["ignored"] == ["norm.*"]
    assert json.loads(json.dumps(found)) == found


def test_a_classifier_is_looked_at_with_labelled_texts(elsewhere, arguments, run_json, refused):
    state = torch.load(elsewhere / "weights.pt", weights_only=True)
    torch.save({**state, "fc.weight": torch.randn(2, 5), "fc.bias": torch.ones(2)}, elsewhere / "weights.pt")
    (elsewhere / "classes.txt").write_text("good\nbad\n")
    rows = [f"{('bad', 'good')[place % 2]},the {' '.join(['cat'] * place)} sees" for place in range(60)]
    (elsewhere / "t.csv").write_text("label,text\n" + "\n".join(rows))
    options = ("--classes", elsewhere / "classes.txt", "--name", "mine", "--text", elsewhere / "t.csv")
    assert "looked at with labelled texts" in refused(*arguments, *options)["error"]
    imported = run_json(*arguments, *options, "--label-column", "label")
    assert imported["task"] == "classifier"
    assert 0 <= imported["test"]["balanced_accuracy"] <= 1
    assert run_json("evaluate", "mine")["accuracy"] == imported["test"]["accuracy"]
    assert run_json("analyse", "mine", "recording")["recording"]["tokens"] > 100


@pytest.fixture
def states(elsewhere):
    draw = np.random.default_rng(3)
    np.savez(elsewhere / "states.npz", tokens=draw.choice(TOKENS, 500), states=draw.normal(size=(500, 2, 6)))
    return elsewhere / "states.npz"


def test_states_alone_become_a_run_that_can_be_clustered_but_not_run(states, run_json, run_text, refused):
    imported = run_json("import", states, "--name", "mine")
    assert (imported["origin"], imported["layers"], imported["units"]) == ("states", 2, 6)
    assert run_json("runs")["runs"][-1]["id"] == "mine"
    analysed = run_json("analyse", "mine", "-k", "3")
    assert analysed["recording"]["tokens"] == 499
    assert analysed["clusters"]["k"] == 3
    for command in (("sentence", "mine", "the cat"), ("evaluate", "mine"), ("analyse", "mine", "--again")):
        assert "recorded states without weights" in refused(*command)["error"]
    said = run_text("import", states)
    assert "states alone · 2 layers of 6 units · hidden · 500 tokens, 12 different" in " ".join(said.split())
    assert "Kept as states-states-2x6" in said


def test_states_that_do_not_fit_are_sentences(states, refused):
    np.savez(states, tokens=TOKENS, states=np.zeros((11, 3)))
    assert "states has the shape (11, 3), expected (12, H)" in refused("import", states)["error"]
    assert "has no lstm.yml" in refused("import", states.parent)["error"]
    assert "mine" not in run_ids()
