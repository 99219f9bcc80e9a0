import math

import pytest
import torch

from data_prep.corpus import Corpus
from data_prep.errors import UserError
from data_prep.labelled import LabelOptions
from data_prep.preparing import prepare_corpus
from data_prep.tokens import Tokenisation
from models.network import build_network, parameter_count
from models.recipe import ModelSettings, Recipe
from models.training.loop import train
from models.training.plan import plan_training


@pytest.fixture
def text(tmp_path, rnnscope_home, make_text) -> Corpus:
    (tmp_path / "toy.txt").write_text(make_text(150, seed=7))
    return prepare_corpus(tmp_path / "toy.txt", Tokenisation("words"), cap=60)


@pytest.fixture
def reviews(tmp_path, rnnscope_home) -> Corpus:
    (tmp_path / "reviews.csv").write_text(
        "stars,text\n" + "".join(f"{'good' if n % 4 else 'bad'},{'a b c ' * (n % 9)} number {n}\n" for n in range(200))
    )
    return prepare_corpus(tmp_path / "reviews.csv", Tokenisation(), labels=LabelOptions("stars"))


@pytest.mark.parametrize(
    "model",
    [
        {"cell": "lstm", "layers": 2, "units": 7, "embedding": 5},
        {"cell": "gru", "layers": 3, "units": 6, "embedding": 6, "tied": True, "dropout": 0.3},
        {"cell": "rnn", "layers": 1, "units": 9, "embedding": "one-hot", "initial_range": 0.1},
        {"cell": "lstm", "layers": 2, "units": 4, "embedding": 3, "bidirectional": True},
    ],
)
def test_the_plan_is_what_the_training_does(text, reviews, monkeypatch, model):
    monkeypatch.setattr("models.training.loop.REPORT_EVERY_SECONDS", -1.0)
    classifies = model.get("bidirectional", False)
    task, corpus = ("classifier", reviews) if classifies else ("language-model", text)
    recipe = Recipe(task=task, model=model, training={"epochs": 2, "batch": 12, "steps": 11})
    plan, reports = plan_training(recipe, corpus), []
    network = build_network(recipe, len(corpus.vocabulary), len(corpus.classes))
    assert plan.parameters == network.parameter_count()
    train(recipe, corpus, device=torch.device("cpu"), on_progress=lambda now, _: reports.append(now))
    assert reports[-1].update == 2 * plan.updates_per_epoch
    if not classifies:
        assert plan.updates_per_epoch == math.ceil((len(text.splits["train"]) - 1) // 12 / 11)


def test_a_size_that_no_memory_holds_is_still_counted():
    settings = ModelSettings(cell="lstm", layers=16, units=8192, embedding=8192)
    layer = 4 * (8192 * 8192 * 2 + 2 * 8192)
    assert parameter_count(settings, 100_000, 100_000) == 16 * layer + 2 * 100_000 * 8192 + 100_000


def test_counting_draws_no_random_numbers():
    before = torch.get_rng_state()
    parameter_count(ModelSettings(), 100, 100)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    ("raw", "which", "sentence"),
    [
        ({"training": {"batch": 5000}}, "text", "longer than the training part"),
        ({"task": "classifier", "training": {"batch": 5000}}, "reviews", "more than the training part"),
        ({"task": "classifier"}, "text", "needs labelled texts"),
        ({}, "reviews", "reads running text"),
    ],
)
def test_what_does_not_fit_is_said(text, reviews, raw, which, sentence):
    with pytest.raises(UserError, match=sentence):
        plan_training(Recipe.model_validate(raw), {"text": text, "reviews": reviews}[which])
