"""A training can be listened to without being disturbed, and its end can be asked for."""

import pytest
import torch

from data_prep.corpus import Corpus, open_corpus
from data_prep.errors import UserError
from data_prep.preparing import prepare_corpus
from data_prep.tokens import Tokenisation
from models.network import RecurrentClassifier, RecurrentLanguageModel
from models.recipe import ModelSettings, Recipe
from models.run import open_run
from models.training import sample as sample_module
from models.training.job import new_training, run_training
from models.training.loop import train
from models.training.sample import LiveSample
from models.training.trainings import find_training, open_training

CPU = torch.device("cpu")
RECIPE = Recipe(
    model={"cell": "lstm", "layers": 2, "units": 6, "embedding": 6, "dropout": 0.3},
    training={"epochs": 3, "batch": 10, "steps": 8, "learning_rate": 0.02},
)


@pytest.fixture
def corpus(tmp_path, rnnscope_home, make_text) -> Corpus:
    (tmp_path / "toy.txt").write_text(make_text(150, seed=7))
    return prepare_corpus(tmp_path / "toy.txt", Tokenisation("words"), name="toy", cap=60)


@pytest.fixture
def clock(monkeypatch):
    """A clock that the test moves; writing a sample takes `took` seconds."""

    class Clock:
        now, took = 100.0, 0.01

        def monotonic(self) -> float:
            return self.now

    clock = Clock()
    monkeypatch.setattr(sample_module, "time", clock)
    write = sample_module.sample

    def slow(*arguments, **options):
        clock.now += clock.took
        return write(*arguments, **options)

    monkeypatch.setattr(sample_module, "sample", slow)
    return clock


def network(corpus: Corpus) -> RecurrentLanguageModel:
    torch.manual_seed(0)
    return RecurrentLanguageModel(RECIPE.model, len(corpus.vocabulary)).train()


def test_a_training_goes_on_as_if_nothing_had_been_written(corpus, monkeypatch):
    monkeypatch.setattr("models.training.loop.REPORT_EVERY_SECONDS", -1.0)
    live, written = LiveSample(corpus), []

    def listen(now, trained):
        live.due = live.rested = 0.0
        written.append(live.write(trained, now.epoch, now.update))

    alone = train(RECIPE, corpus, device=CPU)
    heard = train(RECIPE, corpus, device=CPU, on_progress=listen)
    for name, parameter in alone.network.named_parameters():
        assert torch.equal(parameter, dict(heard.network.named_parameters())[name]), name
    assert [found["sample_update"] for found in written] == list(range(1, len(written) + 1))
    assert all(found["sample"] for found in written)
    assert len({found["sample"] for found in written}) > 1


def test_it_writes_seldom_and_at_each_epoch(corpus, clock):
    live, model = LiveSample(corpus), network(corpus)
    assert live.write(model, 1, 1)
    clock.now += 14.9
    assert live.write(model, 1, 2) == {}
    assert live.write(model, 2, 3)
    clock.now += 15.0
    assert live.write(model, 2, 4)
    clock.now += 0.4
    assert live.write(model, 3, 5) == {}  # epochs of a blink: no more than a fiftieth of the time
    clock.now += 0.2
    assert live.write(model, 3, 6)


def test_a_slow_network_is_left_alone(corpus, clock):
    live, model = LiveSample(corpus), network(corpus)
    clock.took = 3.0
    assert live.write(model, 1, 1)
    clock.now += 149.0
    assert live.write(model, 2, 2) == {}
    clock.now += 2.0
    assert live.write(model, 2, 3)


def test_what_cannot_write_does_not_end_the_training(corpus):
    classifier = RecurrentClassifier(ModelSettings(units=4, embedding=4), len(corpus.vocabulary), 2)
    assert LiveSample(corpus).write(classifier, 1, 1) == {}
    broken = network(corpus)
    with torch.no_grad():
        broken.decoder.weight.fill_(torch.nan)
    assert LiveSample(corpus).write(broken, 1, 7) == {"sample": "", "sample_update": 7}


def test_watchers_see_sample_losses_and_what_they_mean(corpus, monkeypatch):
    monkeypatch.setattr("models.training.loop.REPORT_EVERY_SECONDS", -1.0)
    folder, seen = new_training(RECIPE, corpus, "mine"), []
    run_training(folder, device=CPU, on_progress=lambda _: seen.append(folder.progress()))
    assert seen[-1]["sample"]
    assert seen[-1]["per"] == "word"
    assert seen[-1]["uniform_nats"] == pytest.approx(torch.tensor(float(len(corpus.vocabulary))).log().item())
    assert [epoch["epoch"] for epoch in seen[-1]["history"]] == [1, 2]
    assert not folder.path.exists()


def test_keep_ends_a_training_at_once_and_makes_a_run(corpus, monkeypatch):
    monkeypatch.setattr("models.training.loop.REPORT_EVERY_SECONDS", -1.0)
    folder = new_training(RECIPE.with_settings(["training.epochs=10000"]), corpus, "mine")
    run = run_training(folder, device=CPU, keep=True)
    assert run == open_run("mine")
    assert len(run.history) == 1
    assert not folder.path.exists()


def test_a_corpus_that_was_made_anew_is_reported(corpus, tmp_path, make_text):
    folder = new_training(RECIPE, corpus, "mine")
    (tmp_path / "other.txt").write_text(make_text(150, seed=8))
    for path in corpus.folder.iterdir():
        path.unlink()
    corpus.folder.rmdir()
    prepare_corpus(tmp_path / "other.txt", Tokenisation("words"), name="toy", cap=60)
    with pytest.raises(UserError, match="not the one"):
        run_training(folder, device=CPU)
    assert folder.progress()["status"] == "failed"
    assert "not the one" in folder.progress()["error"]["message"]


def test_the_same_training_is_found_by_what_it_does(corpus, tmp_path, make_text):
    (tmp_path / "other.txt").write_text(make_text(150, seed=8))
    other = prepare_corpus(tmp_path / "other.txt", Tokenisation("words"), cap=60)
    folder = new_training(RECIPE, corpus, "mine")
    assert find_training(RECIPE.model_copy(update={"name": "another", "corpus": "elsewhere"}), corpus) == folder
    assert find_training(RECIPE.with_settings(["seed=1"]), corpus) is None
    assert find_training(RECIPE, other) is None
    (folder.path / "training.json").write_text("{}")
    assert find_training(RECIPE, corpus) is None


def test_a_deleted_training_stays_deleted(corpus):
    folder = new_training(RECIPE, open_corpus("toy"), "mine")
    with open_training("mine").locked(), pytest.raises(UserError, match="is running"):
        folder.delete()
    folder.delete()
    assert not folder.is_running()
    folder.delete()
    assert not folder.path.exists()
    with pytest.raises(UserError, match="has ended"):
        folder.ask("stop")
