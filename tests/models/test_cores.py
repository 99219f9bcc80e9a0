import threading
import time

import pytest

from models.cores import read_side_by_side


def test_every_reader_ends_and_progress_ends_at_one():
    ended, seen = [], []

    def reader(place: int):
        def read(stop: threading.Event) -> None:
            time.sleep(0.3)
            ended.append(place)

        return read

    read_side_by_side([reader(place) for place in range(3)], lambda: 0.5, seen.append)
    assert sorted(ended) == [0, 1, 2]
    assert seen[-1] == 1.0
    assert set(seen[:-1]) <= {0.5}


def test_an_error_of_one_stops_the_others_and_is_raised():
    stopped = threading.Event()

    def patient(stop: threading.Event) -> None:
        assert stop.wait(20)
        stopped.set()

    def failing(stop: threading.Event) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        read_side_by_side([patient, failing], lambda: 0.0, lambda _: None)
    assert stopped.is_set()


def test_progress_that_raises_cancels():
    stopped = threading.Event()

    def patient(stop: threading.Event) -> None:
        assert stop.wait(20)
        stopped.set()

    def cancel(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_side_by_side([patient], lambda: 0.0, cancel)
    assert stopped.is_set()
