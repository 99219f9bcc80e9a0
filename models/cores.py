"""Several pieces of work side by side, one on each core."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager

import torch

PROGRESS_SECONDS = 0.2


@contextmanager
def one_core_each(workers: int) -> Iterator[ThreadPoolExecutor]:
    """A pool of so many threads, in each of which torch uses a single core.

    Small products are not worth the cores' waiting for each other at every step, and come to a standstill as soon as
    something else wants one of them. Outside the pool torch uses as many as before.
    """
    threads = torch.get_num_threads()
    try:
        with ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            yield pool
    finally:
        torch.set_num_threads(threads)


def read_side_by_side(
    readers: Sequence[Callable[[threading.Event], None]],
    done: Callable[[], float],
    on_progress: Callable[[float], None],
) -> None:
    """Let each reader work on a core of its own; each is to return soon after the event that it gets is set.

    on_progress gets the finished fraction, as `done` tells it, in the thread that called; it may raise to cancel.
    An error of a reader stops the others and is raised here.
    """
    stop = threading.Event()
    with one_core_each(len(readers)) as pool:
        try:
            work = [pool.submit(reader, stop) for reader in readers]
            while wait(work, PROGRESS_SECONDS, FIRST_EXCEPTION).not_done:
                if any(reader.done() and reader.exception() for reader in work):
                    stop.set()  # who is waited for first may not be who failed
                    break
                on_progress(done())
            for reader in work:
                reader.result()
        finally:
            stop.set()
    on_progress(1.0)
