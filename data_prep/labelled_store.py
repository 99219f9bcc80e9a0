"""Labelled texts on disk: the ids of all texts of a part, where each begins, and its class."""

from itertools import chain
from pathlib import Path

import numpy as np

from data_prep.cut_texts import cut_texts
from data_prep.errors import UserError
from data_prep.labelled import LabelledTexts
from data_prep.progress import OnProgress
from data_prep.sealed_folder import write_json
from data_prep.token_store import SMALLEST_PART, SPLITS, IdsInMemory, write_parts
from data_prep.token_stream import open_stream
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import Vocabulary


def write_labelled(
    folder: Path, texts: LabelledTexts, wanted: Tokenisation | Vocabulary, cap: int, on_progress: OnProgress
) -> tuple[Vocabulary, int]:
    """Write ids, offsets and labels of every part; returns the vocabulary and the number of types before its cap.

    wanted: a vocabulary, or how text is cut. Each different text is cut once, however often oversampling repeats it.
    """
    tokenisation = wanted.tokenisation if isinstance(wanted, Vocabulary) else wanted
    stream = open_stream(tokenisation)
    unique = {part: list(dict.fromkeys(texts.texts[part])) for part in SPLITS}
    ids, offsets = cut_texts(list(chain.from_iterable(unique.values())), stream, tokenisation)
    counted = [0, *np.cumsum([len(unique[part]) for part in SPLITS]).tolist()]
    bounds = [int(offsets[place]) for place in counted]
    if min(np.diff(bounds)) < SMALLEST_PART:
        raise UserError("The texts hold hardly any tokens.", "Check the --text-column.")
    vocabulary, types = write_parts(folder, IdsInMemory(ids), bounds, stream.types, wanted, cap, on_progress)
    for part, first in zip(SPLITS, counted, strict=False):
        starts = offsets[first : first + len(unique[part]) + 1] - offsets[first]
        places = {text: place for place, text in enumerate(unique[part])}
        order = np.array([places[text] for text in texts.texts[part]])
        once = np.load(folder / f"{part}.npy")
        lengths = np.diff(starts)[order]
        final_offsets = np.concatenate(([0], np.cumsum(lengths)))
        gathered = np.repeat(starts[order] - final_offsets[:-1], lengths) + np.arange(final_offsets[-1])
        np.save(folder / f"{part}.npy", once[gathered], allow_pickle=False)
        np.save(folder / f"{part}.offsets.npy", final_offsets.astype(np.int64), allow_pickle=False)
        np.save(folder / f"{part}.labels.npy", texts.labels[part].astype(np.uint16), allow_pickle=False)
    write_json(folder / "classes.json", list(texts.classes))
    return vocabulary, types
