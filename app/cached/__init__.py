"""What the pages read, keyed by content digests and options: the only package with cache decorators.

Streamlit hashes large arrays by a sample and skips arguments with an underscore, so no array or model is ever
part of a key. What is returned is shared between visitors: frozen, and never changed.
"""

from app.cached.clusters import find_clusters, find_decomposition, find_figures, find_matching, quality_in_progress
from app.cached.corpora import corpus_states, find_corpus, find_frequencies, find_prepared, prepared_corpora
from app.cached.dynamics import find_dynamics, find_moment_sample
from app.cached.gates import are_gates_counted, find_gates, find_outgoing, find_saturation
from app.cached.generation import find_sample, find_tree
from app.cached.maps import find_map
from app.cached.recordings import (
    RECORDED,
    find_banded,
    find_nearest,
    find_recorded_text,
    find_recording,
    find_response,
    find_stored_texts,
    find_unit_measures,
    is_recorded,
)
from app.cached.replacing import find_changed_row, find_downstream, find_replacement
from app.cached.runs import find_run, find_runs
from app.cached.texts import find_changes, find_flow, find_glyph_row, find_occurrence, find_reading, find_unit_values
from app.cached.uploads import find_columns, find_summaries, find_texts

__all__ = [
    "RECORDED",
    "are_gates_counted",
    "corpus_states",
    "find_banded",
    "find_changed_row",
    "find_changes",
    "find_clusters",
    "find_columns",
    "find_corpus",
    "find_decomposition",
    "find_downstream",
    "find_dynamics",
    "find_figures",
    "find_flow",
    "find_frequencies",
    "find_gates",
    "find_glyph_row",
    "find_map",
    "find_matching",
    "find_moment_sample",
    "find_nearest",
    "find_occurrence",
    "find_outgoing",
    "find_prepared",
    "find_reading",
    "find_recorded_text",
    "find_recording",
    "find_replacement",
    "find_response",
    "find_run",
    "find_runs",
    "find_sample",
    "find_saturation",
    "find_stored_texts",
    "find_summaries",
    "find_texts",
    "find_tree",
    "find_unit_measures",
    "find_unit_values",
    "is_recorded",
    "prepared_corpora",
    "quality_in_progress",
]
