"""The page that writes: what it shows is what the library says, and every choice stands in the address."""

import pandas as pd
import pytest

from app.defaults import SAMPLE, TREE
from app.examples import example_prompt
from data_prep.prompt import read_prompt
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import build_vocabulary
from models.generation.continuations import tree
from models.generation.sampling import sample
from models.run import open_run

WORDS, BYTES = "toy-words-lstm", "toy-bytes-gru"


def said(app) -> str:
    kinds = (app.error, app.warning, app.info)
    return " ".join(element.value for kind in kinds for element in kind).replace("\\", "")


def tables(app) -> list[pd.DataFrame]:
    return [element.value for element in app.dataframe]


def test_an_address_gives_the_text_and_the_tree(open_page):
    choices = {"prompt": "The cat sleeps. Every old", "length": "9", "temperature": "0.5", "top_k": "7", "seed": "3"}
    app = open_page("generate", run=WORDS, branching="2", minimum="0.01", depth="3", **choices)
    assert not app.exception
    run = open_run(WORDS)
    network, ids = run.load_language_model(), read_prompt(choices["prompt"], run.vocabulary).ids
    expected = sample(network, run.vocabulary, ids, length=9, temperature=0.5, top_k=7, seed=3)
    grown = tree(network, run.vocabulary, ids, branching=2, minimum_probability=0.01, depth=3)
    written, nodes = tables(app)
    assert written["token"].tolist() == list(expected.tokens)
    assert written["probability"].tolist() == pytest.approx(list(expected.probabilities))
    assert len(nodes) == grown.nodes
    first = grown.root.children[0].children[0]
    assert nodes.iloc[1].tolist() == pytest.approx(
        [2, f"{grown.root.children[0].token} {first.token}", first.token, first.probability, first.path_probability]
    )


@pytest.mark.parametrize("run_id", [WORDS, BYTES])
def test_where_nothing_is_chosen_the_defaults_are_those_of_the_command(open_page, run_id):
    app = open_page("generate", run=run_id)
    run = open_run(run_id)
    prompt = read_prompt(example_prompt(run.vocabulary), run.vocabulary)
    assert app.text_area[0].value == prompt.text != ""
    written, nodes = tables(app)
    network = run.load_language_model()
    assert written["position"].tolist() == list(range(1, 101))
    expected = sample(network, run.vocabulary, prompt.ids, **SAMPLE)
    assert written["token"].tolist() == [run.vocabulary.display(token_id) for token_id in expected.ids]
    assert len(nodes) == tree(network, run.vocabulary, prompt.ids, **TREE).nodes


def test_another_draw_has_the_next_seed(open_page):
    app = open_page("generate", run=WORDS, seed="5")
    before = tables(app)[0]
    app.button[0].click().run()
    assert app.number_input(key="seed").value == 6
    assert tables(app)[0]["token"].tolist() != before["token"].tolist()


def test_a_sentence_may_end_the_text_where_the_model_knows_sentences(open_page):
    app = open_page("generate", run=WORDS)
    app.toggle(key="until_end").set_value(True).run()
    tokens = tables(app)[0]["token"].tolist()
    assert tokens.index("<eos>") == len(tokens) - 1
    assert not open_page("generate", run=BYTES).toggle


@pytest.mark.parametrize(
    ("run", "prompt", "sentence"),
    [
        (WORDS, "the zyzzyva and the **zyzzyva**", "reads them as <unk>: zyzzyva, and, *"),
        (BYTES, "cat ש", "left out: \\xd7"),
        (WORDS, "zyzzyva", "none of the words"),
        (BYTES, "ש", "none of the bytes"),
        (WORDS, "a\0b", "not text"),
        (WORDS, "the " * 3000, "too long"),
        (WORDS, "<script>alert(1)</script> the :red[red] $x$", "alert"),
    ],
)
def test_what_is_unknown_or_cannot_be_read_is_said(open_page, run, prompt, sentence):
    app = open_page("generate", run=run)
    app.text_area[0].set_value(prompt).run()
    assert not app.exception
    assert sentence.replace("\\", "") in said(app)


def test_an_empty_prompt_begins_a_sentence(open_page):
    app = open_page("generate", run=WORDS)
    app.text_area[0].set_value("").run()
    assert not app.exception
    assert not app.error
    assert len(tables(app)) == 2


def test_a_tree_that_is_cut_says_so(open_page):
    app = open_page("generate", run=WORDS, branching="8", depth="12", minimum="0.0001")
    assert "The tree is cut at 200 nodes" in said(app)
    assert len(tables(app)[1]) == 200


def test_the_prompt_to_start_from_is_one_that_the_model_can_read():
    for words, expected in (
        ("she said that the king", "She said that"),
        ("the king is", "The king"),
        ("the queen", "The"),
        ("der die das", ""),
    ):
        assert example_prompt(build_vocabulary(Tokenisation(), words.split(), 99)) == expected
    assert example_prompt(build_vocabulary(Tokenisation("bytes"), list("The king"), 99)) == "The king"


def test_a_classifier_is_refused_for_what_it_is_even_with_nothing_to_begin_after(open_page, classifier_home):
    app = open_page("generate", home=classifier_home, run="reviews-gru", prompt="")
    assert "reviews-gru tells classes" in said(app)
    assert "prompt is empty" not in said(app)
