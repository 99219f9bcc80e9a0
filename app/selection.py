"""What the visitor looks at: the run, layer and state of the sidebar, and how words and units are clustered.

All of it are widgets of the entry file, so that they survive a change of page, bound to the URL, so that a link
reproduces the view.
"""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from analysis.clusters.coclustering import LARGEST_K, Coclusters, largest_k
from analysis.clusters.decomposition import TREATMENTS, Treatment
from analysis.recording.result import ExpectedResponse
from app import cached
from app.components.memory_map import MapDisplay
from app.defaults import CLUSTERS, RUN, TREATMENT, WORDS
from app.links import take_choice
from app.notices import literal
from app.wording import counted
from data_prep.errors import UserError
from models.run import Run

_CURRENT, _NEXT = "selection", "next-run"
_WORD_CHOICES = (50, 100, 200, 300, 400, 500, 600, 800, 1000)
_EXPLAINED = {
    "combined": "Sign and strength: words that push the same units belong together, the more so the same way.",
    "signed": "Keeps the sign: only words that push the same units the same way belong together.",
    "absolute": "Strength only, whichever way a word pushes.",
    "positive": "Only what raises a unit.",
    "raw": "Shifted until nothing is negative, as RNNVis does: one extreme response can decide.",
}


@dataclass(frozen=True)
class Selection:
    """A run, a layer (0-based), a state, and how to cluster them."""

    run: Run
    layer: int
    state: str
    words: int
    treatment: Treatment
    k: int
    wanted: int  # words, of which the run may have fewer

    @property
    def layer_name(self) -> str:
        """The layer as people count: from 1."""
        return f"layer {self.layer + 1}"

    @property
    def clustering(self) -> cached.Clustering:
        """What is clustered, whatever the number of clusters."""
        return cached.Clustering.of(self.run, self.state, self.layer, self.words, self.treatment)

    @property
    def clustered(self) -> cached.Clustered:
        """With the number of clusters: of few words or units there cannot be as many as the slider offers."""
        clustering = self.clustering
        return clustering, min(self.k, largest_k(cached.find_decomposition(clustering)))

    def response(self) -> ExpectedResponse:
        """Expected responses of the selected layer and state to the selected number of words."""
        return cached.find_response(self.run, self.state, self.layer, self.words)

    def clusters(self) -> Coclusters:
        """Co-clusters of the selected responses."""
        return cached.find_clusters(*self.clustered)

    def map(self, display: MapDisplay, *, tagged: bool, most: int | None = None) -> dict[str, Any]:
        """Their memory map, as the browser draws it; tagged: with the parts of speech of the words."""
        return cached.find_map(*self.clustered, display, tagged=tagged, most=most)


def choose() -> None:
    """Draw the sidebar and keep what it says for `current`."""
    runs, faults = cached.find_runs()
    with st.sidebar:
        if not runs:
            st.session_state[_CURRENT] = None
            return
        by_id = {run.id: run for run in runs}
        if (wanted := st.session_state.pop(_NEXT, None)) in by_id:
            st.session_state["run"] = wanted
        ids = list(by_id)
        take_choice("run", ids)
        gone = _gone_run(ids)
        first = ids.index(RUN) if RUN in ids else 0
        run_id = st.selectbox("Run", ids, index=first, key="run", bind="query-params")
        run = by_id[run_id]
        layers = run.recipe.model.layers
        top = layers - 1
        layer = st.segmented_control(
            "Layer",
            list(range(layers)),
            default=top,
            required=True,
            key="layer",
            bind="query-params",
            format_func=lambda index: str(index + 1),
            help="1 is the lowest, next to the text.",
        )
        states = ["hidden", "cell"] if run.recipe.model.cell == "lstm" else ["hidden"]
        state = st.segmented_control(
            "State",
            states,
            default="hidden",
            required=True,
            key="state",
            bind="query-params",
            help="Hidden: what the layer hands on. Cell: what an LSTM keeps to itself.",
        )
        with st.expander("Clusters"):
            words = st.select_slider("Words", _WORD_CHOICES, value=WORDS, key="words", bind="query-params")
            k = st.slider("Clusters", 2, LARGEST_K, value=CLUSTERS, key="k", bind="query-params")
            treatment = st.selectbox(
                "Sign of the responses",
                TREATMENTS,
                index=TREATMENTS.index(TREATMENT),
                key="treatment",
                bind="query-params",
                help="\n".join(f"- **{name}**: {text}" for name, text in _EXPLAINED.items()),
            )
        if faults:
            st.caption(f"{counted(len(faults), 'run')} cannot be opened: see Overview.")
    if gone is not None:
        st.warning(
            f"There is no run {literal(gone)} here: it was deleted, or the link is from elsewhere. Shown is another."
        )
    layer = min(layer, top)
    state = state if state in states else "hidden"
    wanted = words
    if cached.is_recorded(run):
        words = min(words, cached.find_recording(run).response(state, layer).banded)
    st.session_state[_CURRENT] = Selection(run, layer, state, words, treatment, k, wanted)


def _gone_run(ids: list[str]) -> str | None:
    """The run that was looked at, or that the address names, if it is not there; what was picked in it is forgotten."""
    wanted = st.session_state.get("run") or st.query_params.get("run")
    if wanted is None or wanted in ids:
        return None
    for picked in ("word", "unit", "cluster"):
        st.session_state[picked] = None
    return wanted


def choose_next(run_id: str) -> None:
    """Let the sidebar choose this run when the script runs again: a widget cannot be changed once it is drawn."""
    st.session_state[_NEXT] = run_id


def choose_k(k: int) -> None:
    """Let the sidebar choose this number of clusters; for a callback."""
    st.session_state["k"] = k


def chosen_run() -> Run | None:
    """The run of the sidebar, if there is one."""
    selection = st.session_state.get(_CURRENT)
    return selection.run if selection else None


def current() -> Selection:
    """What the sidebar says; UserError when there is no run at all."""
    selection = st.session_state.get(_CURRENT)
    if selection is None:
        raise UserError(
            "There is no run to look at.",
            "Upload a text on the Corpora page and train on the Training page; or rnnscope prepare my-text.txt, then "
            "rnnscope train words-lstm --corpus my-text",
        )
    return selection
