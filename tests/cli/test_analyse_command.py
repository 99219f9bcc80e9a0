import shutil

import pytest
import torch

from data_prep.corpus import open_corpus
from models.run import open_run

GUESSES = 5
ANIMALS = ["cat", "dog", "bird", "horse", "rabbit"]
THINGS = ["lamp", "river", "window", "stone", "star"]


@pytest.fixture(scope="module")
def home_of_this_module(trained_home, tmp_path_factory):
    """A copy of the trained home that keeps the recordings which the tests below make."""
    return shutil.copytree(trained_home, tmp_path_factory.mktemp("commands") / "home")


@pytest.fixture(autouse=True)
def use_home_of_this_module(home_of_this_module, monkeypatch):
    monkeypatch.setenv("RNNSCOPE_HOME", str(home_of_this_module))


def test_analyse_records_and_clusters(run_json):
    said = run_json("analyse", "toy-words-lstm", "-k", "4", "--words", "40", "--layer", "1", "--state", "cell")
    recording, clusters = said["recording"], said["clusters"]
    corpus = open_corpus("toy-words")
    assert said["run"] == "toy-words-lstm"
    assert recording["split"] == "train"
    assert recording["tokens"] == len(corpus.splits["train"])
    assert recording["states"] == ["hidden", "cell"]
    assert (clusters["k"], clusters["layer"], clusters["state"]) == (4, 1, "cell")
    assert len(clusters["pairs"]) == len(clusters["strength"]) == 4
    units = sorted(unit for pair in clusters["pairs"] for unit in pair["units"])
    assert units == list(range(16))
    words = [word for pair in clusters["pairs"] for word in pair["words"]]
    assert len(set(words)) == len(words) == 40 - clusters["dropped_words"]
    assert set(words) <= set(corpus.vocabulary.tokens)


def test_analyse_other_parts_and_names(run_json, run_text):
    said = run_json("analyse", "toy-bytes-gru", "recording", "--split", "valid", "--again")
    assert set(said) == {"run", "recording"}
    assert said["recording"]["states"] == ["hidden"]
    assert "9 clusters of hidden state, layer 2" in run_text("analyse", "toy-words-lstm")


def test_layers_are_measured(run_json, run_text):
    layers = run_json("analyse", "toy-words-lstm", "layers")["layers"]
    assert [(one["state"], one["layer"]) for one in layers] == [
        ("hidden", 1), ("hidden", 2), ("cell", 1), ("cell", 2)
    ]  # fmt: skip
    assert all(0 < one["sparsity"] < 1 and 0 < one["moved"] <= 1 and one["size"] > 0 for one in layers)
    assert all(0 < one["word_share"] < 1 and 0 <= one["saturated"] <= 1 for one in layers)
    assert "layer by layer" in run_text("analyse", "toy-words-lstm", "layers")


def test_words_of_a_kind_are_neighbours(run_json, run_text):
    found = run_json("analyse", "toy-words-lstm", "neighbours", "--word", "lamp")["neighbours"]
    assert (found["word"], found["layer"], found["state"]) == ("lamp", 2, "hidden")
    assert {near["word"] for near in found["nearest"][:3]} <= {*ANIMALS, *THINGS}
    cosines = [near["cosine"] for near in found["nearest"]]
    assert cosines == sorted(cosines, reverse=True)
    assert all(response > 0 for _, response in found["units"]["raised"])
    assert all(response < 0 for _, response in found["units"]["lowered"])
    assert "Like “lamp”" in run_text("analyse", "toy-words-lstm", "neighbours", "--word", "lamp")


def test_sentence_reads_word_by_word(run_json):
    said = run_json("sentence", "toy-words-lstm", "Every old CAT sleeps zyzzyva.", "-k", "4")
    assert said["run"] == "toy-words-lstm"
    assert said["tokens"] == ["every", "old", "cat", "sleeps", "zyzzyva", ".", "<eos>"]
    assert [step["token"] for step in said["steps"]] == said["tokens"]
    assert [step["known"] for step in said["steps"]] == [True, True, True, True, False, True, True]
    assert said["steps"][0]["surprise_nats"] is None
    assert all(step["surprise_nats"] > 0 for step in said["steps"][1:])
    for step in said["steps"]:
        assert len(step["clusters"]) == 4
        assert set(step["clusters"][0]) == {"kept_rate", "gained", "lost"}
        probabilities = [p for _, p in step["guesses"]]
        assert len(probabilities) == GUESSES
        assert probabilities == sorted(probabilities, reverse=True)
        assert sum(probabilities) <= 1 + 1e-4


def test_sentence_says_what_the_network_says(run_json):
    run = open_run("toy-words-lstm")
    said = run_json("sentence", run.id, "The old cat")
    ids, _ = run.vocabulary.encode(said["tokens"])
    surprises = -run.load_network()(torch.from_numpy(ids)[:, None])[0][:, 0].log_softmax(1)
    for place in (1, 2):
        assert said["steps"][place]["surprise_nats"] == pytest.approx(surprises[place - 1, ids[place]].item(), abs=1e-4)
    best = surprises[2].argmin().item()
    assert said["steps"][2]["guesses"][0][0] == run.vocabulary.tokens[best]


def test_sentence_knows_the_planted_grammar(run_json):
    # after an adjective stands a noun, in the number that the determiner before it has said
    for determiner, is_plural in (("Every", False), ("Many", True)):
        text = f"The cat sleeps. {determiner} red"
        guesses = [token for token, _ in run_json("sentence", "toy-words-lstm", text)["steps"][-1]["guesses"]]
        assert {guess.removesuffix("s") for guess in guesses} <= {*ANIMALS, *THINGS}
        assert sum(guess.endswith("s") is is_plural for guess in guesses) >= GUESSES - 1, guesses


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("<script>alert(1)</script>", ["<", "script", ">", "alert", "(", "N", ")", "<", "/", "script", ">"]),
        ("שלום עולם", ["שלום", "עולם"]),
        ("👍 [red]cat[/red]", ["👍", "[", "red", "]", "cat", "[", "/", "red", "]"]),
        ("\x1b[31mred", ["\x1b", "[", "N", "mred"]),
    ],
)
def test_strange_text_is_read_as_text(run_json, run_text, text, tokens):
    steps = run_json("sentence", "toy-words-lstm", text)["steps"]
    assert [step["token"] for step in steps] == tokens
    known = set(open_run("toy-words-lstm").vocabulary.tokens)
    assert [step["known"] for step in steps] == [token in known for token in tokens]
    shown = run_text("sentence", "toy-words-lstm", text)
    assert "(unknown)" in shown
    assert "\x1b" not in shown  # or else a text could steer the terminal


def test_bytes_outside_the_vocabulary_are_skipped_and_counted(run_json):
    said = run_json("sentence", "toy-bytes-gru", "cat ש")
    assert said["tokens"] == list("cat ")
    assert said["skipped"] == 2


def test_ten_megabytes_are_read_up_to_a_limit(run_json, tmp_path):
    path = tmp_path / "long.txt"
    path.write_text("the cat sleeps " * 700_000)
    said = run_json("sentence", "toy-words-lstm", "--file", path)
    assert path.stat().st_size > 10_000_000
    assert 100 < len(said["steps"]) < 10_000
    # a word that stands where the text is cut off for reading may count twice
    assert 0 <= len(said["steps"]) + said["left_out"] - 3 * 700_000 <= 1


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "is empty"),
        (b" \n", "nothing but white space"),
        (b"\x89PNG\r\n\x1a\n\0", "is not text"),
        (b"the\0cat", "NUL"),
    ],
)
def test_bad_text_files(refused, tmp_path, raw, reason):
    path = tmp_path / "text.txt"
    path.write_bytes(raw)
    assert reason in refused("sentence", "toy-words-lstm", "--file", path)["error"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "nothing but white space"),
        (" \n ", "nothing but white space"),
        ("a\0b", "NUL"),
        ("a\udcffb", "not text in UTF-8"),
    ],
)
def test_bad_texts(refused, text, reason):
    assert reason in refused("sentence", "toy-words-lstm", text)["error"]


def test_a_text_of_bytes_that_the_model_never_saw(refused):
    assert "nothing to read" in refused("sentence", "toy-bytes-gru", "שלום")["error"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nothing", "the cat"], "There is no run called nothing"),
        (["../toy-words-lstm", "the cat"], "cannot name a run"),
        (["toy-words-lstm"], "Give either a text or --file"),
        (["toy-words-lstm", "the cat", "--file", "text.txt"], "Give either a text or --file"),
        (["toy-words-lstm", "--file", "missing.txt"], "no file missing.txt"),
        (["toy-words-lstm", "the cat", "--layer", "3"], "has no layer 3"),
        (["toy-words-lstm", "the cat", "--layer", "0"], "has no layer 0"),
        (["toy-words-lstm", "the cat", "--state", "gates"], "no gates state"),
        (["toy-bytes-gru", "the cat", "--state", "cell"], "no cell state"),
        (["toy-words-lstm", "the cat", "--treatment", "squared"], "squared"),
        (["toy-words-lstm", "the cat", "-k", "0"], "0"),
        (["toy-words-lstm", "the cat", "-k", "500"], "500"),
        (["toy-words-lstm", "the cat", "--words", "1"], "1 words cannot be clustered"),
        (["toy-words-lstm", "the cat", "--words", "-5"], "-5 words cannot be clustered"),
    ],
)
def test_bad_arguments_of_sentence(refused, arguments, reason):
    assert reason in refused("sentence", *arguments)["error"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nothing"], "There is no run called nothing"),
        (["toy-words-lstm", "poetry"], "The analysis cannot be 'poetry'"),
        (["toy-words-lstm", "--split", "all"], "--split cannot be 'all'"),
        (["toy-words-lstm", "--device", "tpu"], "no device 'tpu'"),
        (["toy-words-lstm", "--checkpoint", "7"], "has no checkpoint after update 7"),
        (["toy-words-lstm", "--layer", "9"], "has no layer 9"),
        (["toy-words-lstm", "-k", "0"], "0"),
        (["toy-words-lstm", "--words", "0"], "0 words cannot be clustered"),
        (["toy-words-lstm", "neighbours"], "Neighbours and --word belong together"),
        (["toy-words-lstm", "--word", "lamp"], "Neighbours and --word belong together"),
        (["toy-words-lstm", "neighbours", "--word", "zyzzyva"], "has no word 'zyzzyva'"),
    ],
)
def test_bad_arguments_of_analyse(refused, arguments, reason):
    assert reason in refused("analyse", *arguments)["error"]


def test_a_bad_text_is_refused_before_the_run_is_recorded(copied_home, refused):
    refused("sentence", "toy-words-lstm", "")
    assert not (copied_home / "results").exists()


def test_analyse_says_how_far_clusters_are_to_be_trusted(run_json, run_text):
    said = run_json("analyse", "toy-words-lstm", "quality", "--words", "40")["quality"]
    assert [one["k"] for one in said["ks"]] == list(range(2, len(said["ks"]) + 2))
    assert {one["verdict"] for one in said["ks"]} <= {"trusted", "shaky", "not to be trusted"}
    assert all(-1 <= one["text_half_agreement"] <= 1 for one in said["ks"])
    assert said["tagged"] > 10
    assert said == run_json("analyse", "toy-words-lstm", "quality", "--words", "40")["quality"]
    assert "Suggested" in run_text("analyse", "toy-words-lstm", "quality", "--words", "40")


@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_analyse_lays_words_and_units_out(run_json, method):
    for of, count in (("words", 40), ("units", 16)):
        said = run_json("analyse", "toy-words-lstm", "projection", "--words", "40", "--method", method, "--of", of)
        found = said["projection"]
        assert len(found["points"]) == count
        assert (found["perplexity"] is None) == (method == "pca")
        assert found["seed"] == 0


def test_links_come_with_their_parts(run_json):
    clusters = run_json("analyse", "toy-words-lstm", "clusters", "-k", "3")["clusters"]
    for total, up, down in zip(
        *(clusters[name] for name in ("strength", "positive_part", "negative_part")), strict=True
    ):
        assert total == pytest.approx([a + b for a, b in zip(up, down, strict=True)], abs=2e-5)


def test_analyse_shows_a_unit_with_its_contexts(run_json, run_text, refused):
    run = open_run("toy-words-lstm")
    ids = run.open_corpus().splits["train"]
    found = run_json("analyse", run.id, "unit", "--unit", "3", "--layer", "1")["unit"]
    assert (found["unit"], found["layer"]) == (3, 1)
    assert [value for _, value in found["raised_by"]] == sorted((v for _, v in found["raised_by"]), reverse=True)
    assert set(found["left_saturated"]) == {"input_gate", "forget_gate", "output_gate"}
    highest, lowest = found["highest"], found["lowest"]
    assert highest[0]["value"] >= highest[-1]["value"] > lowest[-1]["value"] >= lowest[0]["value"]
    for place in (*highest, *lowest):
        assert place["token"] == run.vocabulary.display(int(ids[place["position"]]))
    assert "Raised by" in run_text("analyse", run.id, "unit", "--unit", "3")
    assert "unit 99" in refused("analyse", run.id, "unit", "--unit", "99")["error"]
    assert "--unit" in refused("analyse", run.id, "unit")["error"]
    assert "--unit" in refused("analyse", run.id, "--unit", "3")["error"]


def test_units_are_interpreted_without_a_recording(run_json, run_text, refused, tmp_path):
    said = run_json("analyse", "toy-bytes-gru", "interpret", "--regex", r"\bthe\b")
    found = said["interpret"]
    assert set(said) == {"run", "interpret"}
    assert (found["state"], found["layer"], found["regex"]) == ("hidden", 1, r"\bthe\b")
    assert found["tests"] == len(found["properties"]) * 12
    assert r"inside a match of \bthe\b" in [one["property"] for one in found["properties"]]
    for one in found["properties"]:
        assert 0 <= one["unit"] < 12
        assert 0 < one["corrected_p"] <= 1
        assert (one["auc"] is None) != (one["correlation"] is None)
    assert {"property", "why"} == set(found["dropped"][0])
    assert "What units of hidden state, layer 1, tell" in run_text("analyse", "toy-bytes-gru", "interpret")

    assert "has no layer 2" in refused("analyse", "toy-bytes-gru", "interpret", "--layer", "2")["error"]
    assert "GRU has no cell state" in refused("analyse", "toy-bytes-gru", "interpret", "--state", "cell")["error"]
    assert "is wrong" in refused("analyse", "toy-bytes-gru", "interpret", "--regex", "(")["error"]
    short = tmp_path / "short.txt"
    short.write_text("the cat")
    assert "too few" in refused("analyse", "toy-bytes-gru", "interpret", "--text", short)["error"]
