"""The training page: a recipe is checked as it is edited, a training is begun once, watched, stopped, kept."""

import json
import os
import threading
import time
from contextlib import contextmanager

import pytest

from app import jobs
from app.trainings import begin_training, resume_training, watch
from data_prep.corpus import open_corpus
from data_prep.labelled import LabelOptions
from data_prep.preparing import prepare_corpus
from data_prep.tokens import Tokenisation
from models.network import RecurrentClassifier, RecurrentLanguageModel
from models.recipe import read_recipe
from models.recipe_files import load_recipe, recipe_text
from models.run import open_run
from models.training.job import new_training
from models.training.trainings import open_training, training_ids

TINY = "model: {cell: gru, layers: 1, units: 5, embedding: 4}\ntraining: {epochs: 3, batch: 10, steps: 10}\n"
REVIEWS = "stars,text\n" + "".join(f"{'good' if n % 4 else 'bad'},number {'x' * (n + 1)}\n" for n in range(200))


class Process:
    """Stands in for a process that was started; it lives until the test says otherwise."""

    def __init__(self, arguments: list[str]) -> None:
        self.arguments, self.ended = arguments, None

    def poll(self) -> int | None:
        return self.ended

    def wait(self, timeout: float) -> None:
        self.ended = 0


@pytest.fixture
def started(monkeypatch) -> list[Process]:
    """The processes that the page would have started; none is."""
    processes = []

    def start(arguments, log, *, lasting=False):
        assert lasting or arguments[0] != "train"
        processes.append(Process(arguments))
        return processes[-1]

    monkeypatch.setattr(jobs, "_start", start)
    return processes


@pytest.fixture
def home(damaged_home, monkeypatch, tmp_path):
    """A home that a test may train in; one of its corpora is of labelled texts."""
    monkeypatch.setenv("RNNSCOPE_HOME", str(damaged_home))
    (tmp_path / "reviews.csv").write_text(REVIEWS)
    prepare_corpus(tmp_path / "reviews.csv", Tokenisation(), name="reviews", labels=LabelOptions("stars"))
    return damaged_home


@pytest.fixture
def open_form(open_page, home):
    """The page with a corpus chosen and a recipe typed."""

    def open_(text: str = TINY, corpus: str = "toy-words"):
        app = open_page("training", home=home, corpus=corpus)
        if text:
            app.text_area(key="recipe-text").set_value(text).run()
        return app

    return open_


@pytest.fixture
def begun(home):
    """A training of the tiny recipe that was begun, and that no process is at."""
    return new_training(read_recipe(TINY, "tiny"), open_corpus("toy-words"), "mine")


@contextmanager
def at_work(folder):
    """As if a process were at it: it holds the lock."""
    with folder.locked():
        folder.report(status="running", error=None, uniform_nats=4.0, per="word")
        yield


def progress(**other) -> dict:
    figures = {"epoch": 2, "epochs": 3, "updates": 30, "tokens_per_second": 1234.5, "seconds_left": 75.0}
    return figures | {"update": 14, "loss": 3.25} | other


def epoch(number: int, valid_nats: float) -> dict:
    return {"epoch": number, "train_nats": 3.5, "valid_nats": valid_nats, "learning_rate": 0.01, "seconds": 2.0}


def said(app) -> str:
    kinds = (app.error, app.warning, app.info, app.success, app.caption, app.markdown, app.metric, app.subheader)
    texts = [f"{element.value}" for kind in kinds for element in kind]
    return " ".join([*texts, *(f"{code.value}" for code in app.code)]).replace("\\", "")


def button(app, name: str):
    (found,) = [one for one in app.button if one.label == name]
    return found


def labels(app) -> list[str]:
    return [one.label for one in app.button]


def metrics(app) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


@pytest.mark.parametrize(
    ("corpus", "recipe"), [("toy-words", "words-lstm"), ("toy-bytes", "bytes-lstm"), ("reviews", "yelp-gru")]
)
def test_the_kind_of_corpus_decides_the_recipe(open_form, corpus, recipe):
    app = open_form("", corpus)
    assert not app.exception
    assert app.selectbox(key="recipe").value == recipe
    assert app.text_area(key="recipe-text").value == recipe_text(recipe)
    opened, model = open_corpus(corpus), load_recipe(recipe).model
    if opened.classes:
        network = RecurrentClassifier(model, len(opened.vocabulary), len(opened.classes))
    else:
        network = RecurrentLanguageModel(model, len(opened.vocabulary))
    assert metrics(app)["Parameters"] == f"{network.parameter_count():,}"
    assert not button(app, "Start training").disabled


def test_recipes_of_another_kind_are_not_offered(open_form):
    offered = {
        corpus: set(open_form("", corpus).selectbox(key="recipe").options) for corpus in ("toy-words", "toy-bytes")
    }
    assert {"words-lstm", "zaremba-small", "ptb-gru-2x200"} <= offered["toy-words"]
    assert {"bytes-lstm", "linux-lstm-2x128"} <= offered["toy-bytes"]
    assert not offered["toy-words"] & offered["toy-bytes"]
    assert set(open_form("", "reviews").selectbox(key="recipe").options) == {"yelp-gru", "yelp-gru-oversampled"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("model: [", "is not YAML"),
        ("a: 1\n b: 2", "line 2"),
        ("", "has no keys"),
        ("- 1", "has no keys"),
        ("modell: {cell: gru}", "unknown key modell (did you mean model?)"),
        ("model: {unit: 3}", "did you mean model.units?"),
        ("units: 3", "did you mean model.units?"),
        ("model: {cell: lstn}", "Input should be 'rnn', 'gru' or 'lstm', not 'lstn'"),
        ("training: {epochs: 0}", "training.epochs"),
        ("training: {batch: 100000}", "is longer than the training part"),
        ("task: classifier", "needs labelled texts"),
        ("<script>alert(1)</script>: 3", "unknown key <script>"),
        ("a: &a [1]\nb: [*a, *a]\n" * 2000, "too long"),
        ("x: \0", "not YAML"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_can_be_started(open_form, text, sentence):
    app = open_form(text or " ")
    assert not app.exception
    assert sentence in said(app)
    assert button(app, "Start training").disabled


def test_what_follows_from_a_recipe_is_shown(open_form):
    app = open_form()
    corpus = open_corpus("toy-words")
    network = RecurrentLanguageModel(read_recipe(TINY, "tiny").model, len(corpus.vocabulary))
    per_epoch = -(-((len(corpus.splits["train"]) - 1) // 10) // 10)
    assert metrics(app) == {"Parameters": f"{network.parameter_count():,}", "Updates/epoch": f"{per_epoch:,}"}
    assert f"updates in all: {3 * per_epoch:,}" in said(app)
    assert "toy-words-gru-1x5" in said(app)


@pytest.mark.parametrize(("run_id", "sentence"), [("Mine!", "cannot name"), ("toy-words-lstm", "is a run called")])
def test_a_name_that_cannot_be_used_is_said(open_form, run_id, sentence):
    app = open_form()
    app.text_input(key="run-id").set_value(run_id).run()
    assert sentence in said(app)
    assert button(app, "Start training").disabled


def test_an_edited_recipe_outlives_another_corpus_and_an_untouched_one_follows_it(open_form):
    app = open_form("")
    app.selectbox(key="corpus").set_value("toy-bytes").run()
    assert app.text_area(key="recipe-text").value == recipe_text("bytes-lstm")
    app.text_area(key="recipe-text").set_value(TINY).run()
    app.selectbox(key="corpus").set_value("toy-words").run()
    assert app.text_area(key="recipe-text").value == TINY
    button(app, "Back to words-lstm").click().run()
    assert app.text_area(key="recipe-text").value == recipe_text("words-lstm")
    assert "Back to words-lstm" not in labels(app)
    app.selectbox(key="recipe").set_value("zaremba-small").run()
    assert app.text_area(key="recipe-text").value == recipe_text("zaremba-small")


def test_a_training_is_begun_in_a_process_of_its_own(open_form, started):
    app = open_form()
    app.text_input(key="run-id").set_value("mine").run()
    button(app, "Start training").click().run()
    assert not app.exception
    assert [process.arguments for process in started] == [["train", "--resume", "mine", "--json"]]
    folder = open_training("mine")
    assert folder.corpus["name"] == "toy-words"
    assert (folder.recipe.model.units, folder.recipe.name) == (5, "words-lstm, changed")
    assert "starting" in said(app)
    assert "Stop" not in labels(app)  # there is nobody yet who would hear


def test_a_second_visitor_is_shown_the_training_that_is_there(open_form, started):
    first, second = open_form(), open_form("# the same\n" + TINY)
    button(first, "Start training").click().run()
    button(second, "Start training").click().run()  # which was open before the first pressed it
    assert len(started) == len(training_ids()) == 1
    assert "This very training is there already: toy-words-gru-1x5" in said(second)
    assert button(second, "Start training").disabled
    second.text_area(key="recipe-text").set_value(TINY + "seed: 7").run()
    assert not button(second, "Start training").disabled


def test_two_who_press_together_begin_one_training(home, started):
    corpus, recipe = open_corpus("toy-words"), read_recipe(TINY, "tiny")
    together, begun = threading.Barrier(8), []

    def press(number: int) -> None:
        together.wait()
        begun.append(begin_training(recipe, corpus, f"mine-{number}"))

    visitors = [threading.Thread(target=press, args=(number,)) for number in range(8)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert sorted(begun) == [False] * 7 + [True]
    assert len(started) == len(training_ids()) == 1


def test_a_running_training_is_watched_and_asked_to_stop(open_form, begun, started):
    hostile = "**bold** <script>alert(1)</script>\nsecond line"
    with at_work(begun):
        begun.report(**progress(update=1, loss=4.0))
        begun.report(**progress(), history=[epoch(1, 3.0)], sample=hostile, sample_update=14)
        app = open_form("")
        assert not app.exception
        shown = metrics(app)
        assert shown["Training, nats per word"] == "3.250"
        assert shown["Validation, best of epoch 1"] == "3.000"
        assert shown["Tokens per second"] == "1,234"
        assert shown["Time left"] == "1:15"
        assert app.code[0].value == hostile
        traces = json.loads(app.get("plotly_chart")[0].proto.spec)["data"]
        assert [(trace["name"], trace["x"], trace["y"]) for trace in traces] == [
            ("training", [1, 14], [4.0, 3.25]),
            ("validation", [10.0], [3.0]),
        ]
        assert app.dataframe[0].value["valid_nats"].tolist() == [3.0]
        assert [label for label in labels(app) if label in ("Stop", "Keep now", "Resume")] == ["Stop", "Keep now"]
        button(app, "Stop").click().run()
        assert begun.request() == "stop"
        assert "Stopping" in said(app)
        assert button(app, "Keep now").disabled
    assert started == []


def test_keeping_is_asked_for(open_form, begun):
    with at_work(begun):
        begun.report(**progress())
        app = open_form("")
        button(app, "Keep now").click().run()
        assert begun.request() == "keep"
        assert "then it is a run" in said(app)


def test_the_figures_follow_without_the_visitor(open_form, begun):
    with at_work(begun):
        begun.report(**progress())
        app = open_form("")
        begun.report(**progress(update=15, loss=2.5))
        app.run()
        assert metrics(app)["Training, nats per word"] == "2.500"
    begun.report(status="stopped")
    app.run()
    assert "Stopped after update 15 of 30" in said(app)


def test_an_interrupted_training_is_resumed_kept_or_deleted(open_form, begun, started, monkeypatch):
    begun.report(status="running", **progress())
    jobs.training_log(begun).write_text("Traceback\nMemoryError: **no** room\n\n")
    app = open_form("")
    assert not app.exception
    assert "interrupted" in said(app)
    assert "ended after update 14 of 30 without saying why" in said(app)
    assert app.code[0].value == "MemoryError: **no** room"
    assert "Keep what is learnt" not in labels(app)  # there is none
    (begun.path / "state-000000010").mkdir()
    app.run()
    button(app, "Keep what is learnt").click().run()
    assert started[0].arguments == ["train", "--resume", "mine", "--keep", "--json"]
    assert "starting" in said(app)
    assert "Resume" not in labels(app)
    started[0].ended = 1
    app.run()
    button(app, "Resume").click().run()
    assert started[1].arguments == ["train", "--resume", "mine", "--json"]
    resume_training("mine")  # by another visitor
    assert len(started) == 2
    started[1].ended = 1
    app.run()
    button(app, "Delete it").click().run()
    assert not begun.path.exists()
    assert training_ids() == []


def test_a_process_that_is_about_to_leave_is_no_hindrance(open_form, begun, started):
    resume_training("mine")
    begun.report(status="stopped", **progress())
    assert watch("mine").state == "stopped"
    assert started[0].ended is None
    app = open_form("")
    button(app, "Resume").click().run()
    assert started[0].ended == 0  # it was waited for
    assert len(started) == 2
    assert watch("mine").state == "starting"


def test_a_process_that_ends_before_its_first_word_is_not_taken_for_the_one_before(open_form, begun, started):
    begun.report(status="stopped", **progress())
    resume_training("mine")
    jobs.training_log(begun).write_text("ImportError: nothing works")
    started[0].ended = 1
    app = open_form("")
    assert "interrupted" in said(app)
    assert "ImportError: nothing works" in said(app)


def test_a_training_that_other_hands_began_is_found_again(open_form, begun):
    app = open_form("")
    assert "interrupted" in said(app)
    with at_work(begun):
        begun.report(**progress())
        app.run()
        assert "epoch 2 of 3" in json.dumps([one.proto.text for one in app.get("progress")])
        assert "Train another model" in [expander.label for expander in app.expander]


def test_what_a_press_could_not_do_is_said(open_form, begun):
    app = open_form("")
    with at_work(begun):
        button(app, "Delete it").click().run()
    assert not app.exception
    assert "The training mine is running" in said(app)
    assert begun.path.exists()
    app.run()  # it stays until the next press
    assert "The training mine is running" in said(app)
    button(app, "Delete it").click().run()
    assert "is running" not in said(app)
    assert not begun.path.exists()


def test_a_failed_training_says_why(open_form, begun, started):
    begun.report(status="failed", error={"message": "The loss exploded to *9*.", "hint": "Lower it."}, **progress())
    app = open_form("")
    assert not app.exception
    assert "The loss exploded to *9*." in said(app)
    assert "Lower it." in said(app)
    assert {"Resume", "Delete it"} <= set(labels(app))


def test_a_finished_training_leads_to_its_run(open_form, home):
    app = open_form("")
    perplexity = open_run("toy-words-lstm").test["perplexity"]
    assert f"toy-words-lstm · test perplexity {perplexity:.1f} · " in said(app).replace("**", "")
    links = [link.proto for link in app.get("page_link")]
    assert "to-run=toy-words-lstm" in [link.query_string for link in links]
    followed = open_form("")
    assert followed.selectbox(key="run").value == "toy-bytes-gru"
    followed.query_params["to-run"] = "toy-words-lstm"
    followed.run()
    assert followed.selectbox(key="run").value == "toy-words-lstm"
    assert "to-run" not in followed.query_params
    followed.query_params["to-run"] = "nobody"
    followed.run()
    assert followed.selectbox(key="run").value == "toy-words-lstm"


def test_what_a_killed_process_left_of_a_finished_training_is_deleted(open_form, home):
    folder = new_training(read_recipe(TINY, "tiny"), open_corpus("toy-words"), "mine")
    folder.report(status="running", **progress())
    (home / "runs" / "toy-bytes-gru").rename(home / "runs" / "mine")
    app = open_form("")
    assert "It is a run already" in said(app)
    assert "Resume" not in labels(app)
    button(app, "Delete it").click().run()
    assert training_ids() == []
    assert open_run("mine")


@pytest.mark.parametrize("damage", ["{", "[]", '{"status": 3, "curve": "x"}', '{"loss": 1e999, "history": [{}]}'])
def test_damaged_progress_is_as_good_as_none(open_form, begun, damage):
    (begun.path / "progress.json").write_text(damage)
    app = open_form("")
    assert not app.exception
    assert "interrupted" in said(app)


def test_a_damaged_training_is_said_and_the_rest_works(open_form, begun):
    (begun.path / "training.json").write_text('{"schema": 99}')
    app = open_form()
    assert not app.exception
    assert "The training mine is damaged" in said(app)
    assert not button(app, "Start training").disabled


def test_a_damaged_corpus_is_said(open_form, home):
    (home / "corpora" / "toy-words" / "train.npy").write_bytes(b"")
    app = open_form("")
    assert not app.exception
    assert "is damaged" in said(app)


def test_without_a_corpus_the_page_leads_to_one(open_page, tmp_path):
    app = open_page("training", home=tmp_path)
    assert not app.exception
    assert "no corpus to train on" in said(app)
    assert [link.proto.label for link in app.get("page_link")] == ["Upload a text"]


def test_an_old_run_is_not_news(open_form, home):
    for run_id in ("toy-words-lstm", "toy-bytes-gru"):
        manifest = home / "runs" / run_id / "manifest.json"
        content = manifest.read_bytes()
        manifest.unlink()
        manifest.write_bytes(content)
        os.utime(manifest, (time.time() - 7200,) * 2)
    assert "See the run" not in [link.proto.label for link in open_form("").get("page_link")]
