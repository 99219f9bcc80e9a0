"""A place in a text as its component draws it: the token, what stands before it, what follows."""

from collections.abc import Sequence
from typing import Any

LONGEST = 40  # characters of a token; the whole is in its tooltip, up to
LONGEST_TITLE = 1000


def place_in_text(position: int, before: Sequence[str], token: str, after: Sequence[str]) -> dict[str, Any]:
    """What `placeInText` in the script beside this takes."""
    return {
        "position": position,
        "before": [shown_token(other) for other in before],
        "token": shown_token(token),
        "after": [shown_token(other) for other in after],
    }


def shown_token(token: str) -> str | list[str]:
    """The token, or [cut, whole] where it is too long to draw."""
    return token if len(token) <= LONGEST else [f"{token[: LONGEST - 1]}…", token[:LONGEST_TITLE]]
