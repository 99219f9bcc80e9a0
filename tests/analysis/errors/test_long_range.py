"""Brackets, lines and indentation by distance; planted texts, and models made by hand that count or forget."""

import numpy as np
import pytest

from analysis.errors.bands import binned_means, distance_edges
from analysis.errors.by_distance import by_distance
from analysis.errors.lines import find_indentations, find_line_ends
from analysis.errors.pairs import KNOWN_PAIRS, Pair, find_pairs, find_tags
from analysis.errors.places import find_places, likeliest_name, sought_by_name
from data_prep.errors import UserError
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import Vocabulary, build_vocabulary


def text_of(text: str, unit: str = "bytes") -> tuple[np.ndarray, Vocabulary]:
    cut = Tokenisation(unit, "none" if unit == "words" else "punctuation")
    vocabulary = build_vocabulary(cut, cut.split(text), 1000)
    return vocabulary.encode(cut.split(text))[0], vocabulary


def matched(text: str, pair: Pair, unit: str = "bytes", **options) -> tuple[list[int], list[int], str]:
    found = find_pairs(*text_of(text, unit), pair, **options)
    return found.starts.tolist(), found.distances.tolist(), found.unmatched


@pytest.mark.parametrize(
    ("text", "pair", "starts", "distances"),
    [
        ("a(b)c", Pair("(", ")"), [3], [2]),
        ("((a)())", Pair("(", ")"), [3, 5, 6], [2, 1, 6]),
        (")(a))(", Pair("(", ")"), [3], [2]),
        ("a /*b*/ c */ /* /* */", Pair("/*", "*/", nested=False), [5, 19], [2, 5]),
        ('"a" b "cd"', Pair('"', '"', nested=False), [2, 9], [2, 3]),
        ('"a\n\n"b" c', Pair('"', '"', nested=False), [6], [2]),  # the paragraph ends what was not closed
        ('"a\r\n\r\n"b" c', Pair('"', '"', nested=False), [8], [2]),
        ("begin x end beginend", Pair("begin", "end"), [8, 17], [4, 1]),
        ("é(é)é", Pair("(", ")"), [5], [3]),  # bytes: é has two
    ],
)
def test_marks_are_matched_as_by_hand(text, pair, starts, distances):
    assert matched(text, pair)[:2] == (starts, distances)


def test_words_have_brackets_too():
    starts, distances, _ = matched("he ( who saw ( it ) ) went", Pair("(", ")"), "words")
    assert (starts, distances) == ([6, 7], [2, 6])


def test_what_has_no_partner_is_counted_and_far_partners_are_none():
    assert "3 marks have no partner" in matched(")(a))(", Pair("(", ")"))[2]
    starts, _, said = matched("(" + "a" * 50 + ")", Pair("(", ")"), longest=20)
    assert starts == []
    assert "2 marks" in said
    # A quotation mark that was lost does not turn all others round.
    starts, _, _ = matched('"' + "a" * 50 + '"b" "c"', Pair('"', '"', nested=False), longest=20)
    assert starts == [53, 57]
    starts, _, _ = matched("|" + "a" * 50 + "|b| |c|", Pair("|", "|"), longest=20)  # marks of the user's own
    assert starts == [53, 57]


def test_tags_are_matched_by_name():
    text = "<p>a <b class='x'>c</b><br/> <i></p> </q>"
    found = find_tags(*text_of(text))
    assert [text[start:end] for start, end in zip(found.starts, found.ends, strict=True)] == ["b>", "p>"]
    assert found.distances.tolist() == (found.starts - [text.index(">c"), 2]).tolist()
    assert "2 tags have no partner" in found.unmatched


def test_ends_of_lines():
    for text, starts in (("ab\n\ncde\n", [2, 7]), ("ab\r\n\r\ncde\r\n", [2, 9])):
        found = find_line_ends(*text_of(text))
        assert found.starts.tolist() == starts
        assert found.distances.tolist() == [2, 3]


def test_indentations_count_as_a_whole():
    ids, vocabulary = text_of("a\n\tb\n\t\tc\n\n\t\n  d")
    found = find_indentations(ids, vocabulary)
    assert found.distances.tolist() == [1, 2, 2]
    p = np.linspace(0.1, 0.9, len(ids))
    assert found.probabilities(p) == pytest.approx([p[2], p[5] * p[6], p[12] * p[13]])


@pytest.mark.parametrize(
    ("find", "text", "unit", "sentence"),
    [
        (
            lambda *t: find_pairs(*t, Pair("{", "}")),
            "no brackets",
            "bytes",
            "not every byte of it is in the vocabulary",
        ),
        (lambda *t: find_pairs(*t, Pair("", "}")), "a}", "bytes", "Nothing is asked for"),
        (find_line_ends, "one line", "bytes", "no mark for the end of a line"),
        (find_line_ends, "one line", "words", "no mark for the end of a sentence"),
        (find_indentations, "one line", "words", "no indentation"),
        (find_tags, "one line", "words", "analysis of characters"),
    ],
)
def test_a_text_without_what_is_looked_for_says_so(find, text, unit, sentence):
    with pytest.raises(UserError) as error:
        find(*text_of(text, unit))
    assert sentence in error.value.message


def test_a_name_says_what_is_sought():
    assert sought_by_name("( )").pair == Pair("(", ")")
    assert sought_by_name("begin end").pair == Pair("begin", "end")
    assert sought_by_name("end of a line").what == "line ends"
    ids, vocabulary = text_of("(a) [b] (c)\n\td\n")
    for name, many in (("( )", 2), ("[ ]", 1), ("end of a line", 2), ("indentation", 1), ("<tag> </tag>", 0)):
        assert len(find_places(ids, vocabulary, sought_by_name(name))) == many
    assert likeliest_name(ids, vocabulary) == "( )"
    assert likeliest_name(*text_of("no marks at all")) == "end of a line"
    for unsaid in ("one", "one two three", "", "a " + "b" * 51):
        with pytest.raises(UserError, match="two marks"):
            sought_by_name(unsaid)


def test_no_pair_within_reach_is_said():
    ids, vocabulary = text_of(")) ((")
    with pytest.raises(UserError, match="4 marks have no partner"):
        by_distance(find_pairs(ids, vocabulary, KNOWN_PAIRS["( )"]), {"a": np.ones(len(ids))}, farthest=100)


def planted(seed: int = 0) -> tuple[np.ndarray, Vocabulary]:
    """Brackets around 1 to 60 letters."""
    draw = np.random.default_rng(seed)
    return text_of("".join(f"({'a' * length}) " for length in draw.integers(1, 61, 3000)))


def test_a_model_that_counts_is_flat_and_one_that_sees_ten_tokens_drops():
    ids, vocabulary = planted()
    found = find_pairs(ids, vocabulary, KNOWN_PAIRS["( )"])
    draw = np.random.default_rng(1)
    counting, forgetting = np.full((2, len(ids)), 0.5)
    near = found.distances <= 10
    counting[found.starts] = draw.uniform(0.7, 0.9, len(found))
    forgetting[found.starts] = np.where(near, 0.8, 0.2)
    curves = by_distance(found, {"counts": counting, "sees ten": forgetting}, farthest=61, width=10)
    means, low, high = curves.means.means, curves.means.low, curves.means.high
    assert curves.means.counts.sum() == len(found) == 3000
    assert np.ptp(means[0, :6]) < 0.03
    assert means[1, 0] > 0.7 > 0.3 > means[1, 1:6].max()
    assert (low[0, :6] < 0.8).all()
    assert (high[0, :6] > 0.8).all()
    shuffled = np.random.default_rng(2).permutation(forgetting[found.starts])
    forgetting[found.starts] = shuffled
    control = by_distance(found, {"shuffled": forgetting}, farthest=61, width=10)
    assert np.ptp(control.means.means[0, :6]) < 0.1


def test_bands_hold_the_truth_about_as_often_as_they_say_and_are_wider_where_neighbours_are_alike():
    draw = np.random.default_rng(0)
    places, edges, at = np.arange(4000), np.array([1, 2]), np.ones(4000, int)
    held = []
    for seed in range(60):
        found = binned_means(draw.random((1, 4000)), at, edges, places, samples=200, seed=seed)
        held.append(found.low[0, 0] <= 0.5 <= found.high[0, 0])
    assert 0.85 < np.mean(held) <= 1
    alone = draw.random((1, 4000))
    alike = np.repeat(alone[:, ::40], 40, axis=1)
    widths = [
        np.diff([f.low[0, 0], f.high[0, 0]]) for f in (binned_means(v, at, edges, places) for v in (alone, alike))
    ]
    assert widths[1] > 4 * widths[0]


def test_bins_cover_all_distances_once_and_a_bin_of_few_has_no_band():
    for width in (None, 10):
        for longest in (1, 2, 30, 200, 500):
            edges = distance_edges(longest, width)
            assert (edges[0], edges[-1]) == (1, longest + 1)
            assert (np.diff(edges) > 0).all()
    found = binned_means(np.array([[0.5, 0.7, 0.9]]), np.array([1, 1, 2]), np.array([1, 2, 3, 4]), np.array([0, 9, 5]))
    assert found.counts.tolist() == [2, 1, 0]
    assert found.means[0, :2] == pytest.approx([0.6, 0.9])
    assert np.isnan(found.means[0, 2])
    assert np.isnan(found.low).all()
