import random
import unicodedata

import pytest

from data_prep.tokens import Tokenisation, display_token

WORDS = Tokenisation("words")
LINES = Tokenisation("words", "lines")
BYTES = Tokenisation("bytes")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("The CAT", "the cat"),
        ("ÉCOLE Straße", "école straße"),
        ("7 or 3.14 or 1,000,000", "N or N or N"),
        ("in the 1990s", "in the N s"),
        ("don't o'er rock'n'roll it’s", "don't o'er rock'n'roll it’s"),
        ("the dogs' 'tis", "the dogs ' ' tis"),
        ("well-known snake_case", "well - known snake _ case"),
        ("a, b; (c)", "a , b ; ( c )"),
        ("x<unk>y <eos> z", "x <unk> y <eos> z"),
        ("<UNK> <unknown>", "< unk > < unknown >"),
        ("<script>alert(1)</script>", "< script > alert ( N ) < / script >"),
        ("good 👍🏽 day", "good 👍 🏽 day"),
        ("שלום עולם", "שלום עולם"),
        ("مرحبا ٤٢", "مرحبا N"),
        ("日本語 ひらがな", "日 本 語 ひ ら が な"),
        ("好的 ok, 你好。", "好 的 ok , 你 好 。"),
        ("हिन्दी किताब", "हिन्दी किताब"),  # vowel signs are marks inside a word
        ("می‌خواهم", "می‌خواهم"),  # and so is the joiner of Persian
        ("שָׁלוֹם", "שָׁלוֹם"),
        ("q̃ x́y", "q̃ x́y"),  # no composed form exists
        ("война и мир", "война и мир"),
        (" \t\u00a0\u2028", ""),
    ],
)
def test_words(text, tokens):
    assert WORDS.split(text) == tokens.split()


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Go. Stay", "go . <eos> stay"),
        ("Go! Stay? Yes… no", "go ! <eos> stay ? <eos> yes … <eos> no"),
        ("What?! So...", "what ? ! <eos> so . . . <eos>"),
        ('He said "go." She went.', 'he said " go . " <eos> she went . <eos>'),
        ("(Go.) Stay", "( go . ) <eos> stay"),
        ("a line\nand on", "a line and on"),
        ("a title\n\nand on", "a title <eos> and on"),
        ("a title\n \t\n\n\nand on", "a title <eos> and on"),
        ("\n\n\nGo.\n\nStay.\n\n", "go . <eos> stay . <eos>"),
        ("Go. <eos>\n\nStay", "go . <eos> <eos> stay"),
        ("pi is 3.5.", "pi is N . <eos>"),
    ],
)
def test_sentence_ends_by_punctuation(text, tokens):
    assert WORDS.split(text) == tokens.split()


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("go . stay\nyes", "go . stay <eos> yes <eos>"),
        ("go\n", "go <eos>"),
        ("\n\ngo\n\n\nstay\n", "go <eos> stay <eos>"),
        ("go <eos>\nstay", "go <eos> stay <eos>"),
        ("", ""),
    ],
)
def test_sentence_ends_by_lines(text, tokens):
    assert LINES.split(text) == tokens.split()


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("The U.S. @-@ don't 1,000 dogs", "The U.S. @-@ don't 1,000 dogs"),
        ('Go . Stay ! " he said', 'Go . <eos> Stay ! <eos> " he said'),
        ("Go. a..b Stay...", "Go. a..b Stay..."),  # no mark of its own
        ("= Title =\n\nText\n", "= Title = <eos> Text"),
        ("x <unk> y <eos> z", "x <unk> y <eos> z"),
    ],
)
def test_words_between_spaces_stay_as_they_are_written(text, tokens):
    assert Tokenisation("words", "punctuation", "spaces").split(text) == tokens.split()


@pytest.mark.parametrize("tokenisation", [WORDS, LINES])
def test_windows_line_ends_and_decomposed_letters_change_nothing(tokenisation):
    text = "Café déjà vu.\n\nÀ  demain\nçà et là\n"
    other = unicodedata.normalize("NFD", text).replace("\n", "\r\n")
    assert other != text
    assert tokenisation.split(other) == tokenisation.split(text)


@pytest.mark.parametrize("tokenisation", [WORDS, LINES])
def test_no_visible_character_is_lost(tokenisation):
    draw = random.Random(0)
    alphabet = "aZé\u0301'’.!?…\"()<>_-/&;, \t\nשل日👍\u200d\x1b\x7f²½"
    for _ in range(200):
        text = "".join(draw.choices(alphabet, k=60))
        tokens = tokenisation.split(text)
        spoken = "".join(token for token in tokens if token != "<eos>")
        assert spoken == "".join(unicodedata.normalize("NFC", text).lower().split())
        assert all(tokens)


def test_cutting_what_was_cut_changes_nothing(make_text):
    tokens = LINES.split(make_text(50, 5).lower())
    again = LINES.split(" ".join(tokens).replace(" <eos>", "\n"))
    assert [t.lower() for t in again] == [t.lower() for t in tokens]


def test_bytes_round_trip():
    draw = random.Random(1)
    for length in (0, 1, 2, 300):
        for _ in range(20):
            # every plane, without the surrogates, which are no characters
            text = "".join(
                chr(draw.choice([draw.randrange(128), draw.randrange(0xD800), 0x1F600])) for _ in range(length)
            )
            tokens = BYTES.split(text)
            assert len(tokens) == len(text.encode())
            assert bytes(map(ord, tokens)).decode("utf-8") == text


@pytest.mark.parametrize(
    ("token", "tokenisation", "shown"),
    [
        (" ", BYTES, "␣"),
        ("\n", BYTES, "↵"),
        ("a", BYTES, "a"),
        ("\x00", BYTES, "\\x00"),
        ("\x1b", WORDS, "\\x1b"),
        ("\xe9", BYTES, "\\xe9"),
        ("é", WORDS, "é"),
        ("\u202e", WORDS, "\\x202e"),  # would turn the rest of the line around
        ("<b>", WORDS, "<b>"),
    ],
)
def test_display_shows_what_cannot_be_seen(token, tokenisation, shown):
    assert display_token(token, tokenisation) == shown
