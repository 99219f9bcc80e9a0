import pytest

from analysis.interpretation.regular_expression import LONGEST_PATTERN, match_spans
from data_prep.errors import UserError


def test_matches_are_found():
    assert match_spans(r"\bthe\b", "the other, the\nend").tolist() == [[0, 3], [11, 14]]
    assert match_spans("^e", "the\nend").tolist() == [[4, 5]]  # of a line
    assert match_spans("é+", "caféé €").tolist() == [[3, 5]]
    assert match_spans("x*", "axxb").tolist() == [[1, 3]]  # its empty matches do not count
    assert len(match_spans("q", "abc")) == 0


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("", "0 characters"),
        ("a" * (LONGEST_PATTERN + 1), "301 characters"),
        ("a\0b", "3 characters"),
        ("(a", "is wrong: missing )"),
        ("*a", "is wrong: nothing to repeat"),
        ("a{99999999999999}", "is wrong"),
        ("(" * 150 + ")" * 150, "empty text"),
        ("x*", "empty text"),
        ("$", "empty text"),
    ],
)
def test_what_is_no_good_is_said(pattern, says):
    with pytest.raises(UserError, match="The regular expression") as caught:
        match_spans(pattern, "abc\nabc")
    assert says in caught.value.message
    assert caught.value.hint


def test_one_that_never_ends_is_ended():
    with pytest.raises(UserError, match=r"ended after 0\.5 seconds"):
        match_spans("(a+)+$", "a" * 40 + "b", seconds=0.5)


def test_too_many_matches_are_refused():
    with pytest.raises(UserError, match="more than 200,000 times"):
        match_spans("a", "a" * 250_000)
