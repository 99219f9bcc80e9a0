"""What a model writes, as tables."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from data_prep.vocabulary import Vocabulary
from models.generation.continuations import Node, Tree
from models.generation.sampling import Sample


def sample_table(written: Sample, vocabulary: Vocabulary) -> pd.DataFrame:
    """One row per token that the network wrote."""
    return pd.DataFrame(
        {
            "position": range(1, len(written.ids) + 1),
            "token": [vocabulary.display(token_id) for token_id in written.ids],
            "probability": written.probabilities,
        }
    )


def tree_table(grown: Tree, vocabulary: Vocabulary) -> pd.DataFrame:
    """One row per node, a path from the prompt to it."""
    columns = ("depth", "path", "token", "probability", "probability of the path")
    return pd.DataFrame(_node_rows(grown.root, (), vocabulary), columns=columns)


def _node_rows(node: Node, before: tuple[str, ...], vocabulary: Vocabulary) -> Iterator[tuple[Any, ...]]:
    for child in node.children:
        path = (*before, vocabulary.display(child.token_id))
        yield len(path), " ".join(path), path[-1], child.probability, child.path_probability
        yield from _node_rows(child, path, vocabulary)
