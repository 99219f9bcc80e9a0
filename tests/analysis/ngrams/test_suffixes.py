import numpy as np
import pytest

from analysis.ngrams.counts import ngrams_by_length
from analysis.ngrams.suffixes import sort_suffixes
from data_prep.errors import UserError


def texts() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {
        "one symbol": np.array([3]),
        "all alike": np.zeros(40, int),
        "random": rng.integers(0, 4, 300),
        "words": rng.integers(0, 50_000, 500) // 100,
        "periodic": np.tile([0, 1, 2, 1], 60),
        "banana": np.array([1, 0, 2, 0, 2, 0]),
    }


@pytest.mark.parametrize("name", texts())
@pytest.mark.parametrize("depth", [1, 2, 5, 30, 255])
def test_suffixes_are_in_order_and_know_what_they_share(name, depth):
    text = texts()[name]
    found = sort_suffixes(text, 50_000 if name == "words" else 4, depth)
    assert sorted(found.order) == list(range(len(text)))
    heads = [tuple(text[place : place + depth]) for place in found.order]
    assert heads == sorted(heads)
    for before, head, shared in zip(heads, heads[1:], found.shared[1:], strict=False):
        agree = 0
        while agree < min(len(before), len(head)) and before[agree] == head[agree]:
            agree += 1
        assert shared == agree
    assert found.shared[0] == 0


@pytest.mark.parametrize("name", texts())
def test_ngrams_are_those_of_a_slow_count(name):
    text, depth = texts()[name], 9
    symbols = 50_000 if name == "words" else 4
    below: list[tuple[int, ...]] = [()]
    for ngrams in ngrams_by_length(sort_suffixes(text, symbols, depth)):
        length = ngrams.length
        counts: dict[tuple[int, ...], int] = {}
        before: dict[tuple[int, ...], set[int]] = {}
        for place in range(len(text) - length + 1):
            ngram = tuple(int(symbol) for symbol in text[place : place + length])
            counts[ngram] = counts.get(ngram, 0) + 1
            before.setdefault(ngram, set()).add(int(text[place - 1]) if place else -1)
        found = [(*below[context], int(last)) for context, last in zip(ngrams.contexts, ngrams.last, strict=True)]
        assert found == sorted(counts)
        assert ngrams.counts.tolist() == [counts[ngram] for ngram in found]
        assert ngrams.continuations.tolist() == [len(before[ngram]) for ngram in found]
        assert ngrams.shorter == len(below)
        assert (np.diff(ngrams.contexts) >= 0).all()
        if not found:
            below = found
            continue
        wanted = np.arange(-1, 3)
        for symbol in (0, 1, symbols - 1):
            places = ngrams.find(np.minimum(wanted, len(below) - 1), np.full(len(wanted), symbol))
            exist = [place >= 0 and (*below[min(place, len(below) - 1)], symbol) in counts for place in wanted]
            assert (places >= 0).tolist() == exist
        assert ngrams.find(ngrams.contexts, ngrams.last).tolist() == list(range(len(found)))
        below = found
    assert length == depth - 1


def test_lengths_that_cannot_be_counted_are_refused():
    for depth in (0, 256):
        with pytest.raises(UserError, match="cannot be counted"):
            sort_suffixes(np.zeros(5, int), 2, depth)
