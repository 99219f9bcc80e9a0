"""Several pieces of work side by side, one on each core."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import torch


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
