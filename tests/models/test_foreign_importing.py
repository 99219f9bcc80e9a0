import json

import numpy as np
import pytest
import torch
from torch import nn

from data_prep.errors import UserError
from models.evaluation import cross_entropy_nats
from models.foreign.examining import ImportOptions, examine_network
from models.foreign.importing import keep_network, prepare_text, suggested_run_id
from models.foreign.reading import read_weights
from models.run import list_runs, open_run

V = 23
TOKENS = ["<unk>", "<eos>", ".", *(f"w{chr(97 + place)}" for place in range(V - 3))]


@pytest.fixture
def vocabulary(tmp_path, rnnscope_home):
    path = tmp_path / "vocabulary.json"
    path.write_text(json.dumps(TOKENS))
    return path


@pytest.fixture
def text(tmp_path):
    words = np.random.default_rng(0).choice(TOKENS[2:], 400)
    path = tmp_path / "text.txt"
    path.write_text(" ".join(words))
    return path


def classifier(outputs=3, *, bidirectional=True) -> dict[str, torch.Tensor]:
    torch.manual_seed(2)
    parts = {
        "embed": nn.Embedding(V, 5),
        "rnn": nn.GRU(5, 6, bidirectional=bidirectional),
        "fc": nn.Linear(12 if bidirectional else 6, outputs),
    }
    return {key: value for name, part in parts.items() for key, value in part.state_dict(prefix=f"{name}.").items()}


def fault(*arguments, **options) -> UserError:
    with pytest.raises(UserError) as caught:
        examine_network(*arguments, ImportOptions(**options))
    assert caught.value.hint
    assert list_runs()[1] == {}
    return caught.value


def test_an_imported_run_predicts_what_the_original_did(foreign, foreign_folder, vocabulary):
    weights, ids, probabilities = foreign("lstm-tied")
    examined = examine_network(weights, vocabulary, ImportOptions(check=foreign_folder / "lstm-tied.npz"))
    assert examined.agreement.agrees
    assert "it is the same network" in examined.agreement_sentence
    run = keep_network(examined, suggested_run_id(weights, examined))
    assert run == open_run("lstm-tied-lstm-2x12")
    assert run.origin == "imported"
    assert run.summary()["corpus"] is None
    assert run.test == {}
    assert run.history == []
    assert run.vocabulary.tokens == tuple(TOKENS)
    assert run.imported["file"] == weights.name
    assert run.imported["agreement"]["largest"] < 1e-6
    assert run.imported["keys"]["embedding.weight"] == "encoder.weight"
    network = run.load_language_model()
    assert run.parameters == network.parameter_count()
    ours = network(torch.from_numpy(ids)[:, None])[0][:, 0].softmax(-1)
    assert (ours - torch.from_numpy(probabilities)).abs().max() < 1e-5
    assert suggested_run_id(weights, examined) == "lstm-tied-lstm-2x12-2"


def test_what_does_not_agree_is_kept_and_said(foreign, foreign_folder, vocabulary):
    weights, _, _ = foreign("rnn")
    examined = examine_network(weights, vocabulary, ImportOptions(check=foreign_folder / "checkpoint.npz"))
    assert not examined.agreement.agrees
    assert "That is not the same network. Usual causes: dropout" in examined.agreement_sentence
    assert keep_network(examined, "other").imported["agreement"]["largest"] > 1e-4


def test_a_text_gives_it_a_corpus_and_test_figures(foreign, vocabulary, text):
    weights, _, _ = foreign("gru-no-bias")
    examined = examine_network(weights, vocabulary)
    corpus = prepare_text(examined, "mine", [text])
    run = keep_network(examined, "mine", corpus)
    assert run.corpus["name"] == corpus.name == "mine-text"
    assert run.open_corpus().digest == corpus.digest
    assert run.vocabulary.tokens == tuple(TOKENS)
    nats = cross_entropy_nats(run.load_language_model(), corpus.splits["test"])
    assert run.test["cross_entropy_nats"] == pytest.approx(nats, abs=1e-12)


def test_without_a_text_the_pages_get_a_sentence(foreign, vocabulary):
    examined = examine_network(foreign("rnn")[0], vocabulary)
    with pytest.raises(UserError, match="imported without a text"):
        keep_network(examined, "mine").open_corpus()


def test_a_taken_name_writes_nothing(foreign, vocabulary):
    examined = examine_network(foreign("rnn")[0], vocabulary)
    first = keep_network(examined, "mine")
    with pytest.raises(UserError, match="a run called mine already"):
        keep_network(examined, "mine")
    assert open_run("mine") == first


@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_classifier_with_its_classes(tmp_path, vocabulary, bidirectional):
    torch.save(classifier(bidirectional=bidirectional), tmp_path / "c.pt")
    assert "fc.weight is 3 × " in fault(tmp_path / "c.pt", vocabulary).message
    (tmp_path / "classes.txt").write_text("bad\nfair\ngood\n")
    run = keep_network(
        examine_network(tmp_path / "c.pt", vocabulary, ImportOptions(classes=tmp_path / "classes.txt")), "mine"
    )
    assert (run.task, run.classes) == ("classifier", ("bad", "fair", "good"))
    assert run.recipe.model.bidirectional is bidirectional
    (tmp_path / "classes.txt").write_text("bad\ngood\nso so\nfair\n")
    assert "expected 4 × " in fault(tmp_path / "c.pt", vocabulary, classes=tmp_path / "classes.txt").message


def test_a_bidirectional_language_model_is_refused_with_the_reason(tmp_path, vocabulary):
    torch.save(classifier(V), tmp_path / "c.pt")
    error = fault(tmp_path / "c.pt", vocabulary)
    assert "sees the token that it would have to predict" in error.message
    assert "--classes" in error.hint


def test_one_output_is_two_classes(tmp_path, vocabulary):
    torch.save(classifier(1), tmp_path / "c.pt")
    (tmp_path / "classes.json").write_text('["negative", "positive"]')
    examined = examine_network(tmp_path / "c.pt", vocabulary, ImportOptions(classes=tmp_path / "classes.json"))
    assert "logit of 'positive' against 'negative'" in " ".join(examined.notes)
    ids, lengths = torch.randint(V, (9, 4)), torch.tensor([9, 3, 1, 7])
    ours = examined.build_network()(ids, lengths).softmax(-1)
    single = classifier(1)
    network = examined.build_network()
    network.decoder = nn.Linear(12, 1)
    network.decoder.weight.data, network.decoder.bias.data = single["fc.weight"], single["fc.bias"]
    assert torch.allclose(ours[:, 1], network(ids, lengths)[:, 0].sigmoid(), atol=1e-6)


def test_labelled_texts_put_the_classes_in_the_order_of_the_corpus(tmp_path, vocabulary):
    torch.save(classifier(3), tmp_path / "c.pt")
    (tmp_path / "classes.txt").write_text("good\nbad\nfair\n")  # not in alphabetical order
    draw = np.random.default_rng(1)
    rows = [
        f"{('bad', 'fair', 'good')[place % 3]},{' '.join(draw.choice(TOKENS[3:], 6))} {TOKENS[3 + place % 20]}"
        for place in range(90)
    ]
    (tmp_path / "t.csv").write_text("label,text\n" + "\n".join(rows))
    options = ImportOptions(classes=tmp_path / "classes.txt")
    examined = examine_network(tmp_path / "c.pt", vocabulary, options)
    corpus = prepare_text(examined, "mine", [tmp_path / "t.csv"], label_column="label")
    run = keep_network(examined, "mine", corpus)
    assert run.classes == corpus.classes == ("bad", "fair", "good")
    assert 0 <= run.test["balanced_accuracy"] <= 1
    ids, lengths = torch.randint(V, (5, 2)), torch.tensor([5, 2])
    before, after = examined.build_network()(ids, lengths), run.load_network()(ids, lengths)
    assert torch.equal(after, before[:, [1, 2, 0]])
    (tmp_path / "classes.txt").write_text("good\nbad\nmiddling\n")
    with pytest.raises(UserError, match="The texts have the classes bad, fair, good"):
        prepare_text(
            examine_network(tmp_path / "c.pt", vocabulary, options), "mine", [tmp_path / "t.csv"], label_column="label"
        )


def test_the_model_of_a_recipe_is_compared(foreign, vocabulary, tmp_path):
    weights, _, _ = foreign("checkpoint")
    recipe = tmp_path / "mine.yaml"
    recipe.write_text("model: {cell: lstm, layers: 3, units: 9, embedding: 7}")
    assert examine_network(weights, vocabulary, ImportOptions(recipe=str(recipe))).recipe.model.layers == 3
    recipe.write_text("task: classifier\nmodel: {cell: gru, layers: 2, units: 9, embedding: 7}")
    message = fault(weights, vocabulary, recipe=str(recipe)).message
    assert "mine: task is language-model, expected classifier; cell is lstm, expected gru; layers is 3, exp" in message


def test_a_vocabulary_of_another_length_is_named(foreign, vocabulary):
    vocabulary.write_text(json.dumps([*TOKENS, "more"]))
    message = fault(foreign("stacked")[0], vocabulary).message
    assert "word_embeddings.weight is 23 × 5, expected 24 × 5" in message


def test_notes_say_how_text_is_cut(foreign, vocabulary):
    vocabulary.write_text(json.dumps(["[UNK]", *TOKENS[1:-1], "New York"]))
    notes = " ".join(examine_network(foreign("checkpoint")[0], vocabulary).notes)
    assert "The state dict stood under 'model_state_dict'." in notes
    assert "'[UNK]' is called <unk> here" in notes
    assert "Text is cut into words, lower-cased, punctuation marks apart; sentences end after punctuation." in notes
    assert "Words that no text is so cut into: 1, such as 'New York'." in notes


def test_our_own_run_comes_back_as_it_was(copied_home):
    run = open_run("toy-bytes-gru")
    again = keep_network(examine_network(run.folder / "weights.safetensors", run.folder / "vocabulary.json"), "again")
    assert again.vocabulary == run.vocabulary
    ours, theirs = again.load_network().state_dict(), run.load_network().state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    assert len(read_weights(run.folder / "weights.safetensors").tensors) == len(theirs)
