"""How long work says where it stands, and how it is cancelled."""

from collections.abc import Callable

# Called with (fraction done, what is being done). An exception that it raises cancels the work: everything
# half-written is removed, and the exception goes on to whoever started the work.
OnProgress = Callable[[float, str], None]


def silent(_fraction: float, _state: str) -> None:
    """Report to nobody."""


def span(on_progress: OnProgress, start: float, end: float) -> OnProgress:
    """The reporter of a part of the work: its 0…1 becomes `start`…`end` of the whole."""
    return lambda fraction, state: on_progress(start + (end - start) * min(1.0, fraction), state)
