import pytest
import torch

from data_prep.labelled import LabelOptions
from data_prep.preparing import prepare_corpus
from data_prep.prompt import LONGEST
from data_prep.tokens import Tokenisation
from models.generation.continuations import DEEPEST_TREE, LARGEST_TREE, tree
from models.generation.sampling import sample
from models.recipe import Recipe
from models.run import open_run
from models.training.loop import train
from models.training.saving import save_run


@pytest.fixture(autouse=True)
def _trained(use_trained_home):
    """The two toy runs."""


def test_a_text_goes_on(run_json):
    options = ("--prompt", "The old zyzzyva", "--length", "7", "--temperature", "0.8", "--top-k", "9", "--seed", "4")
    said = run_json("generate", "toy-words-lstm", *options)
    assert set(said) == {"run", "prompt", "unknown", "seed", "temperature", "top_k", "tokens", "text"}
    assert (said["run"], said["prompt"], said["unknown"]) == ("toy-words-lstm", "The old zyzzyva", ["zyzzyva"])
    assert (said["seed"], said["temperature"], said["top_k"]) == (4, 0.8, 9)
    run = open_run("toy-words-lstm")
    ids, _ = run.vocabulary.encode(["the", "old", "zyzzyva"])
    written = sample(
        run.load_language_model(), run.vocabulary, ids.tolist(), length=7, temperature=0.8, top_k=9, seed=4
    )
    assert said["text"] == written.text
    assert [entry["token"] for entry in said["tokens"]] == list(written.tokens)
    assert [entry["probability"] for entry in said["tokens"]] == pytest.approx(list(written.probabilities), abs=1e-6)


def test_a_sentence_ends_where_it_is_told_to(run_json):
    said = run_json("generate", "toy-words-lstm", "--prompt", "The red", "--until-end")
    tokens = [entry["token"] for entry in said["tokens"]]
    assert tokens.index("<eos>") == len(tokens) - 1


def test_without_a_prompt_a_line_begins(run_json):
    said = run_json("generate", "toy-bytes-gru", "--temperature", "0", "--length", "30")
    assert said["text"] == "".join(entry["token"] for entry in said["tokens"])
    run = open_run("toy-bytes-gru")
    begun = run.vocabulary.ids["\n"]
    options = {"length": 30, "temperature": 0.0, "top_k": None, "seed": 0}
    assert said["text"] == sample(run.load_language_model(), run.vocabulary, [begun], **options).text


def test_what_may_follow_is_a_tree(run_json):
    options = ("--tree", "--branching", "2", "--depth", "3", "--minimum-probability", "0.01")
    said = run_json("generate", "toy-words-lstm", "--prompt", "The cat sleeps. Many old", *options)
    assert (said["branching"], said["depth"], said["minimum_probability"], said["left_out"]) == (2, 3, 0.01, 0)
    run = open_run("toy-words-lstm")
    ids, _ = run.vocabulary.encode(["the", "cat", "sleeps", ".", "<eos>", "many", "old"])
    grown = tree(
        run.load_language_model(), run.vocabulary, ids.tolist(), branching=2, minimum_probability=0.01, depth=3
    )
    assert said["tree"] == grown.root.to_json()
    assert said["tree"]["token"] == "old"
    assert all(child["token"].endswith("s") for child in said["tree"]["children"])


def test_a_person_sees_prompt_and_text(run_text):
    shown = run_text("generate", "toy-words-lstm", "--prompt", "The old Cat", "--length", "5", "--temperature", "0")
    assert shown.startswith("The old Cat sleeps")
    drawn = run_text("generate", "toy-words-lstm", "--prompt", "The old Cat", "--tree")
    assert drawn.startswith("The old Cat\n")
    assert "── " in drawn
    assert "%" in drawn


def test_what_is_unknown_or_cut_is_announced_beside_the_text(invoked):
    result = invoked("generate", "toy-words-lstm", "--prompt", "the [red]\x1b[31mcat", "--length", "2")
    assert "read as <unk>: [, ], \\x1b" in result.stderr
    assert "\x1b" not in result.output  # or else a text could steer the terminal
    assert result.stdout.startswith("the [red]\\x1b[31mcat")
    result = invoked("generate", "toy-bytes-gru", "--prompt", "cat ש", "--length", "2")
    assert "left out: \\xd7, \\xa9" in result.stderr
    options = ("--tree", "--branching", "9", "--depth", "9", "--minimum-probability", "0")
    result = invoked("generate", "toy-words-lstm", "--prompt", "the", *options)
    assert f"cut at {LARGEST_TREE:,} nodes" in result.stderr


def test_a_classifier_writes_nothing(rnnscope_home, refused, tmp_path):
    table = tmp_path / "reviews.csv"
    table.write_text(
        "text,label\n" + "".join(f"{word} {n} soup,{word}\n" for n in range(40) for word in ("good", "bad"))
    )
    corpus = prepare_corpus([table], Tokenisation("words"), name="reviews", labels=LabelOptions("label"))
    model = {"cell": "gru", "layers": 1, "units": 4, "embedding": 4}
    recipe = Recipe.model_validate({"task": "classifier", "model": model, "training": {"epochs": 1, "steps": 10}})
    save_run("reviews-gru", recipe, corpus, train(recipe, corpus, device=torch.device("cpu")))
    assert "does not predict the next token" in refused("generate", "reviews-gru", "--prompt", "soup")["error"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nothing"], "There is no run called nothing"),
        (["../toy-words-lstm"], "cannot name a run"),
        (["toy-words-lstm", "--temperature", "-1"], "temperature cannot be -1"),
        (["toy-words-lstm", "--temperature", "nan"], "temperature cannot be nan"),
        (["toy-words-lstm", "--top-k", "0"], "top_k cannot be 0"),
        (["toy-words-lstm", "--length", "0"], "text of 0 tokens"),
        (["toy-words-lstm", "--seed", "-3"], "seed cannot be -3"),
        (["toy-words-lstm", "--device", "tpu"], "no device 'tpu'"),
        (["toy-words-lstm", "--prompt", "zyzzyva syzygy"], "none of the words of the prompt"),
        (["toy-bytes-gru", "--prompt", "שלום"], "none of the bytes of the prompt"),
        (["toy-words-lstm", "--prompt", "a\0b"], "The prompt is not text"),
        (["toy-words-lstm", "--prompt", "a\udcffb"], "The prompt is not text"),
        (["toy-words-lstm", "--prompt", "a " * (LONGEST + 1)], "prompt is too long"),
        (["toy-bytes-gru", "--until-end"], "no end of a sentence"),
        (["toy-words-lstm", "--tree", "--depth", str(DEEPEST_TREE + 1)], "depth of a tree cannot be 101"),
        (["toy-words-lstm", "--tree", "--branching", "5000"], "branching of a tree cannot be 5000"),
        (["toy-words-lstm", "--tree", "--minimum-probability", "2"], "minimum probability cannot be 2"),
        (["toy-words-lstm", "--tree", "--top-k", "3"], "--top-k has no meaning with --tree"),
        (["toy-words-lstm", "--tree", "--until-end"], "--until-end has no meaning with --tree"),
        (["toy-words-lstm", "--minimum-probability", "0.1"], "--minimum-probability belongs to --tree"),
    ],
)
def test_bad_arguments(refused, arguments, reason):
    assert reason in refused("generate", *arguments)["error"]
