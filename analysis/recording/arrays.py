"""A recording as arrays for the disk, in as few bytes as its meaning needs.

Means and deviations are kept in the precision asked for. A quantile is kept in sixteenths of its word's standard
deviation from the mean; the mean over one half of the text in sixteenths of its standard error from the mean of the
whole, from which that of the other half follows. Both are far finer than what a sample tells.
"""

from typing import Any, Literal

import numpy as np

from analysis.recording.result import FRACTIONS, Contexts, Recording

Precision = Literal["float16", "float32"]
STEP = 1 / 16
_LARGEST_HALF = float(np.finfo(np.float16).max)


def to_arrays(recording: Recording, precision: Precision) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """(plain values, arrays) from which `from_arrays` makes the recording again."""
    about = {
        "states": list(recording.states),
        "tokens": recording.tokens,
        "streams": recording.streams,
        "fractions": list(FRACTIONS),
        "distributed": recording.distributed,
        "gates": list(recording.left_saturated),
        "distributions": list(recording.distributions),
    }
    arrays = {
        "token_ids": recording.token_ids.astype(np.int32),
        "counts": recording.counts,
        "sampled": recording.sampled.astype(np.int32),
        "half_counts": recording.half_counts.astype(np.int32),
    }
    for state in recording.states:
        mean, deviation = recording.mean[state], recording.deviation[state]
        arrays[f"mean-{state}"] = _stored(mean, precision)
        arrays[f"deviation-{state}"] = _stored(deviation, precision)
        arrays[f"mean_square-{state}"] = recording.mean_square[state]
        # What the reader has to add to is the mean as stored.
        mean = arrays[f"mean-{state}"][: recording.banded].astype(np.float32)
        spread = _spread(arrays[f"deviation-{state}"][: recording.banded])
        error = spread / np.sqrt(np.maximum(recording.counts[: recording.banded], 1))[:, None, None]
        arrays[f"quantiles-{state}"] = _steps(recording.quantiles[state] - mean, spread)
        arrays[f"half-{state}"] = _steps(recording.half_means[state][0] - mean, error)
        if state in recording.contexts:
            arrays[f"positions-{state}"] = recording.contexts[state].positions
            arrays[f"strongest-{state}"] = _stored(recording.contexts[state].values, precision)
    for name, counts in recording.distributions.items():
        arrays[f"distribution-{name}"] = counts.astype(np.int32)
    for name in recording.left_saturated:
        arrays[f"left-{name}"], arrays[f"right-{name}"] = (
            recording.left_saturated[name],
            recording.right_saturated[name],
        )
    if recording.surprise_nats is not None:
        arrays["surprise_nats"], arrays["surprise_counts"] = recording.surprise_nats, recording.surprise_counts
    return about, arrays


def from_arrays(about: dict[str, Any], arrays: dict[str, np.ndarray]) -> Recording:
    """The recording, its arrays read-only: it is shared by every visitor of the dashboard."""
    states, counts = about["states"], arrays["counts"]
    half_counts = arrays["half_counts"]
    banded = len(arrays["sampled"])
    mean = {state: arrays[f"mean-{state}"].astype(np.float32) for state in states}
    deviation = {state: arrays[f"deviation-{state}"].astype(np.float32) for state in states}
    quantiles, half_means = {}, {}
    for state in states:
        centre, spread = mean[state][:banded], _spread(arrays[f"deviation-{state}"][:banded])
        error = spread / np.sqrt(np.maximum(counts[:banded], 1))[:, None, None]
        quantiles[state] = centre + arrays[f"quantiles-{state}"] * (STEP * spread)
        half_means[state] = _halves(centre, arrays[f"half-{state}"] * (STEP * error), half_counts, counts[:banded])
    found = Recording(
        token_ids=arrays["token_ids"],
        counts=counts,
        mean=mean,
        deviation=deviation,
        quantiles=quantiles,
        half_means=half_means,
        half_counts=half_counts,
        sampled=arrays["sampled"],
        mean_square={state: arrays[f"mean_square-{state}"] for state in states},
        tokens=about["tokens"],
        streams=about["streams"],
        contexts={
            state: Contexts(arrays[f"positions-{state}"], arrays[f"strongest-{state}"].astype(np.float32))
            for state in states
            if f"positions-{state}" in arrays
        },
        left_saturated={name: arrays[f"left-{name}"] for name in about["gates"]},
        right_saturated={name: arrays[f"right-{name}"] for name in about["gates"]},
        distributions={name: arrays[f"distribution-{name}"] for name in about["distributions"]},
        distributed=about["distributed"],
        surprise_nats=arrays.get("surprise_nats"),
        surprise_counts=arrays.get("surprise_counts"),
        split=about.get("options", {}).get("split"),  # which the store adds
    )
    for value in vars(found).values():
        for array in value.values() if isinstance(value, dict) else (value,):
            if isinstance(array, np.ndarray):
                array.flags.writeable = False
    return found


def _stored(values: np.ndarray, precision: Precision) -> np.ndarray:
    if precision == "float16":  # states that were recorded elsewhere may be of any size
        values = np.clip(values, -_LARGEST_HALF, _LARGEST_HALF)
    return values.astype(precision)


def _spread(deviation: np.ndarray) -> np.ndarray:
    """Deviations as units of measurement; 1 where there is none."""
    spread = deviation.astype(np.float32)
    return np.where(spread > 0, spread, np.float32(1))


def _steps(difference: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """In sixteenths of a unit; 0 for what is not known."""
    return np.nan_to_num(np.clip(np.rint(difference / (STEP * unit)), -127, 127)).astype(np.int8)


def _halves(mean: np.ndarray, difference: np.ndarray, first: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """(2, F, L, H): means of the first half and, as the two make up the whole, of the other; NaN without occurrence."""
    with np.errstate(divide="ignore", invalid="ignore"):
        other = (first / (counts - first))[:, None, None].astype(np.float32)
        known = np.array([first > 0, counts > first])[..., None, None]
        return np.where(known, np.stack((mean + difference, mean - difference * other)), np.float32(np.nan))
