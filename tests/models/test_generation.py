import math
from collections import Counter

import pytest
import torch

from data_prep.errors import UserError
from data_prep.prompt import read_prompt
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import build_vocabulary
from models.generation.continuations import DEEPEST_TREE, MOST_BRANCHES, tree
from models.generation.sampling import sample
from models.network import RecurrentLanguageModel
from models.recipe import ModelSettings
from models.run import open_run

CELLS = ["rnn", "gru", "lstm"]
TEXT = "the cat sat on a mat . <eos> , because it was tired"
WORDS = build_vocabulary(Tokenisation(), TEXT.split(), 100)
OPTIONS = {"length": 12, "temperature": 1.0, "top_k": None, "seed": 0}


def make_network(cell="lstm", deviation=1.0, **settings) -> RecurrentLanguageModel:
    """With predictions that differ: those that a network starts with are almost uniform."""
    torch.manual_seed(3)
    chosen = ModelSettings(**{"cell": cell, "layers": 2, "units": 9, "embedding": 7} | settings)
    network = RecurrentLanguageModel(chosen, len(WORDS)).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.normal_(0, deviation)
    return network


def log_probabilities_after(network, ids) -> torch.Tensor:
    """(V,), of the token after `ids`, read at once from the zero state."""
    with torch.no_grad():
        return network(torch.tensor(ids)[:, None])[0][-1, 0].log_softmax(0)


def paths(node, before=()):
    for child in node.children:
        yield (*before, child.token_id), child
        yield from paths(child, (*before, child.token_id))


# ---- samples ----


@pytest.mark.parametrize("cell", CELLS)
def test_at_temperature_0_each_token_is_the_networks_likeliest(cell):
    network, prompt = make_network(cell), [1, 3, 4]
    written = sample(network, WORDS, prompt, **OPTIONS | {"temperature": 0.0})
    read = list(prompt)
    for token_id, probability in zip(written.ids, written.probabilities, strict=True):
        expected = log_probabilities_after(network, read)
        assert probability == pytest.approx(expected[token_id].exp().item(), rel=1e-5)
        expected[WORDS.unknown_id] = -math.inf
        assert token_id == expected.argmax()
        read.append(token_id)
    assert len(written.ids) == 12
    assert written.tokens == tuple(WORDS.tokens[token_id] for token_id in written.ids)


def test_a_seed_decides_the_text():
    network = make_network(deviation=0.25)
    first, again = (sample(network, WORDS, [1], **OPTIONS) for _ in range(2))
    others = {sample(network, WORDS, [1], **OPTIONS | {"seed": seed}).ids for seed in range(1, 6)}
    assert first == again
    assert len(others | {first.ids}) == 6


@pytest.mark.parametrize("place", [1, 5, 11])
def test_a_text_whose_beginning_is_made_the_prompt_goes_on_as_before(place):
    network = make_network(deviation=0.25)
    whole = sample(network, WORDS, [1, 4], **OPTIONS)
    rest = sample(network, WORDS, (1, 4, *whole.ids[:place]), **OPTIONS | {"length": 12 - place})
    assert rest.ids == whole.ids[place:]
    assert rest.probabilities == pytest.approx(whole.probabilities[place:])


@pytest.mark.parametrize(("temperature", "top_k"), [(1.0, None), (0.5, None), (2.0, 4)])
def test_tokens_are_as_frequent_as_they_are_probable(temperature, top_k):
    # With no weights but the decoder's bias every token is drawn from the same distribution.
    network = make_network()
    for name, parameter in network.named_parameters():
        if name != "decoder.bias":
            parameter.data.zero_()
    logits = network.decoder.bias.detach().double().clone()
    logits[WORDS.unknown_id] = -math.inf
    if top_k is not None:
        logits[logits < logits.topk(top_k).values[-1]] = -math.inf
    expected = (logits / temperature).softmax(0)
    draws = 4000
    ids = sample(network, WORDS, [1], length=draws, temperature=temperature, top_k=top_k, seed=7).ids
    seen = torch.bincount(torch.tensor(ids), minlength=len(WORDS))
    possible = expected > 0
    assert seen[~possible].sum() == 0
    chi_square = ((seen - draws * expected)[possible] ** 2 / (draws * expected[possible])).sum().item()
    assert chi_square < {12: 32.9, 3: 16.3}[int(possible.sum()) - 1]  # one in a thousand draws exceeds it


def test_top_k_1_is_the_likeliest_whatever_the_temperature():
    network = make_network()
    likeliest = sample(network, WORDS, [1], **OPTIONS | {"temperature": 0.0}).ids
    assert sample(network, WORDS, [1], **OPTIONS | {"top_k": 1, "temperature": 5.0}).ids == likeliest
    assert sample(network, WORDS, [1], **OPTIONS | {"temperature": 1e-300}).ids == likeliest
    every = sample(network, WORDS, [1], **OPTIONS)
    assert sample(network, WORDS, [1], **OPTIONS | {"top_k": 1000}).ids == every.ids


def test_the_unknown_word_is_never_written():
    network = make_network()
    with torch.no_grad():
        network.decoder.bias[WORDS.unknown_id] = 50.0
    for temperature in (0.0, 1.0, 3.0):
        written = sample(network, WORDS, [1], **OPTIONS | {"temperature": temperature, "length": 50})
        assert WORDS.unknown_id not in written.ids
    assert max(written.probabilities) < 1e-6  # the network's own belief, which is almost all in <unk>


def test_it_stops_after_the_end_token():
    network, end_id = make_network(deviation=0.25), WORDS.ids["<eos>"]
    whole = sample(network, WORDS, [1], **OPTIONS | {"length": 200})
    stopped = sample(network, WORDS, [1], **OPTIONS | {"length": 200}, end_id=end_id)
    assert stopped.ids == whole.ids[: whole.ids.index(end_id) + 1]


@pytest.mark.parametrize("training", [True, False])
def test_a_training_goes_on_as_if_nothing_had_been_written(training):
    network = make_network(dropout=0.5).train(training)
    torch.manual_seed(11)
    before = torch.get_rng_state()
    written = sample(network, WORDS, [1, 2], **OPTIONS)
    tree(network, WORDS, [1, 2], branching=2, minimum_probability=0, depth=3)
    assert torch.equal(torch.get_rng_state(), before)
    assert network.training is network.recurrent.training is network.dropout.training is training
    assert network.decoder.weight.requires_grad
    assert written == sample(network.eval(), WORDS, [1, 2], **OPTIONS)  # without dropout


def test_json_has_the_tokens_and_the_text():
    written = sample(make_network(), WORDS, [1], **OPTIONS | {"top_k": 5})
    said = written.to_json()
    assert (said["seed"], said["temperature"], said["top_k"]) == (0, 1.0, 5)
    assert [entry["token"] for entry in said["tokens"]] == list(written.tokens)
    assert WORDS.tokenisation.split(said["text"])[:3] == list(written.tokens[:3])


def test_the_planted_language_goes_on_in_its_grammar(use_trained_home):
    run = open_run("toy-words-lstm")
    network, vocabulary = run.load_language_model(), run.vocabulary
    nouns = Counter()
    for prompt, is_plural in (("The cat sleeps. Many old", True), ("The cat sleeps. Every old", False)):
        ids = read_prompt(prompt, vocabulary).ids
        for seed in range(40):
            noun = sample(network, vocabulary, ids, length=1, temperature=0.7, top_k=None, seed=seed).text
            nouns[noun.endswith("s") is is_plural] += 1
    assert nouns[True] >= 70, nouns


# ---- trees ----


@pytest.mark.parametrize("cell", CELLS)
def test_probabilities_of_a_tree_are_those_of_its_paths_read_one_by_one(cell):
    network, prompt = make_network(cell), (1, 5)
    grown = tree(network, WORDS, prompt, branching=3, minimum_probability=0.0, depth=4)
    assert grown.nodes == 3 + 9 + 27 + 81
    assert grown.left_out == 0
    seen = 0
    for path, node in paths(grown.root):
        each = [
            log_probabilities_after(network, prompt + path[:place])[token_id].item()
            for place, token_id in enumerate(path)
        ]
        assert node.probability == pytest.approx(math.exp(each[-1]), rel=1e-4)
        assert node.path_probability == pytest.approx(math.exp(sum(each)), rel=1e-4)
        assert node.token == WORDS.tokens[path[-1]]
        if node.children:
            expected = log_probabilities_after(network, prompt + path).topk(3)
            assert [child.token_id for child in node.children] == expected.indices.tolist()
        seen += 1
    assert seen == grown.nodes
    assert (grown.root.token_id, grown.root.path_probability) == (5, 1.0)


def test_a_tree_has_every_path_that_is_probable_enough_and_no_other():
    network, prompt, least = make_network(), (1,), 0.02
    grown = dict(paths(tree(network, WORDS, prompt, branching=len(WORDS), minimum_probability=least, depth=3).root))
    assert len(grown) > 10
    assert all(node.path_probability >= least for node in grown.values())
    everything = tree(network, WORDS, prompt, branching=len(WORDS), minimum_probability=0, depth=3, largest=10**6)
    probable = {path for path, node in paths(everything.root) if node.path_probability >= least}
    assert set(grown) == probable
    for depth in (1, 2, 3):
        assert sum(len(path) == depth for path in grown) <= 1 / least


def test_branching_and_depth_bound_a_tree():
    grown = tree(make_network(), WORDS, [1], branching=2, minimum_probability=0, depth=5)
    assert grown.nodes == sum(2**depth for depth in range(1, 6))
    assert max(len(path) for path, _ in paths(grown.root)) == 5
    for _, node in paths(grown.root):
        assert len(node.children) in (0, 2)
        likeliest = [child.probability for child in node.children]
        assert likeliest == sorted(likeliest, reverse=True)


def test_a_tree_that_is_cut_keeps_the_likeliest_and_says_so():
    network = make_network()
    whole = tree(network, WORDS, [1], branching=3, minimum_probability=0, depth=3)
    cut = tree(network, WORDS, [1], branching=3, minimum_probability=0, depth=3, largest=20)
    assert (whole.nodes, whole.left_out) == (39, 0)
    assert (cut.nodes, cut.left_out) == (20, 19)
    of_last_depth = sorted((node.path_probability for path, node in paths(whole.root) if len(path) == 3), reverse=True)
    kept = sorted((node.path_probability for path, node in paths(cut.root) if len(path) == 3), reverse=True)
    assert kept == pytest.approx(of_last_depth[:8])
    exact = tree(network, WORDS, [1], branching=3, minimum_probability=0, depth=3, largest=12)
    assert (exact.nodes, exact.left_out) == (12, 27)
    assert {len(path) for path, _ in paths(exact.root)} == {1, 2}


def test_a_tree_of_nothing_probable_is_its_root():
    grown = tree(make_network(), WORDS, [1], branching=3, minimum_probability=1.0, depth=3)
    assert (grown.nodes, grown.left_out, grown.root.children) == (0, 0, ())


def test_json_of_a_tree_is_nested():
    grown = tree(make_network(), WORDS, [1], branching=2, minimum_probability=0, depth=2)
    said = grown.to_json()
    assert set(said) == {"branching", "minimum_probability", "depth", "nodes", "left_out", "tree"}
    for node in (said["tree"], said["tree"]["children"][1]["children"][0]):
        assert set(node) == {"token", "probability", "path_probability", "children"}
    assert said["tree"]["children"][1]["token"] == grown.root.children[1].token


# ---- what is refused ----


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"length": 0}, "text of 0 tokens"),
        ({"temperature": -0.1}, "temperature cannot be -0.1"),
        ({"temperature": math.nan}, "temperature cannot be nan"),
        ({"temperature": math.inf}, "temperature cannot be inf"),
        ({"top_k": 0}, "top_k cannot be 0"),
        ({"seed": -1}, "seed cannot be -1"),
        ({"seed": 2**63}, "seed cannot be"),
        ({"prompt_ids": []}, "no tokens"),
    ],
)
def test_bad_options_of_a_sample(changed, reason):
    with pytest.raises(UserError, match=reason):
        sample(make_network(), WORDS, **{"prompt_ids": [1]} | OPTIONS | changed)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"branching": 0}, "branching of a tree cannot be 0"),
        ({"branching": MOST_BRANCHES + 1}, "branching of a tree"),
        ({"depth": 0}, "depth of a tree cannot be 0"),
        ({"depth": DEEPEST_TREE + 1}, "depth of a tree"),
        ({"minimum_probability": -0.1}, "minimum probability cannot be -0.1"),
        ({"minimum_probability": 1.1}, "minimum probability cannot be 1.1"),
        ({"minimum_probability": math.nan}, "minimum probability cannot be nan"),
        ({"prompt_ids": []}, "no tokens"),
    ],
)
def test_bad_options_of_a_tree(changed, reason):
    options = {"prompt_ids": [1], "branching": 2, "minimum_probability": 0.1, "depth": 2}
    with pytest.raises(UserError, match=reason):
        tree(make_network(), WORDS, **options | changed)


def test_predictions_that_are_no_numbers_are_refused():
    network = make_network()
    with torch.no_grad():
        network.decoder.bias[2] = math.nan
    with pytest.raises(UserError, match="not numbers"):
        sample(network, WORDS, [1], **OPTIONS)
    with pytest.raises(UserError, match="not numbers"):
        tree(network, WORDS, [1], branching=2, minimum_probability=0, depth=1)
