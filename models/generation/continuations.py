"""The tree of the likeliest continuations of a prompt."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from data_prep.vocabulary import Vocabulary
from models.evaluation import evaluating
from models.generation.next_token import check, check_prompt, likeliest, next_logits
from models.network import RecurrentLanguageModel, State

LARGEST_TREE = 1000  # nodes
DEEPEST_TREE = 100
MOST_BRANCHES = 100


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
    check_prompt(prompt_ids)
    for name, value, highest in (("branching", branching, MOST_BRANCHES), ("depth", depth, DEEPEST_TREE)):
        check(1 <= value <= highest, f"The {name} of a tree cannot be {value}.", f"Choose 1 to {highest}.")
    check(
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
            logits, state = next_logits(network, unread, state)
            best = logits.log_softmax(1).topk(min(branching, len(vocabulary)))
            probabilities = best.values.cpu().double().exp()
            reached = paths[:, None] * probabilities
            taken = reached >= minimum_probability
            left_out = max(0, int(taken.sum()) - room)
            if left_out:
                taken = likeliest(reached * taken, room)
            parents = taken.nonzero()[:, 0]
            if len(parents) == 0:
                break
            paths, ids = reached[taken], best.indices.cpu()[taken]
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


def _of_streams(state: State, places: Tensor) -> State:
    """The state (L, B, H) of the streams at `places` (N,), in that order: (L, N, H)."""
    if isinstance(state, tuple):
        return tuple(part[:, places] for part in state)
    return None if state is None else state[:, places]


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
