"""Recordings on disk."""

import hashlib
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from analysis.recording.arrays import Precision, from_arrays, to_arrays
from analysis.recording.engine import STREAMS, WORDS, record
from analysis.recording.result import Recording
from analysis.results import (
    ABOUT,
    Content,
    ResultKey,
    ensure_result,
    find_result,
    read_result,
    results_home,
    save_result,
)
from data_prep.corpus import SPLITS
from data_prep.errors import UserError
from data_prep.sealed_folder import read_json
from models.network import RecurrentNetwork
from models.run import Run

logger = logging.getLogger(__name__)
KIND, SCHEMA = "recording", 2
Record = Callable[..., Recording]
Part = Literal["train", "valid", "test", "text"]


@dataclass(frozen=True)
class RecordingOptions:
    """What to record, and what of it to keep.

    split: a part of the corpus that the run was trained on, or `text` for a text of the user's, whose ids have the
    digest `text`. checkpoint: the update after which the weights were kept on the way; None for the best.
    words: with quantiles and surprise, the most frequent. means: words whose means are kept; None for
    all. streams: places read side by side. stored_precision: half precision is off by at most 0.05 % of a response.
    """

    split: Part = "train"
    text: str | None = None
    words: int = WORDS
    means: int | None = None
    streams: int = STREAMS
    stored_precision: Precision = "float16"
    checkpoint: int | None = None

    def __post_init__(self) -> None:
        if self.split not in get_args(Part):
            raise UserError(f"There is no part {self.split!r}.", f"Choose one of: {', '.join(get_args(Part))}.")


SHIPPED = RecordingOptions(words=600, means=600)  # of the runs in the gallery


def key_of(run: Run, options: RecordingOptions) -> ResultKey:
    """The name under which a recording is stored."""
    named = asdict(options)
    if options.checkpoint is None:
        del named["checkpoint"]  # recordings were stored before there was a choice
    return ResultKey(run, KIND, SCHEMA, named)


def recording_folder(run: Run, options: RecordingOptions) -> Path | None:
    """Where the recording of a run is stored; None if nowhere.

    In place of a recording by default options, the smaller one will do that ships with a run of the gallery.
    """
    found = find_result(key_of(run, options))
    if found is None and options == RecordingOptions():
        found = find_result(key_of(run, SHIPPED))
    return found


def stored_texts(run: Run) -> dict[str, str]:
    """Texts of the user's own of which a recording is stored: digest → the title that it was given.

    By default options, with the best weights or those of a checkpoint. Folders that are unfinished are left out;
    whether one is damaged shows when it is read.
    """
    found = {}
    for folder in sorted(results_home(run).glob(f"{KIND}-*")):
        with suppress(UserError, KeyError, TypeError, AttributeError):
            about = read_json(folder / ABOUT)
            text, checkpoint = (about["options"].get(name) for name in ("text", "checkpoint"))
            options = RecordingOptions(split="text", text=text, checkpoint=checkpoint)
            if text and recording_folder(run, options) == folder:
                found[text] = str(about.get("title") or "")
    return found


def stored_recording(run: Run, options: RecordingOptions) -> Recording:
    """Read a stored recording; UserError when there is none, or when it is damaged."""
    folder = recording_folder(run, options)
    if folder is None:
        usual = options == RecordingOptions()
        with_them = "" if usual else " with these options"
        hint = f"rnnscope analyse {run.id}" if usual else "rnnscope.record_run(run, options)"
        raise UserError(f"The run {run.id} has not been recorded{with_them} yet.", f"Record it: {hint}")
    content = read_result(folder, KIND, SCHEMA)
    return from_arrays(content.about, content.arrays)


def ensure_recording(
    run: Run,
    options: RecordingOptions,
    *,
    ids: np.ndarray | None = None,
    device: str = "cpu",
    again: bool = False,
    title: str = "",
    record: Record = record,
    on_progress: Callable[[float], None] = lambda _: None,
) -> Recording:
    """The stored recording; made first where there is none, made again where it is damaged, or if asked to.

    ids: of the user's own text, see `options_for_text`; title: by which its recording is found again.
    record: `record`, or what does the same elsewhere.

    Raises UserError when the corpus is not at hand, or has another vocabulary than the run.
    """
    if not again and recording_folder(run, options) is not None:
        try:
            return stored_recording(run, options)
        except UserError as error:
            logger.warning("%s Recording %s again.", error.message, run.id)
    _check(options, ids)
    run.weights_after(options.checkpoint)  # says which there are

    def compute() -> Content:
        made = _record(run, options, ids, device, record, on_progress)
        about, arrays = to_arrays(made, options.stored_precision)
        return Content(about | {"options": asdict(options), "title": title}, arrays)

    content = ensure_result(key_of(run, options), compute, again=again)
    return from_arrays(content.about, content.arrays)


def record_run(run: Run, options: RecordingOptions, **how: Any) -> Recording:
    """Record a run and store the result, whether or not there is one; `how` as of `ensure_recording`."""
    return ensure_recording(run, options, again=True, **how)


def save_recording(
    recording: Recording, run: Run, options: RecordingOptions, results: Path, *, compressed: bool = False
) -> None:
    """Store a recording in the folder `results`: the home's, or the run's own where it cannot be made again."""
    content = Content(*to_arrays(recording, options.stored_precision))
    save_result(key_of(run, options), content, results, compressed=compressed)


def options_for_text(ids: np.ndarray, options: RecordingOptions) -> RecordingOptions:
    """The options under which the recording of these token ids (T,) is stored."""
    digest = hashlib.sha256(np.ascontiguousarray(ids, np.int64).tobytes()).hexdigest()
    return replace(options, split="text", text=digest)


def _check(options: RecordingOptions, ids: np.ndarray | None) -> None:
    if (options.split == "text") != (ids is not None):
        raise UserError(f"There is no part {options.split!r}.", f"Choose one of: {', '.join(SPLITS)}.")
    if options.words < 2 or options.streams < 1 or (options.means is not None and options.means < options.words):
        raise UserError(
            f"{options.words} words and {options.streams} streams cannot be recorded.",
            "Take at least 2 words and 1 stream.",
        )


def _record(
    run: Run,
    options: RecordingOptions,
    ids: np.ndarray | None,
    device: str,
    record: Record,
    on_progress: Callable[[float], None],
) -> Recording:
    offsets = None
    if ids is None:
        corpus = run.open_corpus()
        ids = corpus.splits[options.split]
        offsets = None if corpus.texts is None else corpus.texts[options.split].offsets
    network: RecurrentNetwork = run.load_network(device, weights_file=run.weights_after(options.checkpoint))
    made = record(network, ids, offsets=offsets, words=options.words, streams=options.streams, on_progress=on_progress)
    return made if options.means is None else made.most_frequent(options.means)
