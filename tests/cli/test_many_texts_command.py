import pytest
import torch

from models.run import open_run

TEXTS = ["The old cat sleeps.", "", "Many red birds eat.", "zyzzyva"]
REVIEWS = ["the food was great", "the staff was rude", "great staff", "rude and cold food"]


@pytest.fixture(autouse=True)
def use_classifier_home(classifier_home, monkeypatch):
    monkeypatch.setenv("RNNSCOPE_HOME", str(classifier_home))


@pytest.fixture
def lines(tmp_path):
    path = tmp_path / "texts.txt"
    path.write_text("\n".join(TEXTS) + "\n")
    return path


@pytest.fixture
def reviews(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("stars,review\n" + "".join(f"{star},{text}\n" for star, text in zip("5153", REVIEWS, strict=True)))
    return path


def test_every_text_has_a_line_that_says_what_reading_it_alone_says(run_json, lines):
    said = run_json("sentence", "toy-words-lstm", "--texts", lines, "--sort", "row")
    assert [row["row"] for row in said["texts"]] == [1, 2, 3, 4]
    assert (said["not_read"], said["left_out"], said["layer"]) == (1, 0, 2)
    assert "nothing to read" in said["texts"][1]["fault"]
    alone = run_json("sentence", "toy-words-lstm", TEXTS[0])
    nats = [step["surprise_nats"] for step in alone["steps"][1:]]
    assert said["texts"][0]["surprise_nats"] == pytest.approx(sum(nats) / len(nats), abs=1e-4)
    assert said["texts"][0]["tokens"] == len(alone["tokens"])
    assert said["texts"][3]["unknown"] == 1
    assert said["texts"][3]["surprise_nats"] is None  # one token: nothing was foreseen


def test_rows_are_sorted_and_those_without_the_number_come_last(run_json, lines):
    said = run_json("sentence", "toy-words-lstm", "--texts", lines)["texts"]
    nats = [row["surprise_nats"] for row in said]
    assert nats[0] > nats[1]
    assert nats[2:] == [None, None]
    by_tokens = run_json("sentence", "toy-words-lstm", "--texts", lines, "--sort", "tokens")["texts"]
    assert [row["tokens"] for row in by_tokens] == sorted((row["tokens"] for row in said), reverse=True)


def test_labels_are_judged(run_json, run_text, reviews):
    arguments = ("sentence", "reviews-gru", "--texts", reviews, "--text-column", "review", "--label-column", "stars")
    said = run_json(*arguments)
    assert said["classes"] == ["negative", "positive"]
    by_row = {row["row"]: row for row in said["texts"]}
    assert [by_row[row]["label"] for row in (1, 2, 3, 4)] == ["positive", "negative", "positive", None]
    assert said["accuracy"] == 1
    probabilities = [row["label_probability"] for row in said["texts"]]
    assert probabilities[:3] == sorted(probabilities[:3])
    assert probabilities[3] is None
    assert all(sum(row["class_probabilities"]) == pytest.approx(1, abs=1e-4) for row in said["texts"])
    shown = run_text(*arguments)
    assert "Right: 100.0%" in shown
    assert "the food was great" in shown


def test_a_classifier_says_the_class_after_every_word(run_json, run_text):
    said = run_json("sentence", "reviews-gru", REVIEWS[0], "-k", "2", "--units")
    run = open_run("reviews-gru")
    ids, _ = run.vocabulary.encode(said["tokens"])
    for t, step in enumerate(said["steps"]):
        logits = run.load_network()(torch.from_numpy(ids[: t + 1])[:, None], torch.tensor([t + 1]))
        assert step["class_probabilities"] == pytest.approx(logits.softmax(1)[0].tolist(), abs=1e-4)
        assert step["guesses"] == []
        assert step["surprise_nats"] is None
        assert len(step["responses"]) == len(step["percentiles"]) == 6
        assert all(place is None or 2 <= place <= 98 for place in step["percentiles"])
    assert any(place is not None for place in said["steps"][0]["percentiles"])
    shown = run_text("sentence", "reviews-gru", "zyzzyva zyzzyva", "-k", "2")
    assert "positive" in shown
    assert "reads <unk> throughout" in shown


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["toy-words-lstm", "the cat", "--texts", "LINES"], "Give either a text"),
        (["toy-words-lstm", "--texts", "missing.txt"], "no file missing.txt"),
        (["toy-words-lstm", "--texts", "LINES", "--sort", "size"], "--sort cannot be 'size'"),
        (["toy-words-lstm", "--texts", "LINES", "--sort", "label"], "no label to sort by"),
        (["reviews-gru", "--texts", "LINES", "--sort", "surprise"], "no surprise to sort by"),
        (["toy-words-lstm", "--texts", "LINES", "--layer", "3"], "has no layer 3"),
        (["toy-words-lstm", "--texts", "LINES", "--state", "soul"], "no soul state"),
        (["toy-words-lstm", "--texts", "LINES", "--label-column", "stars"], "one text per line"),
        (["toy-words-lstm", "--texts", "REVIEWS", "--text-column", "review", "--label-column", "stars"], "no classes"),
        (["reviews-gru", "--texts", "REVIEWS"], "no column 'text'"),
        (
            ["reviews-gru", "--texts", "REVIEWS", "--text-column", "review", "--label-column", "review"],
            "Row 1: the label is",
        ),
    ],
)
def test_bad_arguments_of_many_texts(refused, lines, reviews, arguments, reason):
    files = {"LINES": lines, "REVIEWS": reviews}
    assert reason in refused("sentence", *(files.get(argument, argument) for argument in arguments))["error"]
