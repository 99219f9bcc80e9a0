"""Tensors against the shapes that they should have: everything that does not fit is named at once."""

from collections.abc import Collection

from torch import Tensor

from data_prep.errors import UserError

Shape = tuple[int, ...]
NAMED_AT_ONCE = 8
HINT = "Give the whole state dict of an embedding, a recurrent part and a decoder; --ignore KEY leaves a tensor out."


class ShapeCheck:
    """Takes tensors by key and expected shape, and remembers what is not as expected."""

    def __init__(self, tensors: dict[str, Tensor]) -> None:
        self._tensors = tensors
        self._faults: list[str] = []
        self._transposed = False

    def take(self, key: str, shape: Shape) -> Tensor | None:
        """The tensor of this key, or None when it is missing or has another shape."""
        if key not in self._tensors:
            self._faults.append(f"{key} is missing, expected {shown(shape)}")
            return None
        found = tuple(self._tensors[key].shape)
        if found == shape:
            return self._tensors[key]
        transposed = found == shape[::-1]
        self._transposed |= transposed
        self._faults.append(
            f"{key} is {shown(found)}, expected {shown(shape)}" + (" (it is transposed)" if transposed else "")
        )
        return None

    def missing(self, what: str, shape: str) -> None:
        """Something that has no key because it was not found."""
        self._faults.append(f"there is no {what}, expected {shape}")

    def refuse_extra(self, keys: Collection[str]) -> None:
        """Tensors that have no place."""
        self._faults += [f"{key} ({shown(tuple(self._tensors[key].shape))}) has no place" for key in keys]

    def settle(self) -> None:
        """UserError that names everything that did not fit, if anything did not."""
        if not self._faults:
            return
        more = len(self._faults) - NAMED_AT_ONCE
        named = "; ".join(self._faults[:NAMED_AT_ONCE]) + (f"; and {more} more" if more > 0 else "")
        raise UserError(
            f"The weights do not fit: {named}.", "Transpose what is transposed." if self._transposed else HINT
        )


def shown(shape: Shape) -> str:
    """A shape as people write it: 800 × 200."""
    return " × ".join(f"{size:,}" for size in shape) or "one number"


def listed(keys: list[str]) -> str:
    """The first few keys."""
    more = len(keys) - NAMED_AT_ONCE
    return (", ".join(keys[:NAMED_AT_ONCE]) or "none") + (f" and {more} more" if more > 0 else "")
