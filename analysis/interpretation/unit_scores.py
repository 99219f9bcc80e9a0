"""How well each unit of a layer tells each property of a text: found on one part, tested on another, against chance.

    yes/no    score = 2 AUC − 1,  AUC = P(state where it holds > state where it does not), ties by half
    number    score = Spearman's rank correlation of state and number

Both lie in −1 … 1 and are sums over positions of (rank of the state) × (property), so that one product of matrices
serves all units and properties; both depend on the order of the states alone: tanh(c) has the scores of c.

The text is cut into blocks. The even ones are for finding: which unit suits a property best, and with which sign. The
odd ones are for testing: all scores that count are of these. The control shifts the properties of the tested part
against its states in a circle, by random offsets, so that both keep their inner order (states of neighbouring
positions resemble each other; shuffled single positions would be far too easy to beat) and only their tie is cut.

What chance reaches for a property is the best |score| of *any* unit at each shift. A score is compared with that, in
units of its spread over the shifts, t; the largest t over all properties at each shift is what chance reaches when it
may choose among all units and all properties (the max-statistic of Westfall and Young, 1993):

    p = (1 + number of shifts whose largest t is no smaller) / (1 + number of shifts),

corrected for the number of tests. A shift's own t leaves that shift out of mean and spread, as the true one is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from analysis.interpretation.properties import FEWEST_POSITIONS, FEWEST_STRETCHES, TextProperty
from analysis.interpretation.ranks import centred_ranks
from data_prep.errors import UserError
from models.cores import one_core_each

BLOCK = 1_000  # tokens, of long texts
BLOCKS = 20  # at least, of shorter ones
SHIFTS = 99
FEWEST_TOKENS = 1_000
_AT_ONCE = 4096  # positions of one product
_RANK_BYTES = 128 << 20  # a core
_STEP = 32  # shifts of one product


@dataclass(frozen=True)
class UnitScores:
    """Scores of H units for P properties, of T tokens.

    names, kinds, abouts: of the properties. found: (H, P) scores on the even blocks; scores: (H, P) on the odd ones,
    where all that follows is from; corrected_p: (H, P). control: (B, P), the largest |score| of any unit at each of
    B shifts; control_95: (P,) its 95th percentile. held: (2, P), of yes/no the positions at which it holds in
    either part, of numbers all. dropped: (name, why) of properties that were not tested. block: tokens; tests: H·P.
    """

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    abouts: tuple[str, ...]
    found: np.ndarray
    scores: np.ndarray
    corrected_p: np.ndarray
    control: np.ndarray
    held: np.ndarray
    dropped: tuple[tuple[str, str], ...]
    tokens: int
    block: int
    seed: int

    @property
    def control_95(self) -> np.ndarray:
        """(P,): what the best of all units reaches by chance, but for one shift in twenty."""
        if not self.names:
            return np.empty(0)
        return np.quantile(self.control, 0.95, axis=0)

    @property
    def shifts(self) -> int:
        """B."""
        return len(self.control)

    @property
    def tests(self) -> int:
        """How many pairs of unit and property were tested."""
        return self.scores.size

    def best_unit(self, place: int) -> int:
        """The unit that suits a property best on the even blocks; what the odd ones say did not choose it."""
        return int(np.argmax(np.abs(self.found[:, place])))


def score_units(
    states: np.ndarray, properties: Sequence[TextProperty], *, shifts: int = SHIFTS, seed: int = 0
) -> UnitScores:
    """Scores of states (T, H) for properties (T,) of the same tokens.

    Not tested, and said in `dropped`: yes/no properties that hold, or do not, at fewer than 20 positions or in fewer
    than 5 separate stretches of a part, and numbers that are the same everywhere.

    Raises UserError for a text of fewer than 1,000 tokens.

    *Notes*: significant is not interpretable. With many tokens, units that follow a property only slightly are beyond
    chance, too: look at the score. A unit may follow something else that goes along with the property. A number that is
    mostly the same, such as a depth, correlates less than perfectly even with a unit that counts it, whose states
    differ a little where the number does not: look at the yes/no property beside it.
    """
    tokens = len(states)
    if tokens < FEWEST_TOKENS:
        raise UserError(
            f"The text has {tokens:,} tokens: too few to tell a unit from chance.",
            f"Give one of at least {FEWEST_TOKENS:,} tokens.",
        )
    if not np.isfinite(states[-1]).all():
        raise UserError("The network's states are not numbers.", "Its weights are damaged; train it again.")
    block = _block_length(tokens)
    odd = held_out_positions(tokens)
    parts = ~odd, odd
    tested, dropped = _sort_out(properties, parts)
    offsets = _offsets(int(odd.sum()), block, shifts, seed)
    units = states.shape[1]
    found, scores = (np.zeros((units, len(tested)), np.float64) for _ in parts)
    control = np.zeros((len(offsets), len(tested)))
    if tested:
        columns = [_columns(tested, part) for part in parts]
        cores = min(torch.get_num_threads(), units)

        def test(some: slice) -> np.ndarray:
            found[some] = _scores(centred_ranks(states[parts[0], some]), *columns[0])
            ranks = centred_ranks(states[parts[1], some])
            scores[some] = _scores(ranks, *columns[1])
            return _best_by_chance(ranks, *columns[1], offsets)

        step = max(1, min(-(-units // cores), _RANK_BYTES // (4 * tokens)))
        with one_core_each(cores) as pool:
            for best in pool.map(test, [slice(first, first + step) for first in range(0, units, step)]):
                np.maximum(control, best, out=control)
    return UnitScores(
        names=tuple(one.name for one in tested),
        kinds=tuple(one.kind for one in tested),
        abouts=tuple(one.about for one in tested),
        found=found,
        scores=scores,
        corrected_p=_corrected(scores, control),
        control=control,
        held=np.array([[_held(one, part) for one in tested] for part in parts], np.int64).reshape(2, -1),
        dropped=dropped,
        tokens=tokens,
        block=block,
        seed=seed,
    )


def held_out_positions(tokens: int) -> np.ndarray:
    """(T,) whether a position lies in the odd blocks, which scores are of."""
    return np.arange(tokens) // _block_length(tokens) % 2 == 1


def _block_length(tokens: int) -> int:
    return max(1, min(BLOCK, tokens // BLOCKS))


def _held(one: TextProperty, part: np.ndarray) -> int:
    return int(one.values[part].sum()) if one.kind == "yes/no" else int(part.sum())


def _sort_out(
    properties: Sequence[TextProperty], parts: tuple[np.ndarray, np.ndarray]
) -> tuple[list[TextProperty], tuple[tuple[str, str], ...]]:
    reasons = [(one, one.absence or _too_rare(one, parts[0]) or _too_rare(one, parts[1])) for one in properties]
    return [one for one, why in reasons if not why], tuple((one.name, why) for one, why in reasons if why)


def _too_rare(one: TextProperty, part: np.ndarray) -> str:
    values = one.values[part]
    if one.kind == "number":
        return f"“{one.name}” is the same throughout a part of this text." if np.ptp(values) == 0 else ""
    holds = int(values.sum())
    stretches = int((values[1:] & ~values[:-1]).sum() + values[0])
    if min(holds, len(values) - holds) < FEWEST_POSITIONS:
        return f"“{one.name}” holds at only {holds:,} of {len(values):,} positions of a part of this text."
    if stretches < FEWEST_STRETCHES:
        return f"“{one.name}” holds in only {stretches} separate stretches of a part of this text."
    return ""


def _offsets(tokens: int, block: int, shifts: int, seed: int) -> np.ndarray:
    """Different offsets, none so small that a property would still lie where it was."""
    nearest = min(block, tokens // 10)
    return np.random.default_rng(seed).choice(np.arange(nearest, tokens - nearest), shifts, replace=False)


def _columns(tested: Sequence[TextProperty], part: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(columns (P, T), scale (P,), number (P,)): numbers as centred ranks of unit length, yes/no as 0 and 1."""
    number = np.array([one.kind == "number" for one in tested])
    columns, scale = np.empty((len(tested), int(part.sum())), np.float32), np.empty(len(tested))
    for place, one in enumerate(tested):
        values = one.values[part]
        if one.kind == "number":
            ranks = centred_ranks(values[:, None])[0].astype(np.float64)
            columns[place], scale[place] = ranks / np.linalg.norm(ranks), 1.0
        else:
            holds = float(values.sum())
            columns[place], scale[place] = values, 2 / (holds * (len(values) - holds))
    return columns, scale, number


def _scores(ranks: np.ndarray, columns: np.ndarray, scale: np.ndarray, number: np.ndarray) -> np.ndarray:
    """(H, P), in double precision throughout."""
    total = torch.zeros(len(ranks), len(columns), dtype=torch.float64)
    for start in range(0, ranks.shape[1], _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        total += torch.from_numpy(ranks[:, some]).double() @ torch.from_numpy(columns[:, some]).double().T
    sums = total.numpy()
    return np.where(number, sums / _lengths(ranks)[:, None], sums * scale)


def _lengths(ranks: np.ndarray) -> np.ndarray:
    """(H,): of the vectors of ranks; 1 for a unit that never changes, whose ranks are zero."""
    lengths = np.sqrt(np.einsum("ht,ht->h", ranks, ranks, dtype=np.float64))
    return np.where(lengths > 0, lengths, 1.0)


def _best_by_chance(
    ranks: np.ndarray, columns: np.ndarray, scale: np.ndarray, number: np.ndarray, offsets: np.ndarray
) -> np.ndarray:
    """(B, P): the largest |score| of these units when the properties are shifted by each offset; single precision."""
    length = columns.shape[1]
    twice = torch.from_numpy(np.concatenate((columns, columns), axis=1))  # so that a shifted stretch is a slice
    ranked, lengths = torch.from_numpy(ranks), torch.from_numpy(_lengths(ranks))
    best = np.empty((len(offsets), len(columns)))
    for first in range(0, len(offsets), _STEP):
        some = offsets[first : first + _STEP].tolist()
        sums = torch.zeros(len(some) * len(columns), len(ranks))
        for start in range(0, length, _AT_ONCE):
            end = min(start + _AT_ONCE, length)
            shifted = torch.cat([twice[:, start + offset : end + offset] for offset in some])
            sums.addmm_(shifted, ranked[:, start:end].T)
        scores = sums.view(len(some), len(columns), len(ranks)).abs_()
        correlations = (scores / lengths).amax(2).numpy()
        best[first : first + len(some)] = np.where(number, correlations, scores.amax(2).numpy() * scale)
    return best


def _corrected(scores: np.ndarray, control: np.ndarray) -> np.ndarray:
    """(H, P) p values of scores (H, P), from the best |score| of any unit at each of B shifts (B, P)."""
    shifts, others = len(control), len(control) - 1
    total, squares = control.sum(0), (control**2).sum(0)
    own = _standardised(control, (total - control) / others, (squares - control**2) / others)
    largest = np.sort(own.max(1, initial=-np.inf))
    found = _standardised(np.abs(scores), total / shifts, squares / shifts)
    return (1 + shifts - np.searchsorted(largest, found, side="left")) / (1 + shifts)


def _standardised(values: np.ndarray, mean: np.ndarray, mean_square: np.ndarray) -> np.ndarray:
    spread = np.sqrt(np.maximum(mean_square - mean**2, 0))
    return (values - mean) / np.maximum(spread, 1e-9)
