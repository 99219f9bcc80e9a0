"""Where in the recorded text a unit's state was highest and lowest, with the words around it."""

from dataclasses import dataclass

import numpy as np

from analysis.recording.result import Recording
from data_prep.errors import UserError
from data_prep.vocabulary import Vocabulary
from models.run import Run

WORDS_AROUND, SYMBOLS_AROUND = (10, 6), (40, 24)  # tokens before and after


@dataclass(frozen=True)
class RecordedText:
    """The text that a recording was made from. ids: (T,); offsets: (N + 1,) where it is N separate texts, else None."""

    ids: np.ndarray
    offsets: np.ndarray | None = None

    def around(self, position: int, before: int, after: int) -> tuple[int, int]:
        """(first, end) of the neighbourhood of a position, not beyond the ends of its text."""
        lowest, highest = 0, len(self.ids)
        if self.offsets is not None:
            place = int(np.searchsorted(self.offsets, position, side="right"))
            lowest, highest = int(self.offsets[place - 1]), int(self.offsets[place])
        return max(lowest, position - before), min(highest, position + 1 + after)


@dataclass(frozen=True)
class StrongestContext:
    """A place at which a unit's state was extreme: the position in the recorded text, counted from 0, and the state.

    before, token, after: the tokens there, in the form in which they can be seen; None where the text is not at hand.
    """

    position: int
    value: float
    before: tuple[str, ...] | None = None
    token: str | None = None
    after: tuple[str, ...] | None = None


def recorded_text(run: Run, recording: Recording) -> RecordedText:
    """The text that was recorded.

    Raises UserError, which says why, where it is not at hand: the run has no corpus, it is not prepared here, it is
    another text by now, or the recording is of a text that was never kept.
    """
    if run.origin == "states":
        raise UserError(
            f"{run.id} was taken in as recorded states, without the text around them.",
            "Import the weights with a text instead.",
        )
    if recording.split in (None, "text"):
        raise UserError(
            f"The text that {run.id} was recorded from is not kept.", f"Record its corpus: rnnscope analyse {run.id}"
        )
    corpus = run.open_corpus()
    ids = corpus.splits[recording.split]
    # A corpus made again from the same source has another digest when its description says more.
    counts = np.bincount(ids, minlength=len(run.vocabulary))
    if len(ids) != recording.tokens or not np.array_equal(counts[recording.token_ids], recording.counts):
        raise UserError(
            f"The corpus {corpus.name} is another text than the one that {run.id} was recorded from.",
            f"Prepare {corpus.name} again from the file that the run was trained on.",
        )
    return RecordedText(ids, None if corpus.texts is None else corpus.texts[recording.split].offsets)


def strongest_contexts(
    recording: Recording, state: str, layer: int, unit: int, vocabulary: Vocabulary, text: RecordedText | None
) -> tuple[list[StrongestContext], list[StrongestContext]]:
    """(highest, lowest), strongest first: the contexts of a unit of a layer (0-based); empty where none were recorded.

    text: that was recorded; without it only positions and values are known.
    """
    if state not in recording.contexts:
        return [], []
    found = recording.contexts[state]
    before, after = WORDS_AROUND if vocabulary.tokenisation.unit == "words" else SYMBOLS_AROUND

    def shown(first: int, end: int) -> tuple[str, ...]:
        return tuple(vocabulary.display(int(token_id)) for token_id in text.ids[first:end])

    def context(position: int, value: float) -> StrongestContext:
        if text is None:
            return StrongestContext(position, value)
        first, end = text.around(position, before, after)
        token = shown(position, position + 1)[0]
        return StrongestContext(position, value, shown(first, position), token, shown(position + 1, end))

    def side(place: int) -> list[StrongestContext]:
        positions, values = found.positions[layer, unit, place], found.values[layer, unit, place]
        return [context(int(p), float(v)) for p, v in zip(positions, values, strict=True) if p >= 0]

    return side(0), side(1)
