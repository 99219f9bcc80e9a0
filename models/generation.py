"""What a language model writes after a prompt: a sample, or the tree of the likeliest continuations.

A typed prompt becomes token ids by `data_prep.prompt.read_prompt`. The state starts at zero, reads the prompt and is
carried on; the network comes back in the mode that it was in, and torch's own random numbers are not touched.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from data_prep.errors import UserError
from data_prep.joining import join_tokens
from data_prep.vocabulary import Vocabulary
from models.evaluation import evaluating, finite
from models.network import RecurrentLanguageModel, State

LARGEST_TREE = 1000  # nodes
DEEPEST_TREE = 100
MOST_BRANCHES = 100


@dataclass(frozen=True)
class Sample:
    """S tokens that a network wrote.

    ids, tokens: (S,). probabilities: (S,), what the network gives each after all before it, among all V tokens:
    its own belief, whatever temperature and top_k the token was drawn with. text: the tokens as text.
    """

    ids: tuple[int, ...]
    tokens: tuple[str, ...]
    probabilities: tuple[float, ...]
    text: str
    temperature: float
    top_k: int | None
    seed: int

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready dictionary."""
        written = zip(self.tokens, self.probabilities, strict=True)
        return {
            "seed": self.seed,
            "temperature": self.temperature,
            "top_k": self.top_k,
            "tokens": [{"token": token, "probability": round(p, 6)} for token, p in written],
            "text": self.text,
        }


@dataclass(frozen=True)
class Node:
    """A token in a tree of continuations.

    probability: of the token after the path before it. path_probability: of the whole path from the prompt to
    here, the product along it. children: the likeliest tokens after it, likeliest first.
    """

    token_id: int
    token: str
    probability: float
    path_probability: float
    children: tuple["Node", ...]

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready dictionary, the children in it."""
        return {
            "token": self.token,
            "probability": round(self.probability, 6),
            "path_probability": round(self.path_probability, 6),
            "children": [child.to_json() for child in self.children],
        }


@dataclass(frozen=True)
class Tree:
    """The likeliest continuations of a prompt.

    root: the last token of the prompt, with probability 1. nodes: how many there are without the root.
    left_out: nodes for which there was no room, of the depth where the tree was cut; 0 where it is whole.
    """

    root: Node
    nodes: int
    left_out: int
    branching: int
    minimum_probability: float
    depth: int

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready dictionary."""
        return {
            "branching": self.branching,
            "minimum_probability": self.minimum_probability,
            "depth": self.depth,
            "nodes": self.nodes,
            "left_out": self.left_out,
            "tree": self.root.to_json(),
        }


def sample(
    network: RecurrentLanguageModel,
    vocabulary: Vocabulary,
    prompt_ids: Sequence[int],
    *,
    length: int,
    temperature: float,
    top_k: int | None,
    seed: int,
    end_id: int | None = None,
) -> Sample:
    """Draw `length` tokens, one after the other; fewer when `end_id` is drawn, which is then the last.

    Each is drawn from softmax(logits / temperature), among the `top_k` likeliest where that is given; at temperature
    0 it is the likeliest. `<unk>` is never written: it stands for no word, and its share falls to the others.
    The seed gives every place of the text a random number of its own, from the first token of the prompt on: the same
    seed writes the same text (but for the rounding of another device), and goes on with it as before when the prompt
    is a text that it wrote.

    Raises UserError for options out of range, and when the network's predictions are not numbers.
    """
    _check_prompt(prompt_ids)
    _check(length >= 1, f"A text of {length} tokens cannot be written.", "Take a length of at least 1.")
    _check(
        temperature >= 0 and math.isfinite(temperature),
        f"The temperature cannot be {temperature:g}.",
        "Take 0 for the likeliest token, 1 for the network's own probabilities, or any number above 0.",
    )
    _check(top_k is None or top_k >= 1, f"top_k cannot be {top_k}.", "Take at least 1, or leave it out.")
    _check(0 <= seed < 2**63, f"The seed cannot be {seed}.", "Take 0 or a larger whole number.")
    _check(len(vocabulary) > (vocabulary.unknown_id is not None), "The vocabulary has nothing but <unk>.", "")
    generator = torch.Generator().manual_seed(seed)
    torch.rand(len(prompt_ids), dtype=torch.float64, generator=generator)
    ids: list[int] = []
    probabilities: list[float] = []
    unread, state = torch.tensor(prompt_ids)[:, None], None
    with evaluating(network):
        while len(ids) < length and ids[-1:] != [end_id]:
            logits, state = _read(network, unread, state)
            log_probabilities = logits[0].cpu().double().log_softmax(0)
            shares = _shares(log_probabilities, vocabulary.unknown_id, temperature, top_k).cumsum(0)
            place = shares[-1] * torch.rand(1, dtype=torch.float64, generator=generator)
            ids.append(int(torch.searchsorted(shares, place, right=True)))
            probabilities.append(log_probabilities[ids[-1]].exp().item())
            unread = torch.tensor([ids[-1:]])
    tokens = tuple(vocabulary.tokens[token_id] for token_id in ids)
    text = join_tokens(tokens, vocabulary.tokenisation)
    return Sample(tuple(ids), tokens, tuple(probabilities), text, temperature, top_k, seed)


def tree(
    network: RecurrentLanguageModel,
    vocabulary: Vocabulary,
    prompt_ids: Sequence[int],
    *,
    branching: int,
    minimum_probability: float,
    depth: int,
    largest: int = LARGEST_TREE,
) -> Tree:
    """The `branching` likeliest tokens after the prompt and after each of these, down to `depth` tokens.

    A token is taken when the probability of its whole path is at least `minimum_probability`: since the paths of one
    depth share 1 among them, there are at most 1 / minimum_probability nodes at any depth. `<unk>` is shown like any
    other token, for a tree tells what the network expects. Where more than `largest` nodes would be taken,
    those of the last depth give way, least likely first, and nothing grows beyond: see `Tree.left_out`.

    Raises UserError for options out of range, and when the network's predictions are not numbers.
    """
    _check_prompt(prompt_ids)
    for name, value, highest in (("branching", branching, MOST_BRANCHES), ("depth", depth, DEEPEST_TREE)):
        _check(1 <= value <= highest, f"The {name} of a tree cannot be {value}.", f"Choose 1 to {highest}.")
    _check(
        0 <= minimum_probability <= 1,
        f"The minimum probability cannot be {minimum_probability:g}.",
        "Choose a number from 0 to 1, such as 0.01.",
    )
    levels: list[_Level] = []
    room, left_out = largest, 0
    unread, state = torch.tensor(prompt_ids)[:, None], None
    paths = torch.ones(1, dtype=torch.float64)
    with evaluating(network):
        while len(levels) < depth and not left_out:
            logits, state = _read(network, unread, state)
            likeliest = logits.log_softmax(1).topk(min(branching, len(vocabulary)))
            probabilities = likeliest.values.cpu().double().exp()
            reached = paths[:, None] * probabilities
            taken = reached >= minimum_probability
            left_out = max(0, int(taken.sum()) - room)
            if left_out:
                taken = _likeliest(reached * taken, room)
            parents = taken.nonzero()[:, 0]
            if len(parents) == 0:
                break
            paths, ids = reached[taken], likeliest.indices.cpu()[taken]
            levels.append(_Level(parents.tolist(), ids.tolist(), probabilities[taken].tolist(), paths.tolist()))
            room -= len(parents)
            unread, state = ids[None], _of_streams(state, parents)
    last = int(prompt_ids[-1])
    root = Node(last, vocabulary.tokens[last], 1.0, 1.0, _assembled(levels, vocabulary))
    return Tree(root, largest - room, left_out, branching, minimum_probability, depth)


@dataclass(frozen=True)
class _Level:
    """The N nodes of one depth: the place of each one's parent in the depth before, and its values."""

    parents: list[int]
    ids: list[int]
    probabilities: list[float]
    paths: list[float]


def _read(network: RecurrentLanguageModel, ids: Tensor, state: State) -> tuple[Tensor, State]:
    """Logits (B, V) of the tokens after `ids` (T, B), and the state at the end."""
    hidden, state = network.read(ids.to(network.device), state)
    logits = network.decoder(hidden[-1])
    finite(logits.logsumexp(1).sum().item())
    return logits, state


def _shares(log_probabilities: Tensor, unknown_id: int | None, temperature: float, top_k: int | None) -> Tensor:
    """What each of V tokens is drawn with; at temperature 0 all goes to the likeliest."""
    allowed = log_probabilities.clone()
    if unknown_id is not None:
        allowed[unknown_id] = -math.inf
    if temperature == 0:
        return functional.one_hot(allowed.argmax(), len(allowed)).double()
    if top_k is not None and top_k < len(allowed):
        allowed[_likeliest(allowed, top_k).logical_not()] = -math.inf
    return ((allowed - allowed.max()) / temperature).softmax(0)


def _of_streams(state: State, places: Tensor) -> State:
    """The state (L, B, H) of the streams at `places` (N,), in that order: (L, N, H)."""
    if isinstance(state, tuple):
        return tuple(part[:, places] for part in state)
    return None if state is None else state[:, places]


def _likeliest(probabilities: Tensor, count: int) -> Tensor:
    """Where the `count` highest of an array of probabilities stand, as booleans."""
    taken = torch.zeros(probabilities.numel(), dtype=torch.bool)
    taken[probabilities.flatten().topk(count).indices] = True
    return taken.view_as(probabilities)


def _assembled(levels: list[_Level], vocabulary: Vocabulary) -> tuple[Node, ...]:
    """The nodes of the first depth, each with its children, which are in the levels below."""
    below: dict[int, list[Node]] = {}
    for level in reversed(levels):
        own: dict[int, list[Node]] = {}
        rows = zip(level.parents, level.ids, level.probabilities, level.paths, strict=True)
        for place, (parent, token_id, probability, path) in enumerate(rows):
            children = tuple(below.get(place, ()))
            node = Node(token_id, vocabulary.tokens[token_id], probability, path, children)
            own.setdefault(parent, []).append(node)
        below = own
    return tuple(below.get(0, ()))


def _check_prompt(prompt_ids: Sequence[int]) -> None:
    _check(len(prompt_ids) > 0, "The prompt has no tokens.", "Let read_prompt find its first one.")


def _check(holds: bool, message: str, hint: str) -> None:
    if not holds:
        raise UserError(message, hint)
