"""Stored results: found again by the run's digest and every option, computed once, never stale."""

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from analysis.recording import Recording, record
from data_prep.corpus import SPLITS
from data_prep.errors import UserError
from data_prep.sealed_folder import home, open_sealed, read_json, sealing, write_json
from models.run import Run

logger = logging.getLogger(__name__)
SCHEMA = 1
ARRAYS = "arrays.npz"


@dataclass(frozen=True)
class RecordingOptions:
    """What to record: a part of the run's corpus, its most frequent words, streams read side by side.

    stored_precision: of the responses on disk; half precision is off by at most 0.05 % of a response.
    """

    split: Literal["train", "valid", "test"] = "train"
    words: int = 600
    streams: int = 64
    stored_precision: Literal["float16", "float32"] = "float16"


def recording_folder(run: Run, options: RecordingOptions) -> Path | None:
    """Where the recording of a run is stored: beside a bundled run, or in the home folder; None if nowhere."""
    key = _key(run, options)
    places = (_results_home(run) / key, run.folder / "results" / key)
    return next((place for place in places if place.is_dir()), None)


def stored_recording(run: Run, options: RecordingOptions) -> Recording:
    """Read a stored recording; UserError when there is none, or when it is damaged."""
    folder = recording_folder(run, options)
    if folder is None:
        raise UserError(f"The run {run.id} has not been recorded yet.", f"Record it: rnnscope analyse {run.id}")
    open_sealed(folder, "recording", SCHEMA)
    about = read_json(folder / "recording.json")
    with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
        named = {name: arrays[name] for name in arrays.files}

    def by_state(name: str) -> dict[str, np.ndarray]:
        found = {state: named[f"{name}-{state}"].astype(np.float32) for state in about["states"]}
        for array in found.values():
            array.flags.writeable = False  # shared by every visitor of the dashboard
        return found

    return Recording(
        token_ids=named["token_ids"],
        counts=named["counts"],
        mean=by_state("mean"),
        bands=by_state("bands"),
        mean_square=by_state("mean_square"),
        tokens=about["tokens"],
        streams=about["streams"],
        left_out=about["left_out"],
    )


def ensure_recording(
    run: Run,
    options: RecordingOptions,
    *,
    device: str = "cpu",
    on_progress: Callable[[float], None] = lambda _: None,
) -> Recording:
    """The stored recording; made first where there is none, made again where it is damaged."""
    if recording_folder(run, options) is not None:
        try:
            return stored_recording(run, options)
        except UserError as error:
            logger.warning("%s Recording %s again.", error.message, run.id)
    return record_run(run, options, device=device, on_progress=on_progress)


def record_run(
    run: Run,
    options: RecordingOptions,
    *,
    device: str = "cpu",
    on_progress: Callable[[float], None] = lambda _: None,
) -> Recording:
    """Record a run on a part of the corpus that it was trained on, and store the result.

    Raises UserError when the corpus is not at hand, or has another vocabulary than the run.
    """
    if options.split not in SPLITS:
        raise UserError(f"There is no part {options.split!r}.", f"Choose one of: {', '.join(SPLITS)}.")
    if options.words < 2 or options.streams < 1:
        raise UserError(
            f"{options.words} words and {options.streams} streams cannot be recorded.",
            "Take at least 2 words and 1 stream.",
        )
    corpus = run.open_corpus()
    recording = record(
        run.load_network(device),
        corpus.splits[options.split],
        offsets=None if corpus.texts is None else corpus.texts[options.split].offsets,
        words=options.words,
        streams=options.streams,
        on_progress=on_progress,
    )
    save_recording(recording, run, options, _results_home(run))
    return stored_recording(run, options)


def save_recording(recording: Recording, run: Run, options: RecordingOptions, results: Path) -> None:
    """Store a recording in the folder `results`: the home's, or the run's own where it cannot be made again."""
    arrays: dict[str, Any] = {"token_ids": recording.token_ids, "counts": recording.counts}
    for name in ("mean", "bands", "mean_square"):
        for state, values in getattr(recording, name).items():
            arrays[f"{name}-{state}"] = values.astype(options.stored_precision)
    about = {
        "run": run.id,
        "run_digest": run.digest,
        "options": vars(options),
        "states": list(recording.states),
        "tokens": recording.tokens,
        "streams": recording.streams,
        "left_out": recording.left_out,
    }
    with sealing(results / _key(run, options), "recording", SCHEMA, replace=True) as folder:
        np.savez_compressed(folder / ARRAYS, allow_pickle=False, **arrays)
        write_json(folder / "recording.json", about)


def _results_home(run: Run) -> Path:
    return home() / "results" / run.digest[:16]


def _key(run: Run, options: RecordingOptions) -> str:
    named = json.dumps({"schema": SCHEMA, "run": run.digest, **vars(options)}, sort_keys=True)
    return f"recording-{hashlib.sha256(named.encode()).hexdigest()[:16]}"
