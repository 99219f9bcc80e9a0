"""The states of one layer along a long text, which is read at many places side by side."""

import numpy as np
import torch
from torch import Tensor

from analysis.recording.windows import separate_texts
from analysis.states import CarriedState, check_states, project_vocabulary, unroll
from analysis.texts.reading import check_forward
from data_prep.errors import UserError
from data_prep.tokens import SENTENCE_END
from data_prep.vocabulary import Vocabulary
from models.cores import one_core_each
from models.network import RecurrentNetwork

WARM_UP = 500  # tokens read before a piece of a running text, so that its states are those of reading on
PIECE = 2_000  # tokens of a piece, at least
STREAMS = 32  # read side by side, on a core
MOST_PIECES = 128
MOST_VALUES = 160_000_000  # T·H that are kept
_WINDOW = 100


def paragraph_begins(ids: np.ndarray, vocabulary: Vocabulary) -> np.ndarray:
    """Sorted places in `ids` (T,) at which a paragraph begins: after an empty line; of words, after a sentence end."""
    if vocabulary.tokenisation.unit == "words":
        ends = ids == vocabulary.ids.get(SENTENCE_END, -1)
    else:
        shown = ids[ids != vocabulary.ids.get("\r", -1)]
        newline = vocabulary.ids.get("\n", -1)
        ends = np.zeros(len(ids), bool)
        ends[ids != vocabulary.ids.get("\r", -1)] = (shown == newline) & (np.append(-1, shown[:-1]) == newline)
    return np.append(0, np.flatnonzero(ends) + 1)


def warm_start(begins: np.ndarray, place: int) -> int:
    """Where to begin so that 500 tokens or more lead up to a place: with a paragraph, if one began not long before."""
    latest = max(0, place - WARM_UP)
    begin = int(begins[np.searchsorted(begins, latest, side="right") - 1])
    return begin if latest - begin <= PIECE else latest


def read_states(
    network: RecurrentNetwork,
    ids: np.ndarray,
    state: str,
    layer: int,
    offsets: np.ndarray | None = None,
    begins: np.ndarray | None = None,
) -> np.ndarray:
    """(T, H) float32: hidden or cell states of one layer (0-based) after each of `ids` (T,).

    A running text is cut into pieces; before each the network reads the 500 tokens before it, from the zero state, and
    a few more where a paragraph begins there (one of `begins`, from 0 on). What a network keeps for longer than that is
    lost at up to 127 places. Separate texts, which begin at `offsets` (N + 1,), are each read from the zero state.

    Raises UserError when the network also reads backwards, when the text is too long for so many units, or when the
    network has no such state.
    """
    check_forward(network)
    units = network.settings.units
    if state == "cell" and network.settings.cell != "lstm":
        raise UserError(f"A {network.settings.cell.upper()} has no cell state.", "Choose the hidden state.")
    if len(ids) * units > MOST_VALUES:
        raise UserError(
            f"{len(ids):,} tokens times {units:,} units are more values than can be kept.",
            f"Take at most {MOST_VALUES // units:,} tokens.",
        )
    states = np.empty((len(ids), units), np.float32)
    # Reading a word's row is quicker than computing it, where the text is longer than the vocabulary.
    projected = project_vocabulary(network) if len(ids) > 2 * network.vocabulary_size else None
    groups = _groups(len(ids), offsets, np.zeros(1, np.int64) if begins is None else begins)
    with one_core_each(1 if network.device.type == "cuda" else torch.get_num_threads()) as pool:
        for done in [pool.submit(_read, network, ids, one, (state, layer), projected, states) for one in groups]:
            done.result()
    return states


def longest_text(units: int) -> int:
    """How many tokens can be read of a network with so many units in a layer."""
    return MOST_VALUES // units


def _groups(
    tokens: int, offsets: np.ndarray | None, begins: np.ndarray
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """(starts, first tokens of which the states are kept, ends) of what is read side by side, group by group."""
    if offsets is None:
        pieces = max(1, min(MOST_PIECES, tokens // PIECE))
        ends = np.arange(1, pieces + 1) * tokens // pieces
        kept = np.append(0, ends[:-1])
        starts = np.array([warm_start(begins, place) for place in kept.tolist()])
        shares = np.array_split(np.arange(pieces), -(-pieces // STREAMS))
        return [(starts[some], kept[some], ends[some]) for some in shares]
    segments = separate_texts(np.asarray(offsets), STREAMS)
    groups = []
    for first in range(0, len(segments.starts), STREAMS):
        starts = segments.starts[first : first + STREAMS]
        groups.append((starts, starts, starts + segments.lengths[first : first + STREAMS]))
    return groups


@torch.inference_mode()
def _read(
    network: RecurrentNetwork,
    ids: np.ndarray,
    group: tuple[np.ndarray, np.ndarray, np.ndarray],
    wanted: tuple[str, int],
    projected: Tensor | None,
    states: np.ndarray,
) -> None:
    starts, kept, ends = group
    carried = CarriedState.zero(network, len(starts))
    for step in range(0, int((ends - starts).max()), _WINDOW):
        places = starts + np.arange(step, min(step + _WINDOW, int((ends - starts).max())))[:, None]
        here = ids[np.minimum(places, ends - 1)]  # what follows an end is read, and not kept
        tokens = torch.from_numpy(np.asarray(here, np.int64)).to(network.device)
        layers, carried = unroll(network, tokens, carried, projected=projected)
        check_states(carried)
        found = layers[wanted[1]].states[wanted[0]].cpu().numpy()
        inside = (places >= kept) & (places < ends)
        states[places[inside]] = found[inside]
