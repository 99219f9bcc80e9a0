"""What ships: runs that open, are recorded, predict better than chance, and are described truly."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.main import get_command

from analysis.dynamics.store import stored_dynamics
from analysis.gates.count import recorded_gates
from analysis.gates.saturation import saturation
from analysis.gates.store import stored_gates
from analysis.layer_measures import response_measures
from analysis.recording.store import RecordingOptions, stored_recording
from analysis.similarity import similarity_rank
from analysis.texts.many_texts import read_many
from analysis.texts.reading import read_text
from app.cli.main import cli
from app.pages import OVERVIEW, PAGES
from models.recipe_files import built_in_recipes, load_recipe
from models.run import open_run
from models.run_folders import GALLERY

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
TEXTS = ("README.md", "docs/findings.md", "docs/machines.md", "docs/speed.md")
RUNS = sorted(path.name for path in GALLERY.iterdir() if path.is_dir())


@pytest.fixture(autouse=True)
def _fresh_home(rnnscope_home):
    """As on a fresh machine: nothing but the gallery."""


def test_there_is_a_word_model_with_two_layers_of_200_units():
    model = open_run("shakespeare-lstm-2x200").recipe.model
    assert (model.cell, model.layers, model.units) == ("lstm", 2, 200)


@pytest.mark.parametrize("run_id", RUNS)
def test_it_opens_and_is_recorded(run_id):
    run = open_run(run_id)
    assert run.bundled
    recording = stored_recording(run, RecordingOptions())
    assert recording.layers == run.recipe.model.layers
    assert recording.counts.min() > 0
    # of repeated texts the vocabulary counts one copy
    counted = sum(run.vocabulary.counts)
    assert recording.tokens > counted if "oversampled" in run_id else recording.tokens == counted


@pytest.mark.parametrize("run_id", [run_id for run_id in RUNS if run_id != "shakespeare-lstm-2x200"])
def test_its_gates_are_counted_over_the_test_part(run_id):
    run = open_run(run_id)
    counts, recorded = stored_gates(run, "test"), recorded_gates(stored_recording(run, RecordingOptions()))
    found, trained = saturation(counts), saturation(recorded)
    assert set(found.gates) == set(trained.gates)
    most = 0.1 if "oversampled" in run_id else 0.03  # of which the training part has more bad reviews
    for gate in found.gates:  # what the network was not trained on opens them as often
        assert np.abs(found.right[gate] - trained.right[gate]).mean() < most


@pytest.mark.parametrize("run_id", [run_id for run_id in RUNS if open_run(run_id).checkpoints])
def test_it_resembled_short_contexts_first_and_longer_ones_later(run_id):
    run = open_run(run_id)
    dynamics = stored_dynamics(run).dynamics
    assert dynamics.loss[-1] == pytest.approx(run.test["cross_entropy_nats"], abs=0.01)
    assert (np.diff(dynamics.nearest) >= 0).all()
    assert dynamics.nearest[-1] >= dynamics.nearest[0] + 2


@pytest.mark.parametrize("run_id", [run_id for run_id in RUNS if open_run(run_id).task == "language-model"])
def test_it_expects_a_plain_sentence_more_than_chance_would(run_id):
    run = open_run(run_id)
    reading = read_text(run.load_language_model(), run.vocabulary, "He is not in the house, and she is in the house.")
    assert reading.surprise_nats[1:].mean() < 0.75 * math.log(len(run.vocabulary))
    assert run.test["cross_entropy_nats"] < 0.6 * math.log(len(run.vocabulary))


@pytest.mark.parametrize("run_id", [run_id for run_id in RUNS if open_run(run_id).task == "classifier"])
@pytest.mark.parametrize(("text", "expected"), [("great food , friendly staff", 1), ("cold food , rude staff", 0)])
def test_it_tells_praise_from_blame(run_id, text, expected):
    run = open_run(run_id)
    ids, _ = run.vocabulary.encode(text.split())
    logits = run.load_network()(torch.from_numpy(ids.astype(np.int64))[:, None], torch.tensor([len(ids)]))
    assert run.classes == ("negative", "positive")
    assert logits.argmax().item() == expected


@pytest.mark.parametrize(("state", "layer", "bound"), [("hidden", 0, 10), ("hidden", 1, 10), ("cell", 1, 50)])
def test_archaic_verbs_move_the_memory_like_their_modern_forms(state, layer, bound):
    # RNNVis finds "hath, dost, art" in one cloud with "have, do, are". Of 599 words, by chance the rank would be 300.
    run = open_run("shakespeare-lstm-2x200")
    response = stored_recording(run, RecordingOptions()).response(state, layer).most_frequent(600)
    row = {run.vocabulary.tokens[token_id]: place for place, token_id in enumerate(response.token_ids)}
    pairs = (("hath", "have"), ("dost", "do"), ("art", "are"))
    ranks = [similarity_rank(response, row[archaic], row[modern]) for archaic, modern in pairs]
    assert len(row) == 600
    assert max(ranks) <= bound
    # The control: the same words, each against the modern form of the next.
    others = [similarity_rank(response, row[pairs[place - 1][0]], row[pairs[place][1]]) for place in range(3)]
    assert np.mean(ranks) < np.mean(others)


@pytest.mark.parametrize("layer", [0, 1])
def test_the_lstm_is_lazier_than_the_rnn(layer):
    def measured(run_id):
        response = stored_recording(open_run(run_id), RecordingOptions()).response("hidden", layer)
        return response_measures(response.most_frequent(600))

    rnn, lstm = measured("ptb-rnn-2x200"), measured("ptb-lstm-2x200")
    assert lstm.sparsity > 1.4 * rnn.sparsity
    assert lstm.moved < 0.65 * rnn.moved
    assert lstm.size < 0.5 * rnn.size


@pytest.mark.parametrize("run_id", [run_id for run_id in RUNS if open_run(run_id).task == "classifier"])
def test_a_turn_of_phrase_turns_the_classifier(run_id):
    run = open_run(run_id)
    texts = ["great food , friendly staff", "cold food , rude staff", "great food , but the staff was rude and awful"]
    found = read_many(run.load_network(), run.vocabulary, texts, labels=[1, 0, 0])
    assert found.predicted.tolist() == [1, 0, 0]
    assert found.settled[2] > 4  # it praised the food first


@pytest.mark.parametrize("run_id", sorted(set(RUNS) & set(built_in_recipes())))
def test_it_was_trained_by_the_recipe_of_its_name(run_id):
    assert open_run(run_id).recipe == load_recipe(run_id)


def test_gated_cells_are_ahead_and_oversampling_pays_on_the_rarer_class():
    def test(name: str) -> dict[str, float]:
        return open_run(name).test

    for corpus in ("ptb-{}-2x200", "warpeace-{}-2x128"):
        rnn, gru, lstm = (test(corpus.format(cell))["cross_entropy_nats"] for cell in ("rnn", "gru", "lstm"))
        assert max(gru, lstm) < rnn
    assert test("yelp-gru-oversampled")["balanced_accuracy"] > test("yelp-gru")["balanced_accuracy"]


@pytest.mark.parametrize("run_id", RUNS)
def test_the_readme_states_its_test_figure(run_id):
    test = open_run(run_id).test
    if "balanced_accuracy" in test:
        figure = f"{test['accuracy']:.1%}, balanced {test['balanced_accuracy']:.1%}"
    else:
        figure = f"{test['perplexity']:.1f}" if "perplexity" in test else f"{test['bits_per_character']:.3f}"
    row = next(line for line in README.splitlines() if line.startswith(f"| `{run_id}`"))
    assert figure in row


def test_the_readme_describes_every_page_and_no_other():
    described = re.findall(r"^\| ([A-Z][a-z ]+) \| ", README, re.MULTILINE)
    assert sorted(described) == sorted(page.title for page in PAGES if page is not OVERVIEW)


def test_the_readme_names_every_command_and_no_other():
    commands = {command.name for command in cli.registered_commands}
    assert set(re.findall(r"\| `rnnscope (\w+)", README)) == commands


@pytest.mark.parametrize("text", TEXTS)
def test_the_texts_give_commands_only_options_that_they_have(text):
    known, content = get_command(cli).commands, (ROOT / text).read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", content, re.MULTILINE | re.DOTALL)
    lines = [*re.findall(r"`(rnnscope [^`]+)`", content), *(line for block in blocks for line in block.splitlines())]
    given = [match.groups() for line in lines for match in re.finditer(r"rnnscope (\w+)([^&#;]*)", line)]
    assert given
    for name, words in given:
        options = {option for parameter in known[name].params for option in parameter.opts}
        assert set(re.findall(r"(?<= )--[a-z-]+", words)) <= options, f"rnnscope {name}{words}"


def test_every_command_but_the_dashboard_can_answer_in_json():
    commands = get_command(cli).commands
    can = {name for name, command in commands.items() if any("--json" in it.opts for it in command.params)}
    assert set(commands) - can == {"app"}


def test_the_readmes_example_of_the_library_runs():
    example, found = re.search(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)[1], {}
    exec(example, found)
    assert found["response"].mean.shape == (300, 200)
    assert set(found["clusters"].word_labels) == set(range(9))
    assert found["profile"].suggested_k in found["profile"].ks
    assert found["reading"].tokens == ("the", "king", "is", "dead", ".", "<eos>")
    assert any({"she", "he"} <= set(cloud) for cloud in found["clouds"])


def test_the_readmes_pictures_exist():
    for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert (ROOT / picture).stat().st_size > 10_000


@pytest.mark.parametrize("text", TEXTS)
def test_the_texts_lead_to_files_that_exist(text):
    content = (ROOT / text).read_text(encoding="utf-8")
    for link in re.findall(r"\]\((?!http)([^)]+)\)", content):
        assert (ROOT / text).parent.joinpath(link).exists(), link
