"""The two sides of a comparison: A is of the run, layer and state in the sidebar, B is chosen on the page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from analysis.clusters.coclustering import Coclusters, largest_k
from analysis.clusters.decomposition import Treatment
from analysis.comparison.cluster_matching import ClusterMatching
from analysis.comparison.common_words import CommonWords, common_words
from analysis.comparison.layer_figures import LayerFigures
from analysis.recording.result import ExpectedResponse, Recording
from analysis.recording.store import RecordingOptions
from analysis.texts.reading import Reading
from app import cached
from app.cached import RECORDED
from app.components.memory_map import MapDisplay, default_clip
from app.selection import Selection
from models.run import Run


@dataclass(frozen=True)
class Side:
    """A run, which recording of it, a layer (0-based), a state, and how to cluster them.

    What it has looked up it keeps: a part of the page that runs by itself, after a click, has the same two sides again.
    """

    name: Literal["A", "B"]
    run: Run
    options: RecordingOptions
    layer: int
    state: str
    words: int
    treatment: Treatment
    k: int
    wanted: int | None = None  # words, where A may have fewer

    @classmethod
    def chosen(cls, selection: Selection, options: RecordingOptions = RECORDED) -> "Side":
        """Side A: what the sidebar says, in one of the recordings of its run."""
        found, words = selection, _at_most(selection.words, selection.run, options)
        return cls("A", found.run, options, found.layer, found.state, words, found.treatment, found.k, found.wanted)

    def other(self, run: Run, options: RecordingOptions, layer: int, state: str) -> "Side":
        """Side B, clustered in the same way: by as many words as A, where they are of one kind and it has so many."""
        alike = run.vocabulary.tokenisation.unit == self.run.vocabulary.tokenisation.unit
        words = _at_most(self.words if alike else self.wanted or self.words, run, options)
        return replace(self, name="B", run=run, options=options, layer=layer, state=state, words=words)

    @property
    def layer_name(self) -> str:
        """Layer, counted from 1, and state."""
        return f"layer {self.layer + 1}, {self.state} state"

    @property
    def what(self) -> tuple[Any, ...]:
        """What it is that is looked at: the same for two sides that are the same."""
        return self.run.id, self.options, self.layer, self.state

    @property
    def noun(self) -> str:
        """What a token is called."""
        return self.run.vocabulary.tokenisation.noun

    @cached_property
    def names(self) -> list[str]:
        """The words of `response`, as they are shown."""
        return [self.run.vocabulary.display(token_id) for token_id in self.response().token_ids]

    def recording(self) -> Recording:
        """The recording that everything is from."""
        return cached.find_recording(self.run, self.options)

    def response(self) -> ExpectedResponse:
        """Expected responses to the most frequent words of its text."""
        return self._response

    def clusters(self) -> Coclusters:
        """Their co-clusters."""
        return self._clusters

    @cached_property
    def clip(self) -> float:
        """The |response| at which a colour is full."""
        return default_clip(self.response())

    def map(self, display: MapDisplay, *, tagged: bool, most: int) -> dict[str, Any]:
        """Their memory map, as the browser draws it, with the `most` strongest words of every cloud."""
        return cached.find_map(*self.clustered, display, tagged=tagged, most=most)

    def reading(self, text: str) -> Reading:
        """A text as this side reads it."""
        return cached.find_reading(self.run, text, self.options.checkpoint)

    @cached_property
    def clustering(self) -> cached.Clustering:
        """What is clustered, whatever the number of clusters."""
        return cached.Clustering.of(self.run, self.state, self.layer, self.words, self.treatment, self.options)

    @cached_property
    def clustered(self) -> cached.Clustered:
        """With the number of clusters: of few words or units there cannot be as many as the sidebar offers."""
        return self.clustering, min(self.k, largest_k(cached.find_decomposition(self.clustering)))

    @cached_property
    def _response(self) -> ExpectedResponse:
        return cached.find_response(self.run, self.state, self.layer, self.words, self.options)

    @cached_property
    def _clusters(self) -> Coclusters:
        return cached.find_clusters(*self.clustered)


def words_in_common(first: Side, second: Side) -> CommonWords:
    """Which of the words of the two sides are the same."""
    ids, other_ids = first.response().token_ids, second.response().token_ids
    return common_words(first.run.vocabulary, ids, second.run.vocabulary, other_ids)


def matching(first: Side, second: Side) -> ClusterMatching:
    """What becomes of the word clusters of A in B; UserError where they have too few words in common."""
    return cached.find_matching(first.clustered, second.clustered)


def figures_of(first: Side, second: Side) -> dict[str, LayerFigures]:
    """The figures of both sides, by the words that they have in common, where there are any."""
    return dict(zip("AB", cached.find_figures(first.clustering, second.clustering), strict=True))


def suggested_run(first: Side, runs: Sequence[Run]) -> Run:
    """A run to compare with: another kind of cell on the same words; else the run itself, if it has another layer."""
    alike = [
        run
        for run in runs
        if run.id != first.run.id
        and run.task == first.run.task
        and run.vocabulary.tokens == first.run.vocabulary.tokens
        and cached.is_recorded(run)
    ]
    liked = ("rnn", "gru") if first.run.recipe.model.cell == "lstm" else ("lstm", "rnn", "gru")
    others = [run for cell in liked for run in alike if run.recipe.model.cell == cell != first.run.recipe.model.cell]
    if others:
        return others[0]
    return first.run if first.run.recipe.model.layers > 1 or not alike else alike[0]


def suggested_layer(first: Side, run: Run, options: RecordingOptions) -> int:
    """The same layer of another model; of the same model the one below, or above the lowest."""
    top = run.recipe.model.layers - 1
    if (run.id, options) != (first.run.id, first.options):
        return min(first.layer, top)
    return first.layer - 1 if first.layer else min(1, top)


def suggested_state(first: Side, run: Run, options: RecordingOptions, layer: int) -> str:
    """The same state, if there is one; the other one where all else is the same."""
    states = states_of(run)
    if (run.id, options, layer) == (first.run.id, first.options, first.layer):
        return next((state for state in states if state != first.state), first.state)
    return first.state if first.state in states else states[0]


def _at_most(words: int, run: Run, options: RecordingOptions) -> int:
    """So many words, or all that have bands in a recording with fewer."""
    return min(words, cached.find_recording(run, options).banded) if cached.is_recorded(run, options) else words


def states_of(run: Run) -> list[str]:
    """The kinds of state that a run has."""
    return ["hidden", "cell"] if run.recipe.model.cell == "lstm" else ["hidden"]
