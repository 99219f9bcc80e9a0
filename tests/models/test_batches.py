"""Every token of a text and every labelled text is read where and as often as it should."""

import itertools
from pathlib import Path

import numpy as np
import pytest
import torch

from data_prep.corpus import Corpus, Texts
from data_prep.errors import UserError
from models.evaluation import split_streams
from models.recipe import TrainingSettings
from models.training.batches import SORTED_TOGETHER, RunningText, SeparateTexts
from models.training.distribution import Share

CPU = torch.device("cpu")


def running(tokens: int, batch: int, steps: int) -> RunningText:
    """A text in which token t is t."""
    corpus = Corpus("counted", Path(), "", None, {"train": np.arange(tokens, dtype=np.uint16)}, {})
    return RunningText(corpus, TrainingSettings(batch=batch, steps=steps), CPU, Share())


def separate(lengths, batch: int, steps: int = 1000, seed: int = 0) -> SeparateTexts:
    """Texts of these lengths, of which the n-th is n, n, n … and of class n % 7."""
    lengths = np.asarray(lengths)
    ids = np.repeat(np.arange(len(lengths)), lengths).astype(np.uint16)
    offsets = np.concatenate(([0], lengths.cumsum()))
    texts = {"train": Texts(offsets, (np.arange(len(lengths)) % 7).astype(np.uint8))}
    corpus = Corpus("texts", Path(), "", None, {"train": ids}, {}, texts, tuple("abcdefg"))
    return SeparateTexts(corpus, TrainingSettings(batch=batch, steps=steps), CPU, Share(), seed)


def texts_of(batches: SeparateTexts, epoch: int) -> list[list[int]]:
    """Which texts the batches of an epoch hold."""
    return [batches.batch(epoch, index).ids[0].tolist() for index in range(batches.updates_per_epoch)]


@pytest.mark.parametrize(
    ("tokens", "batch", "steps"), [(101, 4, 5), (100, 4, 5), (97, 1, 96), (50, 7, 100), (8, 7, 3), (60, 3, 1)]
)
def test_windows_put_together_are_the_streams(tokens, batch, steps):
    batches = running(tokens, batch, steps)
    windows = [batches.batch(1, index) for index in range(batches.updates_per_epoch)]
    inputs, targets = split_streams(np.arange(tokens), batch)
    assert np.array_equal(torch.cat([window.ids for window in windows]), inputs)
    assert np.array_equal(torch.cat([window.targets for window in windows]), targets)
    for window in windows[:-1]:
        assert window.ids.shape == window.targets.shape == (steps, batch)
    assert 1 <= len(windows[-1].ids) <= steps
    assert all(window.ids.dtype == torch.int64 and window.lengths is None for window in windows)
    assert sum(window.predictions() for window in windows) == inputs.size
    assert batches.tokens_per_update * len(windows) == pytest.approx(inputs.size)


def test_the_target_of_a_streams_last_token_begins_the_next_stream():
    batches = running(tokens=10, batch=3, steps=2)
    last = batches.batch(1, batches.updates_per_epoch - 1)
    assert last.ids.tolist() == [[2, 5, 8]]  # a window of one step: three of two do not fill it
    assert last.targets.tolist() == [[3, 6, 9]]


def test_every_epoch_reads_the_text_in_its_order():
    batches = running(40, 3, 4)
    for index in range(batches.updates_per_epoch):
        assert torch.equal(batches.batch(1, index).ids, batches.batch(9, index).ids)


def test_the_share_of_each_process_is_its_streams():
    corpus = Corpus("counted", Path(), "", None, {"train": np.arange(50, dtype=np.uint16)}, {})
    whole = running(50, 6, 4).batch(1, 0).ids
    shares = [RunningText(corpus, TrainingSettings(batch=6, steps=4), CPU, Share(rank, 3)) for rank in range(3)]
    assert torch.equal(torch.cat([share.batch(1, 0).ids for share in shares], dim=1), whole)


# fewer texts than are sorted together, as many, and more; remainders of all sizes
COUNTS = [(4, 4), (23, 4), (4 * SORTED_TOGETHER, 4), (4 * SORTED_TOGETHER + 3, 4), (11 * SORTED_TOGETHER + 5, 5)]


@pytest.mark.parametrize(("texts", "batch"), COUNTS)
def test_an_epoch_reads_every_text_once_but_a_remainder(texts, batch):
    lengths = np.random.default_rng(1).integers(1, 30, size=texts)
    batches = separate(lengths, batch)
    for epoch in (1, 2, 3):
        read = np.concatenate(texts_of(batches, epoch))
        assert len(set(read)) == len(read) == texts - texts % batch


@pytest.mark.parametrize("texts", [23, 4 * SORTED_TOGETHER + 19])
def test_any_text_may_be_the_one_that_is_left_out(texts):
    lengths = np.random.default_rng(2).permutation(texts) + 1  # no two alike: sorting leaves nothing to chance
    batches = separate(lengths, batch=20)
    left_out = [sorted(set(range(texts)).difference(*texts_of(batches, epoch))) for epoch in range(1, 201)]
    assert not set.intersection(*map(set, left_out))
    assert np.mean(lengths[np.array(left_out)]) == pytest.approx(texts / 2, rel=0.1)  # neither the short nor the long


def test_a_batch_holds_whole_texts_with_their_classes():
    batches = separate([3, 1, 4, 1, 5, 9, 2, 6], batch=4, steps=5)
    lengths = dict(enumerate([3, 1, 4, 1, 5, 5, 2, 5]))  # of each the first 5 tokens
    for index in range(2):
        batch = batches.batch(1, index)
        assert batch.ids.shape == (batch.lengths.max(), 4)
        for column, length, label in zip(batch.ids.T, batch.lengths, batch.targets, strict=True):
            text = int(column[0])
            assert length == lengths[text]
            assert label == text % 7
            assert column.tolist() == [text] * length + [0] * (len(column) - length)
        assert batch.predictions() == 4


def test_the_order_is_another_in_each_epoch_and_for_each_seed_and_always_the_same_for_both():
    lengths = np.random.default_rng(3).integers(1, 40, size=300)
    batches = separate(lengths, 8, seed=5)
    first, second = texts_of(batches, 1), texts_of(batches, 2)
    assert texts_of(batches, 1) == first == texts_of(separate(lengths, 8, seed=5), 1)
    assert second != first != texts_of(separate(lengths, 8, seed=6), 1)
    assert sorted(map(sorted, first)) != sorted(map(sorted, second))  # other companions, not only another order


def test_texts_of_a_batch_are_of_similar_length_and_batches_in_no_order_of_it():
    lengths = np.random.default_rng(4).integers(1, 1000, size=2000)
    batches = separate(lengths, 10)
    spreads, means = [], []
    for texts in texts_of(batches, 1):
        spreads.append(np.ptp(lengths[texts]))
        means.append(lengths[texts].mean())
    assert np.mean(spreads) < 40  # drawn at random, ten lengths spread over 800
    assert abs(np.corrcoef(means, np.arange(len(means)))[0, 1]) < 0.2


def test_the_shares_of_all_processes_are_the_batch():
    lengths = np.random.default_rng(5).integers(1, 9, size=40)
    whole = separate(lengths, 6)
    shares = [separate(lengths, 6) for _ in range(3)]
    for rank, share in enumerate(shares):
        share.share = Share(rank, 3)
    for index in range(whole.updates_per_epoch):
        parts = [share.batch(2, index).ids[0].tolist() for share in shares]
        assert sorted(itertools.chain(*parts)) == sorted(whole.batch(2, index).ids[0].tolist())
        assert all(len(part) == 2 for part in parts)


@pytest.mark.parametrize(
    ("make", "largest"), [(lambda n: running(30, n, 5), 29), (lambda n: separate([2] * 30, n), 30)]
)
def test_a_batch_that_is_too_large_is_refused_with_the_largest(make, largest):
    assert make(largest).updates_per_epoch == 1
    with pytest.raises(UserError, match="A batch of") as caught:
        make(largest + 1)
    assert f"training.batch={largest}," in caught.value.hint


def test_a_text_without_tokens_is_refused():
    with pytest.raises(UserError, match="2 of the texts have no token") as caught:
        separate([3, 0, 4, 0], batch=2)
    assert "plain" in caught.value.hint
