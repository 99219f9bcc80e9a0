import random

import pytest

from data_prep.joining import join_tokens
from data_prep.prompt import read_prompt
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import build_vocabulary

WORDS = Tokenisation()


@pytest.mark.parametrize(
    ("text", "tokenisation"),
    [
        ("the king, his son; and who? nobody!", WORDS),
        ("he said (“never.”) and went...\nthen: nothing", WORDS),
        ("o'er the hills (far - away) don't", WORDS),
        ("a title\n\nthe text begins.", WORDS),
        ("他说 yes 他走了", WORDS),
        ("one line\nanother line\n", Tokenisation("words", "lines")),
        ("we don't end. never <eos> or here <eos> <eos> there", Tokenisation("words", "none")),
        ("mr. smith does n't sell $ N for the u.s. <unk>\nnext\n", Tokenisation("words", "lines", "treebank")),
        ('Mr. Smith @-@ does n\'t sell 1,000 . " No ? " <unk> 日 本\n\nNext', Tokenisation(style="spaces")),
        ("naïve 日本\n\ttext ", Tokenisation("characters")),
        ("naïve 日本\r\n\ttext ", Tokenisation("bytes")),
    ],
)
def test_what_was_cut_is_joined_and_cut_again(text, tokenisation):
    tokens = tokenisation.split(text)
    assert tokenisation.split(join_tokens(tokens, tokenisation)) == tokens


@pytest.mark.parametrize("rule", ["punctuation", "lines", "none"])
@pytest.mark.parametrize(
    ("style", "pieces"),
    [
        (
            "plain",
            ["a", "n", "N", "12.5", *".…!?”'(),日本", "<eos>", "<unk>", "\n", " "],
        ),
        ("spaces", ["A ", "n't ", "12.5 ", ". ", '..." ', "? ", "( ", "日 ", "<eos> ", "<unk> ", "\n"]),
        ("treebank", ["a ", "do n't ", "N ", "mr. ", "u.s. ", "$ ", "'s ", "<eos> ", "<unk> ", "\n"]),
    ],
)
def test_any_text_of_odd_pieces_comes_back(rule, style, pieces):
    vocabulary = build_vocabulary(Tokenisation("words", rule, style), ["the", "N"], 9)
    draw = random.Random(0)
    for _ in range(2000):
        text = "".join(draw.choice(pieces) for _ in range(draw.randint(1, 12)))
        tokens = read_prompt(text + " the end", vocabulary).tokens
        joined = join_tokens(tokens, vocabulary.tokenisation)
        assert read_prompt(joined, vocabulary).tokens == tokens, (text, joined)


def test_words_read_like_text():
    words = WORDS.split("the king, his son. he said “no.” then 日本\n\n")
    assert join_tokens(words, WORDS) == "the king, his son.\nhe said “ no.”\nthen 日本\n\n"
    assert join_tokens(["a", "line", "<eos>", "b"], Tokenisation("words", "lines")) == "a line\nb"


def test_bytes_that_are_no_utf8_are_replaced():
    assert join_tokens(["a", "\xc3", "\xa9", "\xff", "\xc3"], Tokenisation("bytes")) == "aé\ufffd\ufffd"
    assert join_tokens(["a", "<unk>", "b"], Tokenisation("characters")) == "a\ufffdb"


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_text_goes_on_as_if_it_had_been_joined_at_once(cut):
    tokens = WORDS.split("the king, “dead.” he said. yes! 日本 no")
    whole = join_tokens(tokens, WORDS)
    assert join_tokens(tokens[:cut], WORDS) + join_tokens(tokens[cut:], WORDS, before=tokens[:cut]) == whole
