import math
import random
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
from models.training import loop
from models.training.history import history_to_json
from models.training.loop import train

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


def updates_per_epoch(recipe: Recipe, corpus: Corpus) -> int:
    return math.ceil((len(corpus.splits["train"]) - 1) // recipe.training.batch / recipe.training.steps)


@pytest.fixture
def noise(corpus) -> Corpus:
    """Whatever is learnt of its training part is wrong for the others."""
    return with_ids(corpus, np.random.default_rng(5).integers(len(corpus.vocabulary), size=500).astype(np.uint16))


def make_overfitting_recipe(**settings) -> Recipe:
    recipe = make_recipe(**{"epochs": 12, "learning_rate": 0.05, "schedule": "constant"} | settings)
    return recipe.with_settings(["model.units=32", "model.dropout=0"])


def weights(network: torch.nn.Module) -> torch.Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in network.parameters()])


ONE_HOT = ["model.embedding=one-hot", "training.optimizer=rmsprop", "training.rmsprop_decay=0.95"]


@pytest.mark.parametrize(
    ("cell", "settings"),
    [("rnn", []), ("gru", []), ("lstm", []), ("gru", ["training.learning_rate=0.02", *ONE_HOT])],
    ids=["rnn", "gru", "lstm", "gru-one-hot-rmsprop"],
)
def test_a_planted_markov_language_is_learnt_to_its_entropy(tmp_path, rnnscope_home, cell, settings):
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
    recipe = recipe.with_settings([f"model.cell={cell}", "model.dropout=0", *settings])
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


def test_the_weights_are_those_of_the_best_epoch(noise):
    trained = train(make_overfitting_recipe(checkpoint_every=1), noise, device=CPU)
    valid = [epoch.valid_nats for epoch in trained.history]
    assert trained.best_epoch == 1 + int(np.argmin(valid)) < 12
    assert trained.history[-1].train_nats < trained.history[0].train_nats
    measured = cross_entropy_nats(trained.network, noise.splits["valid"], streams=20)
    assert measured == pytest.approx(min(valid), abs=1e-6)
    assert not trained.network.training

    after_epoch = [checkpoint.weights for checkpoint in trained.checkpoints]
    assert_same_weights(dict(trained.network.named_parameters()), after_epoch[trained.best_epoch - 1])
    assert_same_weights(trained.last_weights, after_epoch[-1])


def assert_same_weights(found, expected):
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[name], expected[name]) for name in expected)


def test_there_are_no_other_last_weights_where_the_last_are_the_best(corpus):
    trained = train(make_recipe(epochs=2), corpus, device=CPU)
    assert trained.best_epoch == 2
    assert trained.last_weights is None


@pytest.mark.parametrize("patience", [1, 3])
def test_patience_ends_a_training_that_learns_nothing_more(noise, patience):
    long = train(make_overfitting_recipe(), noise, device=CPU)
    short = train(make_overfitting_recipe(patience=patience), noise, device=CPU)
    stops_after = short.best_epoch + patience
    assert len(short.history) == stops_after < 12
    assert [epoch.valid_nats for epoch in short.history] == [epoch.valid_nats for epoch in long.history[:stops_after]]


def test_patience_counts_from_the_best_epoch(corpus, monkeypatch):
    valid = iter([3.0, 3.1, 2.9, 3.0, 2.8, 2.9, 2.9, 1.0])
    monkeypatch.setattr(loop, "cross_entropy_nats", lambda *_, **__: next(valid))
    trained = train(make_recipe(epochs=8, patience=2), corpus, device=CPU)
    assert (len(trained.history), trained.best_epoch) == (7, 5)


def test_plateau_lowers_the_rate_after_each_epoch_that_is_not_the_best_yet(corpus, monkeypatch):
    valid = iter([3.0, 3.1, 2.9, 2.95, 2.92, 2.8])
    monkeypatch.setattr(loop, "cross_entropy_nats", lambda *_, **__: next(valid))
    recipe = make_recipe(epochs=6, schedule="plateau", learning_rate=0.008, decay_factor=0.5)
    rates = [epoch.learning_rate for epoch in train(recipe, corpus, device=CPU).history]
    assert rates == [0.008, 0.008, 0.004, 0.004, 0.002, 0.001]


def test_checkpoints_are_kept_at_the_updates_that_the_recipe_names(corpus):
    recipe = make_recipe(epochs=5, checkpoints_in_first_epoch=3, checkpoint_every=2, steps=10)
    trained = train(recipe, corpus, device=CPU)
    first = updates_per_epoch(recipe, corpus)
    assert first > 10
    assert first % 2 == 0  # or else an even update would be an even epoch
    updates = [math.ceil(first / 4), math.ceil(first / 2), first, 2 * first, 4 * first]
    assert [checkpoint.update for checkpoint in trained.checkpoints] == updates
    assert [checkpoint.epoch for checkpoint in trained.checkpoints] == [update / first for update in updates]
    network = RecurrentLanguageModel(recipe.model, len(corpus.vocabulary)).eval()
    for checkpoint in trained.checkpoints:
        network.load_state_dict(checkpoint.weights)
        measured = cross_entropy_nats(network, corpus.splits["valid"], streams=20)
        assert measured == pytest.approx(checkpoint.valid_nats, abs=1e-6)
    assert [c.valid_nats for c in trained.checkpoints[2:]] == [trained.history[epoch].valid_nats for epoch in (0, 1, 3)]


@pytest.mark.parametrize(("in_first", "updates"), [(0, []), (1, [1]), (20, [1])])
def test_an_epoch_of_one_update_has_one_checkpoint(noise, in_first, updates):
    recipe = make_recipe(epochs=2, steps=1000, checkpoints_in_first_epoch=in_first, stored_precision="float16")
    checkpoints = train(recipe, noise, device=CPU).checkpoints
    assert [checkpoint.update for checkpoint in checkpoints] == updates
    assert all(value.dtype == torch.float16 for kept in checkpoints for value in kept.weights.values())


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


@pytest.mark.parametrize("schedule", ["constant", "linear", "cosine", "decay", "plateau"])
def test_the_history_holds_the_rate_that_each_epoch_ended_with(corpus, monkeypatch, schedule):
    used, rate_of = [], loop.learning_rate

    def watched(settings, update, *rest):
        rate = rate_of(settings, update, *rest)
        if update == len(used):  # asked before an update rather than about one
            used.append(rate)
        return rate

    monkeypatch.setattr(loop, "learning_rate", watched)
    recipe = make_recipe(schedule=schedule, epochs=4, decay_after=2, learning_rate=0.01)
    trained = train(recipe, corpus, device=CPU)
    per_epoch = updates_per_epoch(recipe, corpus)
    assert [epoch.learning_rate for epoch in trained.history] == used[per_epoch - 1 :: per_epoch]
    if schedule == "decay":
        assert [epoch.learning_rate for epoch in trained.history] == [0.01, 0.01, 0.005, 0.0025]


def test_progress_and_history_are_reported(corpus, monkeypatch):
    monkeypatch.setattr("models.training.loop.REPORT_EVERY_SECONDS", -1.0)
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
    monkeypatch.setattr("models.training.loop.REPORT_EVERY_SECONDS", -1.0)

    def cancel(progress, network):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(make_recipe(epochs=1000), corpus, device=CPU, on_progress=cancel)


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_a_loss_that_is_no_number_stops_the_training(corpus, schedule, monkeypatch):
    monkeypatch.setattr("models.training.loop.REPORT_EVERY_SECONDS", math.inf)  # a report amid it would say: exploded
    recipe = make_recipe(learning_rate=1000, weight_decay=10, epochs=50, steps=2, schedule=schedule)
    with pytest.raises(UserError, match=r"stopped being a number in epoch 1, .*learning rate (1e\+03|\d{3})") as caught:
        train(recipe, corpus, device=CPU)
    setting = caught.value.hint.rpartition("--set ")[2]
    assert recipe.with_settings([setting]).training.learning_rate == 100  # what the hint says can be done


def test_a_loss_that_explodes_stops_the_training(corpus):
    recipe = make_recipe(optimizer="sgd", learning_rate=500, epochs=3, schedule="constant", clip_norm=None)
    pattern = r"exploded to [\d,]+ nats in epoch 1, by update \d+; learning rate 500 \(a uniform guess: 4\.1\)"
    with pytest.raises(UserError, match=pattern) as caught:
        train(recipe, corpus, device=CPU)
    setting = caught.value.hint.rpartition("--set ")[2]
    assert recipe.with_settings([setting]).training.learning_rate == 50


def test_weights_too_large_for_the_stored_precision_are_refused(corpus, monkeypatch):
    monkeypatch.setattr("models.training.divergence.EXPLODED", math.inf)
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


FAR_BACK = 12  # tokens, at least, between the one that tells the class and the end


@pytest.fixture
def planted_texts(tmp_path, rnnscope_home):
    """planted_texts(shuffled) → a corpus whose texts' class is told by their first word, or by nothing at all."""

    def prepare(shuffled: bool) -> Corpus:
        draw = random.Random(8)
        classes = [draw.choice(["left", "middle", "right"]) for _ in range(900)]
        words = {"left": "red", "middle": "blue", "right": "green"}
        texts = [" ".join([words[c], *draw.choices("abcdefgh", k=FAR_BACK + draw.randrange(6))]) for c in classes]
        if shuffled:
            draw.shuffle(classes)
        table = tmp_path / "planted.csv"
        rows = zip(classes, texts, strict=True)
        table.write_text("label,text\n" + "".join(f"{label},{text}\n" for label, text in rows))
        return prepare_corpus(table, Tokenisation("words", "none"), labels=LabelOptions("label"))

    return prepare


def make_classifier_recipe(**model) -> Recipe:
    settings = {"cell": "gru", "layers": 1, "units": 16, "embedding": 8} | model
    rates = {"epochs": 6, "batch": 16, "steps": 100, "learning_rate": 0.02}
    return Recipe(task="classifier", model=settings, training=rates)


@pytest.mark.parametrize("model", [{"cell": "gru"}, {"cell": "lstm", "bidirectional": True}])
def test_a_classifier_learns_a_class_that_the_first_word_tells(planted_texts, model):
    trained = train(make_classifier_recipe(**model), planted_texts(shuffled=False), device=CPU)
    assert trained.test["accuracy"] > 0.98
    assert trained.test["balanced_accuracy"] > 0.98
    assert trained.test["cross_entropy_nats"] < 0.1


def test_a_classifier_of_shuffled_classes_is_at_chance(planted_texts):
    trained = train(make_classifier_recipe(), planted_texts(shuffled=True), device=CPU)
    assert trained.test["accuracy"] == pytest.approx(1 / 3, abs=0.15)  # three standard deviations of 90 texts
    assert trained.test["cross_entropy_nats"] > math.log(3) - 0.05


def test_weighted_classes_count_alike(tmp_path, rnnscope_home):
    # three of four texts are `no`, whatever they say: the best guess is (1/4, 3/4), or (1/2, 1/2) if weighted
    rng = np.random.default_rng(5)
    table = tmp_path / "noise.csv"
    words = (" ".join(rng.choice(list("abcdefgh"), 6)) for _ in range(1200))
    table.write_text("label,text\n" + "".join(f"{'no' if n % 4 else 'yes'},{text}\n" for n, text in enumerate(words)))
    costs = []
    for balance in ("none", "class-weights"):
        labels = LabelOptions("label", balance=balance)
        corpus = prepare_corpus(table, Tokenisation("words", "none"), name=balance, labels=labels)
        trained = train(make_classifier_recipe().with_settings(["training.epochs=2"]), corpus, device=CPU)
        costs.append(trained.test["cross_entropy_nats"])
        assert trained.history[-1].train_nats == pytest.approx(costs[-1], abs=0.05)
    assert costs == pytest.approx([-0.25 * math.log(0.25) - 0.75 * math.log(0.75), math.log(2)], abs=0.04)


def test_a_text_is_read_up_to_the_steps_of_the_recipe(planted_texts):
    recipe = make_classifier_recipe(bidirectional=True).with_settings(["training.steps=1"])
    trained = train(recipe, planted_texts(shuffled=False), device=CPU)
    assert trained.test["accuracy"] == 1  # the first word is all there is


def test_running_text_has_no_classes(corpus):
    with pytest.raises(UserError, match="is running text, and a classifier needs labelled texts") as caught:
        train(make_classifier_recipe(), corpus, device=CPU)
    assert "--label-column" in caught.value.hint


def test_more_texts_at_a_time_than_there_are_are_refused(planted_texts):
    corpus = planted_texts(shuffled=False)
    texts = len(corpus.texts["train"])
    with pytest.raises(UserError, match=f"A batch of {texts + 1} texts is more than the training part") as caught:
        train(make_classifier_recipe().with_settings([f"training.batch={texts + 1}"]), corpus, device=CPU)
    assert f"training.batch={texts}," in caught.value.hint
