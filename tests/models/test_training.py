import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from data_prep.corpus import Corpus
from data_prep.errors import UserError
from data_prep.labelled import LabelOptions
from data_prep.preparing import prepare_corpus
from data_prep.tokens import Tokenisation
from models.evaluation import cross_entropy_nats
from models.network import RecurrentLanguageModel
from models.recipe import Recipe
from models.training import history_to_json, train

CPU = torch.device("cpu")
STATES = 6


def make_recipe(**training) -> Recipe:
    settings = {"epochs": 1, "batch": 10, "steps": 20, "learning_rate": 0.01}
    return Recipe(
        model={"cell": "gru", "layers": 1, "units": 8, "embedding": 6, "dropout": 0.2}, training=settings | training
    )


@pytest.fixture
def corpus(tmp_path, rnnscope_home, make_text) -> Corpus:
    path = tmp_path / "toy.txt"
    path.write_text(make_text(150, seed=7))
    return prepare_corpus(path, Tokenisation("words"), cap=60)


def with_ids(corpus: Corpus, ids: np.ndarray) -> Corpus:
    """The corpus with other token ids, four fifths of them for training."""
    parts = np.split(ids, [len(ids) * 4 // 5, len(ids) * 9 // 10])
    return replace(corpus, splits=dict(zip(corpus.splits, parts, strict=True)))


def weights(network: torch.nn.Module) -> torch.Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in network.parameters()])


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_planted_markov_language_is_learnt_to_its_entropy(tmp_path, rnnscope_home, cell):
    rng = np.random.default_rng(11)
    chain = rng.dirichlet(np.full(STATES, 0.4), size=STATES)
    values, vectors = np.linalg.eig(chain.T)
    stationary = np.real(vectors[:, np.argmax(values.real)])
    stationary /= stationary.sum()
    entropy_rate = -(stationary[:, None] * chain * np.log(chain)).sum()
    unigram_entropy = -(stationary * np.log(stationary)).sum()
    states = [0]
    for draw in rng.random(30_000 - 1):
        states.append(min(int(np.searchsorted(chain[states[-1]].cumsum(), draw)), STATES - 1))
    (tmp_path / "chain.txt").write_text("".join("abcdef"[state] for state in states))
    corpus = prepare_corpus(tmp_path / "chain.txt", Tokenisation("bytes"))
    recipe = make_recipe(epochs=8, batch=20, steps=25, learning_rate=0.05)
    recipe = recipe.with_settings([f"model.cell={cell}", "model.dropout=0"])
    trained = train(recipe, corpus, device=CPU)

    test = np.array(states[27_000:])
    truth = -np.log(chain[test[:-1], test[1:]]).mean()  # what the planted chain itself pays on this sample
    assert truth == pytest.approx(entropy_rate, abs=0.03)
    assert unigram_entropy - entropy_rate > 0.5  # or else nothing would be learnt from the token before
    nats = trained.test["cross_entropy_nats"]
    assert truth - 0.003 < nats < truth + 0.01
    assert trained.test["bits_per_character"] == nats / math.log(2)


def test_training_is_deterministic_for_a_seed(corpus):
    recipe = make_recipe(epochs=2)
    first, again = train(recipe, corpus, device=CPU), train(recipe, corpus, device=CPU)
    other = train(recipe.model_copy(update={"seed": 1}), corpus, device=CPU)
    assert torch.equal(weights(first.network), weights(again.network))
    assert first.test == again.test
    assert not torch.equal(weights(first.network), weights(other.network))


def test_the_state_is_carried_within_an_epoch_without_its_gradient(corpus, monkeypatch):
    read, states = RecurrentLanguageModel.read, []

    def watched(network, ids, state=None):
        hidden, after = read(network, ids, state)
        if network.training:
            states.append((state, after))
        return hidden, after

    monkeypatch.setattr(RecurrentLanguageModel, "read", watched)
    train(make_recipe(epochs=2), corpus, device=CPU)
    starts = [place for place, (before, _) in enumerate(states) if before is None]
    assert starts == [0, len(states) // 2]
    assert len(states) > 10
    for place, (before, _) in enumerate(states):
        if place not in starts:
            assert torch.equal(before, states[place - 1][1])
            assert not before.requires_grad


def test_the_weights_are_those_of_the_best_epoch(corpus):
    # noise: whatever is learnt of the training part is wrong for the others
    noise = with_ids(corpus, np.random.default_rng(5).integers(len(corpus.vocabulary), size=500).astype(np.uint16))
    recipe = make_recipe(epochs=12, learning_rate=0.05, schedule="constant")
    recipe = recipe.with_settings(["model.units=32", "model.dropout=0"])
    trained = train(recipe, noise, device=CPU)
    valid = [epoch.valid_nats for epoch in trained.history]
    assert trained.best_epoch == 1 + int(np.argmin(valid)) < 12
    assert trained.history[-1].train_nats < trained.history[0].train_nats
    measured = cross_entropy_nats(trained.network, noise.splits["valid"], streams=20)
    assert measured == pytest.approx(min(valid), abs=1e-6)
    assert not trained.network.training


def test_the_test_figures_are_those_of_the_stored_precision(corpus):
    for precision in ("float32", "float16"):
        trained = train(make_recipe(stored_precision=precision), corpus, device=CPU)
        values = weights(trained.network)
        assert values.dtype == torch.float32
        assert torch.equal(values, values.to(getattr(torch, precision)).float())
        assert trained.test["cross_entropy_nats"] == cross_entropy_nats(trained.network, corpus.splits["test"])


@pytest.mark.parametrize("optimizer", ["adamw", "adam", "sgd", "rmsprop"])
def test_every_optimizer_learns(corpus, optimizer):
    rate = 3.0 if optimizer == "sgd" else 0.01
    trained = train(make_recipe(optimizer=optimizer, learning_rate=rate, epochs=4), corpus, device=CPU)
    assert trained.history[-1].train_nats < trained.history[0].train_nats
    assert trained.test["cross_entropy_nats"] < math.log(len(corpus.vocabulary)) - 0.2


@pytest.mark.parametrize(("schedule", "ends_at"), [("constant", 0.01), ("linear", 0.0), ("cosine", 0.0)])
def test_the_learning_rate_follows_its_schedule(corpus, schedule, ends_at):
    trained = train(make_recipe(schedule=schedule, epochs=4), corpus, device=CPU)
    rates = [epoch.learning_rate for epoch in trained.history]
    assert rates[-1] == pytest.approx(ends_at, abs=1e-12)
    assert rates == sorted(rates, reverse=True)
    assert rates[1] == pytest.approx({"constant": 0.01}.get(schedule, 0.005))  # half of the way, half of the rate


def test_progress_and_history_are_reported(corpus, monkeypatch):
    monkeypatch.setattr("models.training.REPORT_EVERY_SECONDS", -1.0)
    steps, epochs = [], []
    watch = {"on_progress": lambda now, _: steps.append(now), "on_epoch": epochs.append}
    trained = train(make_recipe(epochs=3), corpus, device=CPU, **watch)
    assert epochs == trained.history
    assert [entry["epoch"] for entry in history_to_json(epochs)] == [1, 2, 3]
    assert [step.update for step in steps] == list(range(1, steps[-1].updates + 1))
    assert steps[-1].updates == 3 * math.ceil((len(corpus.splits["train"]) - 1) // 10 / 20)
    assert steps[-1].seconds_left == 0
    assert all(step.tokens_per_second > 0 and step.loss > 0 for step in steps)
    assert [epoch.seconds for epoch in epochs] == sorted(epoch.seconds for epoch in epochs)


def test_a_watcher_can_cancel(corpus, monkeypatch):
    monkeypatch.setattr("models.training.REPORT_EVERY_SECONDS", -1.0)

    def cancel(progress, network):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(make_recipe(epochs=1000), corpus, device=CPU, on_progress=cancel)


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_a_loss_that_is_no_number_stops_the_training(corpus, schedule):
    recipe = make_recipe(learning_rate=1000, weight_decay=10, epochs=50, steps=2, schedule=schedule)
    with pytest.raises(UserError, match=r"stopped being a number in epoch 1, .*learning rate (1e\+03|\d{3})") as caught:
        train(recipe, corpus, device=CPU)
    setting = caught.value.hint.rpartition("--set ")[2]
    assert recipe.with_settings([setting]).training.learning_rate == 100  # what the hint says can be done


def test_weights_too_large_for_the_stored_precision_are_refused(corpus, monkeypatch):
    monkeypatch.setattr("models.training.EXPLODED", math.inf)
    # two updates blow the weights up to 10^7: finite as they are, and infinite in half precision
    steps = len(corpus.splits["train"]) // 20 + 1
    recipe = make_recipe(learning_rate=1000, weight_decay=10, steps=steps, schedule="constant")
    assert train(recipe, corpus, device=CPU).test["perplexity"] == math.inf
    recipe = recipe.with_settings(["training.stored_precision=float16"])
    with pytest.raises(UserError, match="not numbers") as caught:
        train(recipe, corpus, device=CPU)
    assert "learning_rate" in caught.value.hint


def test_a_batch_longer_than_the_training_part_is_refused(corpus):
    tokens = len(corpus.splits["train"])
    with pytest.raises(UserError, match=f"A batch of {tokens} streams is longer") as caught:
        train(make_recipe(batch=tokens), corpus, device=CPU)
    assert f"training.batch={tokens - 1}" in caught.value.hint
    assert train(make_recipe(batch=tokens - 1), corpus, device=CPU).history


def test_labelled_texts_are_no_running_text(tmp_path, rnnscope_home):
    table = tmp_path / "reviews.csv"
    table.write_text("label,text\n" + "".join(f"{n % 2},text number {'x' * n} here\n" for n in range(60)))
    reviews = prepare_corpus(table, Tokenisation(), labels=LabelOptions("label"))
    with pytest.raises(UserError, match="separate labelled texts"):
        train(Recipe(), reviews, device=torch.device("cpu"))
