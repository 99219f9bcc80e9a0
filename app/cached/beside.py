"""What is computed beside the pages, for all visitors: of each kind one after the other, to be followed meanwhile."""

from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import streamlit as st

MOST = 128  # works of a kind that are remembered


@dataclass
class Work:
    """Something that was begun. done: the fraction of it; what: is being done, in words."""

    future: "Future[Any]" = field(default_factory=Future)
    done: float = 0.0
    what: str = ""

    def tell(self, done: float, what: str = "") -> None:
        """How far it is; for whoever does it."""
        self.done, self.what = done, what


def begin_work(kind: str, key: Hashable, compute: Callable[[Callable[..., None]], Any], *, again: bool = False) -> Work:
    """What was begun under this key; if nothing was, `compute(tell)` begins when those before it have ended.

    again: also if it has ended, well or not.
    """
    desk = _desk(kind)
    with desk.lock:
        if key not in desk.works or (again and desk.works[key].future.done()):
            work = desk.works[key] = Work()
            work.future = desk.thread.submit(compute, work.tell)
            ended = (key for key, work in desk.works.items() if work.future.done())
            for old in list(ended)[: max(0, len(desk.works) - MOST)]:
                del desk.works[old]
        return desk.works[key]


def begun_work(kind: str, key: Hashable) -> Work | None:
    """What was begun under this key, ended or not; None where nothing was."""
    return _desk(kind).works.get(key)


@dataclass
class _Desk:
    """The works of one kind, and the thread that does them."""

    thread: ThreadPoolExecutor
    works: dict[Hashable, Work] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


@st.cache_resource(max_entries=8, show_spinner=False)
def _desk(kind: str) -> _Desk:
    return _Desk(ThreadPoolExecutor(1, kind))
