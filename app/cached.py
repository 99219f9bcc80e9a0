"""The only place with cache decorators: what the pages read, keyed by content digests and options.

Streamlit hashes large arrays by a sample and skips arguments with an underscore, so no array or model is ever
part of a key. What is returned is shared between visitors: frozen, and never changed.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from analysis.clusters.coclustering import DROPPED, Coclusters, cocluster
from analysis.clusters.decomposition import Decomposition, Treatment, decompose
from analysis.clusters.quality import QualityProfile
from analysis.comparison.cluster_matching import ClusterMatching, match_clusters
from analysis.comparison.common_words import common_words
from analysis.comparison.layer_figures import LayerFigures, layer_figures
from analysis.derived_store import quality_work
from analysis.recording.result import ExpectedResponse, Recording
from analysis.recording.store import RecordingOptions, recording_folder, stored_recording, stored_texts
from analysis.results import results_home
from analysis.similarity import Nearest, nearest_words, without_rare
from analysis.strongest_contexts import RecordedText, recorded_text
from analysis.texts.cluster_flow import ClusterFlow, cluster_flow
from analysis.texts.many_texts import TextSummaries, read_many
from analysis.texts.occurrence import Occurrence, compare_occurrence
from analysis.texts.reading import Reading, read_text
from analysis.texts.replacing import Downstream, Replacement, downstream, replace_token
from analysis.texts.token_changes import TokenChanges, token_changes
from analysis.texts.unit_values import unit_values
from analysis.unit_measures import UnitMeasures, unit_measures
from app.components.memory_map import MapDisplay, memory_map_data
from app.components.sentence_glyphs import glyph_row
from app.figures.strongest_words import lay_out_strongest
from app.figures.word_cloud import Cloud, lay_out_clouds
from app.tables.corpora import frequencies_table
from app.uploads import on_disk
from data_prep import known
from data_prep.corpus import Corpus, corpora_home, list_corpora, open_corpus
from data_prep.corpus_statistics import CorpusStatistics, describe_corpus
from data_prep.errors import UserError
from data_prep.known import CorpusState
from data_prep.parts_of_speech import tag_types
from data_prep.tables import column_names, table_kind
from data_prep.text_list import TextList, read_text_list
from data_prep.tokens import SENTENCE_END
from data_prep.vocabulary import Vocabulary
from models.class_labels import class_places
from models.generation import Sample, Tree, sample, tree
from models.network import RecurrentLanguageModel, RecurrentNetwork
from models.run import Run, list_runs, open_run, run_folder

RECORDED = RecordingOptions()


def find_run(run_id: str) -> Run:
    """A run by id; read again whenever a file of it changed."""
    return _run(run_id, _fingerprint(run_folder(run_id)))


def find_runs() -> tuple[list[Run], dict[str, UserError]]:
    """(runs, faults): every run that opens, and what is wrong with the others."""
    return list_runs(find_run)


def is_recorded(run: Run, options: RecordingOptions = RECORDED) -> bool:
    """Whether a recording of a run is stored, by default that of its training part."""
    return recording_folder(run, options) is not None


def find_recording(run: Run, options: RecordingOptions = RECORDED) -> Recording:
    """A stored recording of a run; read again whenever a file of it changed."""
    folder = recording_folder(run, options)
    return _recording(run.id, run.digest, options, _fingerprint(folder) if folder else ())


def find_response(
    run: Run, state: str, layer: int, words: int, options: RecordingOptions = RECORDED
) -> ExpectedResponse:
    """The expected responses of one layer to the most frequent words."""
    return find_recording(run, options).response(state, layer).most_frequent(words)


def find_banded(run: Run, state: str, layer: int) -> ExpectedResponse:
    """The expected responses of one layer to all words with bands."""
    response = find_recording(run).response(state, layer)
    return response.most_frequent(response.banded)


def find_nearest(run: Run, state: str, layer: int, row: int) -> Nearest:
    """The words with bands by similarity to that in `row`, nearest first, rare ones left out."""
    return _nearest(run.id, _recorded(run, RECORDED), state, layer, row)


def find_unit_measures(run: Run, state: str, layer: int) -> UnitMeasures:
    """What every unit of a layer does, as numbers."""
    return _unit_measures(run.id, _recorded(run, RECORDED), state, layer)


def find_recorded_text(run: Run) -> RecordedText:
    """The text that a run was recorded from; UserError where it is not at hand."""
    name = run.corpus["name"]
    return _recorded_text(run.id, _recorded(run, RECORDED), _fingerprint(corpora_home() / name) if name else ())


def find_decomposition(
    run: Run, state: str, layer: int, words: int, treatment: Treatment, options: RecordingOptions = RECORDED
) -> Decomposition:
    """The decomposition that serves every number of clusters: that of all words with bands, of which these are some."""
    return _decomposition(run.id, _recorded(run, options), options, state, layer, words, treatment)


def find_clusters(
    run: Run, state: str, layer: int, words: int, treatment: Treatment, k: int, options: RecordingOptions = RECORDED
) -> Coclusters:
    """The co-clusters of one layer's responses."""
    return _clusters(run.id, _recorded(run, options), options, state, layer, words, treatment, k)


def find_matching(first: tuple[Any, ...], second: tuple[Any, ...]) -> ClusterMatching:
    """What becomes of the word clusters of one side on the other; each side as what `find_clusters` takes."""
    return _matching(*(_named(*side) for side in (first, second)))


def find_figures(first: tuple[Any, ...], second: tuple[Any, ...]) -> tuple[LayerFigures, LayerFigures]:
    """Figures of both sides by the words that they have in common, else by all; sides as of `find_matching`."""
    return _figures(*(_named(*side) for side in (first, second)))


def quality_in_progress(
    run: Run, state: str, layer: int, words: int, treatment: Treatment, options: RecordingOptions = RECORDED
) -> "Future[QualityProfile]":
    """How far co-clusters are to be trusted: computed, one after the other, beside the pages."""
    return _quality(run.id, _recorded(run, options), options, state, layer, words, treatment)


def find_map(
    run: Run,
    state: str,
    layer: int,
    words: int,
    treatment: Treatment,
    k: int,
    display: MapDisplay,
    options: RecordingOptions = RECORDED,
    *,
    tagged: bool,
    most: int | None = None,
) -> dict[str, Any]:
    """What the browser draws the memory map from; tagged: with the parts of speech of the words.

    most: words that are drawn of each cloud, the strongest; None for all that fit.
    """
    which = (run.id, _recorded(run, options), options, state, layer, words, treatment, k)
    return _map(*which, astuple(display), tagged, most, display)


def find_reading(run: Run, text: str, checkpoint: int | None = None) -> Reading:
    """A text as the run's network reads it, with its best weights or those kept after an update."""
    return _reading(run.id, run.digest, checkpoint, text)


def find_stored_texts(run: Run) -> dict[str, str]:
    """Texts of the user's own that this run was recorded on: digest → title."""
    home = results_home(run)
    return _stored_texts(run.id, run.digest, home.stat().st_mtime_ns if home.is_dir() else 0)


def find_flow(run: Run, text: str, *clustering: Any) -> ClusterFlow:
    """How a text moves the clusters; `clustering` as the rest of `find_clusters`."""
    return _flow(run.id, _recorded(run, RECORDED), text, clustering)


def find_changes(run: Run, text: str, state: str, layer: int) -> TokenChanges:
    """How much each token of a text moves one layer."""
    return _changes(run.id, _recorded(run, RECORDED), text, state, layer)


def find_glyph_row(run: Run, text: str, *clustering: Any) -> dict[str, Any]:
    """A text as the glyphs show it; `clustering` as the rest of `find_clusters`."""
    return _glyph_row(run.id, _recorded(run, RECORDED), text, clustering)


def find_unit_values(run: Run, text: str, layer: int, quantity: str) -> np.ndarray:
    """(T, H): a state, its change, or a gate of one layer along a text."""
    return _unit_values(run.id, run.digest, text, layer, quantity)


def find_occurrence(run: Run, text: str, position: int, state: str, layer: int) -> Occurrence:
    """One token of a text against the recorded responses to its word."""
    return _occurrence(run.id, _recorded(run, RECORDED), text, position, state, layer)


def find_replacement(run: Run, text: str, position: int, tokens: tuple[str, ...]) -> Replacement:
    """A text with one token replaced."""
    return _replacement(run.id, run.digest, text, position, tokens)


def find_downstream(run: Run, text: str, position: int, tokens: tuple[str, ...], *clustering: Any) -> Downstream:
    """How far that reaches; `clustering` as the rest of `find_clusters`."""
    return _downstream(run.id, _recorded(run, RECORDED), text, position, tokens, clustering)


def find_changed_row(run: Run, text: str, position: int, tokens: tuple[str, ...], *clustering: Any) -> dict[str, Any]:
    """The changed text as the glyphs show it."""
    return _changed_row(run.id, _recorded(run, RECORDED), text, position, tokens, clustering)


def find_columns(upload: UploadedFile, endings: list[str]) -> list[str]:
    """The columns of an uploaded table; none of a text file."""
    return _columns(upload.file_id, endings, upload)


def find_texts(
    upload: UploadedFile, endings: list[str], text_column: str, label_column: str | None, most: int
) -> TextList:
    """The first `most` texts of an uploaded file."""
    return _texts(upload.file_id, endings, text_column, label_column, most, upload)


def find_summaries(run: Run, state: str, layer: int, upload: UploadedFile, *read: Any) -> TextSummaries:
    """What the run's network makes of the texts of an uploaded file; `read` as the rest of `find_texts`."""
    return _summaries(run.id, run.digest, state, layer, upload.file_id, read, upload)


def find_sample(run: Run, prompt_ids: tuple[int, ...], *, until_end: bool, **options: Any) -> Sample:
    """What the run's network writes after a prompt; `options` as of `sample`."""
    end_id = run.vocabulary.ids.get(SENTENCE_END) if until_end else None
    return _sample(run.id, run.digest, prompt_ids, end_id, tuple(options.items()))


def find_tree(run: Run, prompt_ids: tuple[int, ...], **options: Any) -> Tree:
    """What may follow a prompt; `options` as of `tree`."""
    return _tree(run.id, run.digest, prompt_ids, tuple(options.items()))


def prepared_corpora() -> list[str]:
    """Names of the prepared corpora."""
    return list_corpora()


def corpus_states() -> list[CorpusState]:
    """Known and own corpora with their state; looked at again whenever a corpus folder changed."""
    return _corpus_states(tuple((name, _fingerprint(corpora_home() / name)) for name in list_corpora()))


def find_prepared(name: str) -> Corpus:
    """A prepared corpus; read again whenever a file of it changed."""
    return _prepared(name, _fingerprint(corpora_home() / name))


def find_corpus(name: str) -> tuple[Corpus, CorpusStatistics]:
    """A prepared corpus and its counts; read again whenever a file of it changed."""
    return _corpus(name, _fingerprint(corpora_home() / name))


def find_frequencies(name: str) -> tuple[pd.DataFrame, str]:
    """The frequencies of a corpus's tokens as a table, and where its parts of speech come from."""
    return _frequencies(name, find_corpus(name)[0].digest)


def _recorded(run: Run, options: RecordingOptions) -> str:
    """Names the run and the recording of it that the pages show: what responses and clusters depend on."""
    folder = recording_folder(run, options)
    return f"{run.digest}/{folder.name if folder else None}"


def _named(
    run: Run, state: str, layer: int, words: int, treatment: Treatment, k: int, options: RecordingOptions
) -> Any:
    return run.id, _recorded(run, options), options, state, layer, words, treatment, k


def _fingerprint(folder: Path) -> tuple[tuple[str, int, int], ...]:
    if not folder.is_dir():
        return ()
    status = ((entry.name, entry.stat()) for entry in folder.iterdir() if entry.is_file())
    return tuple(sorted((name, found.st_size, found.st_mtime_ns) for name, found in status))


@st.cache_resource(max_entries=4, show_spinner=False)
def _corpus_states(prepared: tuple[Any, ...]) -> list[CorpusState]:  # noqa: ARG001 (the key)
    return known.corpus_states()


@st.cache_resource(max_entries=8, show_spinner=False)
def _prepared(name: str, fingerprint: Any) -> Corpus:  # noqa: ARG001 (part of the key)
    return open_corpus(name)


@st.cache_resource(max_entries=8, show_spinner="Counting …")
def _corpus(name: str, fingerprint: Any) -> tuple[Corpus, CorpusStatistics]:
    corpus = _prepared(name, fingerprint)
    return corpus, describe_corpus(corpus)


@st.cache_data(max_entries=8, show_spinner=False)
def _frequencies(name: str, digest: str) -> tuple[pd.DataFrame, str]:  # noqa: ARG001 (part of the key)
    return frequencies_table(*find_corpus(name))


@st.cache_resource(max_entries=64, show_spinner=False)
def _run(run_id: str, fingerprint: tuple[tuple[str, int, int], ...]) -> Run:  # noqa: ARG001 (part of the key)
    return open_run(run_id)


@st.cache_resource(max_entries=8, show_spinner=False)
def _network(run_id: str, digest: str, checkpoint: int | None = None) -> RecurrentNetwork:  # noqa: ARG001 (part of the key)
    run = find_run(run_id)
    return run.load_network(weights_file=run.weights_after(checkpoint))


def _language_model(run_id: str, digest: str) -> RecurrentLanguageModel:
    return find_run(run_id).expect_language_model(_network(run_id, digest))


@st.cache_resource(max_entries=8, show_spinner=False)
def _recording(
    run_id: str,
    digest: str,  # noqa: ARG001 (part of the key)
    options: RecordingOptions,
    fingerprint: tuple[tuple[str, int, int], ...],  # noqa: ARG001 (part of the key)
) -> Recording:
    return stored_recording(find_run(run_id), options)


@st.cache_resource(max_entries=32, show_spinner=False)
def _stored_texts(run_id: str, digest: str, changed: int) -> dict[str, str]:  # noqa: ARG001 (part of the key)
    return stored_texts(find_run(run_id))


@st.cache_resource(max_entries=256, show_spinner=False)
def _nearest(run_id: str, recorded: str, state: str, layer: int, row: int) -> Nearest:  # noqa: ARG001 (part of the key)
    response = without_rare(find_banded(find_run(run_id), state, layer), keep=row + 1)
    return nearest_words(response, row, len(response.counts))


@st.cache_resource(max_entries=32, show_spinner=False)
def _unit_measures(run_id: str, recorded: str, state: str, layer: int) -> UnitMeasures:  # noqa: ARG001 (part of the key)
    return unit_measures(find_recording(find_run(run_id)), state, layer)


@st.cache_resource(max_entries=8, show_spinner=False)
def _recorded_text(run_id: str, recorded: str, fingerprint: Any) -> RecordedText:  # noqa: ARG001 (parts of the key)
    run = find_run(run_id)
    return recorded_text(run, find_recording(run))


@st.cache_resource(max_entries=64, show_spinner=False)
def _decomposition(
    run_id: str, recorded: str, options: RecordingOptions, state: str, layer: int, words: int, treatment: Treatment
) -> Decomposition:
    return _whole_decomposition(run_id, recorded, options, state, layer, treatment).first_words(words)


@st.cache_resource(max_entries=32, show_spinner=False)
def _whole_decomposition(
    run_id: str,
    recorded: str,  # noqa: ARG001 (part of the key)
    options: RecordingOptions,
    state: str,
    layer: int,
    treatment: Treatment,
) -> Decomposition:
    found = find_recording(find_run(run_id), options).response(state, layer)
    return decompose(found.most_frequent(found.banded).mean, treatment)


@st.cache_resource(max_entries=256, show_spinner=False)
def _clusters(
    run_id: str,
    recorded: str,
    options: RecordingOptions,
    state: str,
    layer: int,
    words: int,
    treatment: Treatment,
    k: int,
) -> Coclusters:
    return cocluster(_decomposition(run_id, recorded, options, state, layer, words, treatment), k)


@st.cache_resource(max_entries=64, show_spinner=False)
def _matching(first: tuple[Any, ...], second: tuple[Any, ...]) -> ClusterMatching:
    clusters, others = _clusters(*first), _clusters(*second)
    common = common_words(*_words_of(*first), *_words_of(*second))
    labels, other_labels = clusters.word_labels[common.in_first], others.word_labels[common.in_second]
    kept = (labels != DROPPED) & (other_labels != DROPPED)
    return match_clusters(labels[kept], other_labels[kept], sizes=(clusters.k, others.k))


@st.cache_resource(max_entries=64, show_spinner=False)
def _figures(first: tuple[Any, ...], second: tuple[Any, ...]) -> tuple[LayerFigures, LayerFigures]:
    common = common_words(*_words_of(*first), *_words_of(*second))
    rows = (common.in_first, common.in_second) if len(common) else (None, None)
    return _figures_of(*first, rows=rows[0]), _figures_of(*second, rows=rows[1])


def _figures_of(
    run_id: str,
    recorded: str,  # noqa: ARG001 (as the key has it)
    options: RecordingOptions,
    state: str,
    layer: int,
    words: int,
    *_: Any,
    rows: np.ndarray | None,
) -> LayerFigures:
    run = find_run(run_id)
    return layer_figures(find_recording(run, options), find_response(run, state, layer, words, options), rows)


def _words_of(
    run_id: str,
    recorded: str,  # noqa: ARG001 (as the key has it)
    options: RecordingOptions,
    state: str,
    layer: int,
    words: int,
    *_: Any,
) -> tuple[Vocabulary, np.ndarray]:
    run = find_run(run_id)
    return run.vocabulary, find_response(run, state, layer, words, options).token_ids


@st.cache_resource(max_entries=1, show_spinner=False)
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "quality")


@st.cache_resource(max_entries=128, show_spinner=False)
def _quality(
    run_id: str, recorded: str, options: RecordingOptions, state: str, layer: int, words: int, treatment: Treatment
) -> "Future[QualityProfile]":
    run = find_run(run_id)
    response = find_response(run, state, layer, words, options)
    decomposition = _decomposition(run_id, recorded, options, state, layer, words, treatment)
    return _workers().submit(quality_work(run, recorded.rpartition("/")[2], response, decomposition))


@st.cache_resource(max_entries=128, show_spinner=False)
def _clouds(
    run_id: str,
    recorded: str,
    options: RecordingOptions,
    state: str,
    layer: int,
    words: int,
    treatment: Treatment,
    k: int,
    width: int,
    most: int | None,
) -> tuple[Cloud, ...]:
    run = find_run(run_id)
    response = find_response(run, state, layer, words, options)
    clusters = _clusters(run_id, recorded, options, state, layer, words, treatment, k)
    names = [run.vocabulary.display(token_id) for token_id in response.token_ids]
    if most is not None:
        return lay_out_strongest(names, response.mean, clusters, most, width=width)
    return lay_out_clouds(names, response.mean, clusters, width=width)


@st.cache_resource(max_entries=64, show_spinner=False)
def _map(
    run_id: str,
    recorded: str,
    options: RecordingOptions,
    state: str,
    layer: int,
    words: int,
    treatment: Treatment,
    k: int,
    shown: tuple[Any, ...],  # noqa: ARG001 (the key of what follows)
    tagged: bool,
    most: int | None,
    _display: MapDisplay,
) -> dict[str, Any]:
    run = find_run(run_id)
    response = find_response(run, state, layer, words, options)
    clusters = _clusters(run_id, recorded, options, state, layer, words, treatment, k)
    clouds = _clouds(run_id, recorded, options, state, layer, words, treatment, k, _display.cloud_width, most)
    names = [run.vocabulary.display(token_id) for token_id in response.token_ids]
    tags = tag_types([run.vocabulary.tokens[token_id] for token_id in response.token_ids]).tags if tagged else ()
    return memory_map_data(run.vocabulary.tokenisation.noun, names, response, clusters, clouds, _display, tags)


@st.cache_resource(max_entries=64, show_spinner=False)
def _reading(run_id: str, digest: str, checkpoint: int | None, text: str) -> Reading:
    reading = read_text(_network(run_id, digest, checkpoint), find_run(run_id).vocabulary, text)
    for array in (*reading.states.values(), reading.surprise_nats):
        array.flags.writeable = False
    return reading


@st.cache_resource(max_entries=64, show_spinner=False)
def _flow(run_id: str, recorded: str, text: str, clustering: tuple[Any, ...]) -> ClusterFlow:
    run, clusters = find_run(run_id), _clusters(run_id, recorded, RECORDED, *clustering)
    state, layer = clustering[:2]
    return cluster_flow(find_reading(run, text).states[state][:, layer], clusters.unit_labels, clusters.k)


@st.cache_resource(max_entries=64, show_spinner=False)
def _changes(run_id: str, recorded: str, text: str, state: str, layer: int) -> TokenChanges:  # noqa: ARG001
    run = find_run(run_id)
    return token_changes(find_reading(run, text), find_recording(run).response(state, layer))


@st.cache_resource(max_entries=32, show_spinner=False)
def _glyph_row(run_id: str, recorded: str, text: str, clustering: tuple[Any, ...]) -> dict[str, Any]:
    run, (state, layer) = find_run(run_id), clustering[:2]
    flow, changes = _flow(run_id, recorded, text, clustering), _changes(run_id, recorded, text, state, layer)
    clusters = _clusters(run_id, recorded, RECORDED, *clustering)
    return glyph_row(find_reading(run, text), flow, changes, run.vocabulary, run.classes, clusters, state, layer)


@st.cache_resource(max_entries=8, show_spinner=False)
def _unit_values(run_id: str, digest: str, text: str, layer: int, quantity: str) -> np.ndarray:
    reading = _reading(run_id, digest, None, text)
    values = unit_values(_network(run_id, digest), reading, layer, quantity)
    values.flags.writeable = False
    return values


@st.cache_resource(max_entries=64, show_spinner=False)
def _occurrence(
    run_id: str,
    recorded: str,  # noqa: ARG001 (part of the key)
    text: str,
    position: int,
    state: str,
    layer: int,
) -> Occurrence:
    run = find_run(run_id)
    return compare_occurrence(find_reading(run, text), position, find_recording(run).response(state, layer))


@st.cache_resource(max_entries=16, show_spinner=False)
def _replacement(run_id: str, digest: str, text: str, position: int, tokens: tuple[str, ...]) -> Replacement:
    reading = _reading(run_id, digest, None, text)
    return replace_token(_network(run_id, digest), find_run(run_id).vocabulary, reading, position, tokens)


@st.cache_resource(max_entries=32, show_spinner=False)
def _downstream(
    run_id: str, recorded: str, text: str, position: int, tokens: tuple[str, ...], clustering: tuple[Any, ...]
) -> Downstream:
    found = find_replacement(find_run(run_id), text, position, tokens)
    clusters = _clusters(run_id, recorded, RECORDED, *clustering)
    return downstream(found, *clustering[:2], clusters.unit_labels, clusters.k)


@st.cache_resource(max_entries=16, show_spinner=False)
def _changed_row(
    run_id: str, recorded: str, text: str, position: int, tokens: tuple[str, ...], clustering: tuple[Any, ...]
) -> dict[str, Any]:
    run, (state, layer) = find_run(run_id), clustering[:2]
    changed, clusters = (
        find_replacement(run, text, position, tokens).changed,
        _clusters(run_id, recorded, RECORDED, *clustering),
    )
    flow = cluster_flow(changed.states[state][:, layer], clusters.unit_labels, clusters.k)
    changes = token_changes(changed, find_recording(run).response(state, layer))
    return glyph_row(changed, flow, changes, run.vocabulary, run.classes, clusters, state, layer)


# An upload's id names its content: it is new with every upload, and an upload never changes.
@st.cache_resource(max_entries=8, show_spinner=False)
def _columns(file_id: str, endings: list[str], _upload: UploadedFile) -> list[str]:  # noqa: ARG001 (part of the key)
    with on_disk(_upload, endings) as path:
        return column_names(path) if table_kind(path) else []


@st.cache_resource(max_entries=4, show_spinner=False)
def _texts(
    file_id: str,  # noqa: ARG001 (part of the key)
    endings: list[str],
    text_column: str,
    label_column: str | None,
    most: int,
    _upload: UploadedFile,
) -> TextList:
    with on_disk(_upload, endings) as path:
        return read_text_list(path, text_column=text_column, label_column=label_column, most=most)


@st.cache_resource(max_entries=8, show_spinner="Reading the texts …")
def _summaries(
    run_id: str,
    digest: str,
    state: str,
    layer: int,
    file_id: str,  # noqa: ARG001 (part of the key)
    read: tuple[Any, ...],
    _upload: UploadedFile,
) -> TextSummaries:
    run, listed = find_run(run_id), find_texts(_upload, *read)
    labels = None if listed.labels is None else class_places(run, listed.labels)
    return read_many(_network(run_id, digest), run.vocabulary, listed.texts, labels=labels, state=state, layer=layer)


@st.cache_resource(max_entries=64, show_spinner=False)
def _sample(
    run_id: str, digest: str, prompt_ids: tuple[int, ...], end_id: int | None, options: tuple[tuple[str, Any], ...]
) -> Sample:
    network, vocabulary = _language_model(run_id, digest), find_run(run_id).vocabulary
    return sample(network, vocabulary, prompt_ids, end_id=end_id, **dict(options))


@st.cache_resource(max_entries=64, show_spinner=False)
def _tree(run_id: str, digest: str, prompt_ids: tuple[int, ...], options: tuple[tuple[str, Any], ...]) -> Tree:
    return tree(_language_model(run_id, digest), find_run(run_id).vocabulary, prompt_ids, **dict(options))
