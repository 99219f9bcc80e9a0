"""From recorded states to a run that can be looked at: the same statistics as of a network that is run here.

The response to the token read at t is h_t − h_{t−1} (`analysis.recording`). Separate texts start from the zero state;
of running text the state before the first token is not known, so that token is left out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from analysis.recording.engine import WORDS
from analysis.recording.plan import make_plan
from analysis.recording.responses import ResponseTally
from analysis.recording.result import Recording
from analysis.recording.store import RecordingOptions, save_recording
from analysis.recording.tally import Tally
from analysis.recording.windows import HALF, Segments
from data_prep.errors import UserError
from data_prep.lstmvis import open_lstmvis
from data_prep.recorded_states import RecordedStates, open_npz
from data_prep.sealed_folder import sha256_of
from data_prep.tokens import Unit
from data_prep.vocabulary_file import read_names
from models.foreign.states_run import save_states_run, suggested_run_id, vocabulary_of_states
from models.run import Run
from models.run_folders import reserve_run_id


@dataclass(frozen=True)
class StatesFound:
    """The sizes of recorded states. T: tokens, of so many different ones."""

    tokens: int
    types: int
    layers: int
    units: int
    kinds: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def description(self) -> str:
        """What they are, in a line."""
        return (
            f"states alone · {self.layers} layer{'s' if self.layers > 1 else ''} of {self.units:,} units · "
            f"{' and '.join(self.kinds)} · {self.tokens:,} tokens, {self.types:,} different"
        )


def open_states(path: Path, vocabulary: Path | None = None) -> RecordedStates:
    """Open an npz, a folder of LSTMVis or its lstm.yml; `vocabulary` names the tokens where an npz has their ids."""
    if path.is_dir() or path.suffix in (".yml", ".yaml"):
        return open_lstmvis(path if path.is_dir() else path.parent)
    return open_npz(path, read_names(vocabulary) if vocabulary else None)


def describe_states(states: RecordedStates) -> StatesFound:
    """The sizes of recorded states."""
    return StatesFound(len(states.ids), len(np.unique(states.ids)), *states.shape, tuple(states.blocks), states.notes)


def import_states(
    path: Path,
    *,
    name: str | None = None,
    vocabulary: Path | None = None,
    unit: Unit | None = None,
    on_progress: Callable[[float], None] = lambda _: None,
) -> tuple[Run, StatesFound]:
    """Keep recorded states as a run with its recording; the states themselves are read once and not kept.

    Raises UserError for what does not fit, before anything is written.
    """
    states = open_states(path, vocabulary)
    run_id = reserve_run_id(name or suggested_run_id(path, states))
    tokens, ids = vocabulary_of_states(states, unit)
    options = RecordingOptions()
    recording = record_states(states, ids, len(tokens), words=options.words, on_progress=on_progress)
    source = {"file": path.name, "sha256": sha256_of(path) if path.is_file() else None}
    run = save_states_run(run_id, states, tokens, source, states.notes)
    save_recording(recording, run, options, run.folder / "results")
    return run, describe_states(states)


def record_states(
    states: RecordedStates,
    ids: np.ndarray,
    vocabulary_size: int,
    *,
    words: int = WORDS,
    on_progress: Callable[[float], None] = lambda _: None,
) -> Recording:
    """The statistics of the responses to the words of `ids` (T,), in memory that does not grow with T.

    words: how many of the most frequent get quantiles. `on_progress` gets the finished fraction, and may raise to
    cancel.

    Raises UserError when states are not numbers, or a file is cut off.
    """
    layers, units = states.shape
    starts = np.zeros(len(ids), bool)
    first = 0
    if states.offsets is None:
        first = 1  # the state before the first token is not known
    else:
        starts[states.offsets[:-1][np.diff(states.offsets) > 0]] = True
    plan = make_plan(
        ids[first:],
        Segments(np.array([first]), np.array([len(ids) - first]), 1),
        vocabulary_size,
        words=words,
        columns=layers * units * len(states.blocks),
        all_surprises=False,
    )
    columns = units * len(states.blocks)
    tally = Tally(
        plan, tuple(states.blocks), [ResponseTally(plan, columns, torch.device("cpu")) for _ in range(layers)], [], None
    )
    before = {kind: np.zeros((1, layers, units), np.float32) for kind in states.blocks}
    for start, window in states.windows():
        end = start + len(next(iter(window.values())))
        counted = slice(max(0, first - start), None)
        changes = []
        for kind, values in window.items():
            if not np.isfinite(values).all():
                place = start + int(np.flatnonzero(~np.isfinite(values).all(axis=(1, 2)))[0])
                raise UserError(
                    f"The {kind} state at position {place + 1:,} is not a number.", "Record the states again."
                )
            previous = np.concatenate((before[kind], values[:-1]))
            previous[starts[start:end]] = 0
            changes.append((values - previous)[counted])
            before[kind] = values[-1:]
        positions = np.arange(start, end)[counted]
        occurrences = plan.occurrences(plan.row_of[ids[positions]], positions, positions // HALF * HALF)
        for layer, responses in enumerate(tally.responses):
            responses.add(torch.from_numpy(np.hstack([change[:, layer] for change in changes])), occurrences)
        tally.tokens += len(positions)
        on_progress(end / len(ids))
    return tally.recording()
