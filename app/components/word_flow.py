"""The flow of words from the clusters of one side to those of the other, as ribbons; a Streamlit component."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from analysis.clusters.coclustering import DROPPED, telling_words
from analysis.comparison.cluster_matching import ClusterMatching
from analysis.comparison.common_words import CommonWords
from analysis.comparison.crossings import least_crossings
from app.comparing import Side
from app.components.assets import assets

TELLING = 3  # words that name a cluster
LONGEST_NAME = 14  # characters of each

_mount = st.components.v2.component("word_flow", **assets("word_flow", "flow_layout", "flow_telling"))


def word_flow(data: dict[str, Any], picked: str | None, *, key: str, on_pick: Callable[[], None]) -> None:
    """Draw the flow. `picked`: the name of a cluster or a ribbon, as `flow_names` has them, that stands out.

    A click calls `on_pick`, after which `st.session_state[key].picked` is {"name"}, None where a pick was taken back.
    """
    _mount(key=key, data=data | {"picked": picked}, on_picked_change=on_pick)


def flow_names(found: ClusterMatching) -> list[str]:
    """The names of all that can be picked: clusters of A, of B, and ribbons between them; counted from 1."""
    rows, columns = found.shared.shape
    ribbons = [f"A {i + 1} → B {j + 1}" for i in range(rows) for j in range(columns) if found.shared[i, j]]
    return [f"A {i + 1}" for i in range(rows)] + [f"B {j + 1}" for j in range(columns)] + ribbons


def word_flow_data(first: Side, second: Side, common: CommonWords, found: ClusterMatching) -> dict[str, Any]:
    """What the browser needs: clusters from top to bottom in the order of least crossings, ribbons with their words."""
    names = first.names
    labels, others = first.clusters().word_labels, second.clusters().word_labels
    words: dict[tuple[int, int], list[str]] = {}
    for row, other in zip(common.in_first.tolist(), common.in_second.tolist(), strict=True):
        if DROPPED not in (labels[row], others[other]):
            words.setdefault((int(labels[row]), int(others[other])), []).append(names[row])
    rows, columns = least_crossings(found.shared)
    only_first = [row for row, other in enumerate(common.second_of.tolist()) if other < 0]
    only_second = [row for row, other in enumerate(common.first_of.tolist()) if other < 0]
    return {
        "noun": first.run.vocabulary.tokenisation.noun,
        "sides": [
            _side(first, rows.tolist(), found.shared.sum(1), found.fates, found.partners, only_first),
            _side(
                second, columns.tolist(), found.shared.sum(0), found.fates_of_second, found.partners_of_second,
                only_second,
            ),
        ],
        "ribbons": [
            {"from": i, "to": j, "words": own, "tied": bool(found.tied[i, j])} for (i, j), own in sorted(words.items())
        ],
    }  # fmt: skip


def _side(side: Side, order: list[int], sizes: Any, fates: Any, partners: Any, only: list[int]) -> dict[str, Any]:
    names = side.names
    telling = telling_words(side.clusters(), side.response().mean, TELLING)
    return {
        "side": side.name,
        "what": f"{side.run.id}, {side.layer_name}",
        "order": order,
        "clusters": [
            {
                "words": int(size),
                "telling": [_shorten(names[word]) for word in own],
                "fate": fate,
                "partners": list(with_),
            }
            for size, own, fate, with_ in zip(sizes, telling, fates, partners, strict=True)
        ],
        "only": [names[row] for row in only],
    }


def _shorten(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
