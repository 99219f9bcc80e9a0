"""What may follow a prompt, as a tree that grows to the right."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from app.components.assets import assets
from data_prep.vocabulary import Vocabulary
from models.generation.continuations import Node, Tree

_mount = st.components.v2.component("continuation_tree", **assets("continuation_tree"))


def continuation_tree(data: dict[str, Any], *, key: str, on_pick: Callable[[], None]) -> None:
    """Draw the tree.

    A click on a node calls `on_pick`, after which `st.session_state[key].picked` is {"path"}: which child to take at
    each node from the root to it, as `tokens_along` reads it.
    """
    _mount(key=key, data=data, on_picked_change=on_pick)


def continuation_tree_data(grown: Tree, vocabulary: Vocabulary) -> dict[str, Any]:
    """What the browser needs: nodes in nodes, each with its token as it can be seen and its probabilities."""

    def shown(node: Node) -> dict[str, Any]:
        return {
            "text": vocabulary.display(node.token_id),
            "probability": node.probability,
            "path": node.path_probability,
            "children": [shown(child) for child in node.children],
        }

    return {"noun": vocabulary.tokenisation.noun, "root": shown(grown.root)}


def tokens_along(root: Node, path: Sequence[int]) -> tuple[str, ...]:
    """The tokens from the child of the root to the node that `path` leads to."""
    tokens = []
    for place in path:
        root = root.children[place]
        tokens.append(root.token)
    return tuple(tokens)
