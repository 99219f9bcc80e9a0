"""What the pages read, keyed by content digests and options: the only package with cache decorators.

Streamlit hashes large arrays by a sample and skips arguments with an underscore, so no array or model is ever
part of a key. What is returned is shared between visitors: frozen, and never changed.
"""

from app.cached.clusters import (
    Clustered,
    Clustering,
    find_clusters,
    find_decomposition,
    find_figures,
    find_matching,
    quality_in_progress,
)
from app.cached.corpora import corpus_states, find_corpus, find_frequencies, find_prepared, prepared_corpora
from app.cached.dynamics import begin_measuring, find_dynamics, find_moment_sample, measuring_begun
from app.cached.errors import (
    errors_in_progress,
    find_breakdown,
    find_by_distance,
    find_context_curve,
    find_crossing,
    find_error_sets,
    find_likeliest,
    find_ngram_curve,
    find_ngrams,
    find_occurrences,
    find_ranked_tokens,
)
from app.cached.gates import (
    are_gates_counted,
    begin_counting,
    counting_begun,
    find_gates,
    find_outgoing,
    find_saturation,
)
from app.cached.generation import find_sample, find_tree
from app.cached.interpretation import (
    TextChoice,
    find_coloured,
    find_excerpt,
    find_properties,
    find_response_to,
    find_scores,
    find_source,
)
from app.cached.maps import find_map
from app.cached.models import (
    find_baselines,
    find_entry,
    find_model_map,
    find_ngram_scores,
    find_predictions,
    is_run_predicted,
)
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
from app.cached.runs import find_network, find_run, find_runs
from app.cached.texts import find_changes, find_flow, find_glyph_row, find_occurrence, find_reading, find_unit_values
from app.cached.uploads import find_columns, find_summaries, find_texts

__all__ = [
    "RECORDED",
    "Clustered",
    "Clustering",
    "TextChoice",
    "are_gates_counted",
    "begin_counting",
    "begin_measuring",
    "corpus_states",
    "counting_begun",
    "errors_in_progress",
    "find_banded",
    "find_baselines",
    "find_breakdown",
    "find_by_distance",
    "find_changed_row",
    "find_changes",
    "find_clusters",
    "find_coloured",
    "find_columns",
    "find_context_curve",
    "find_corpus",
    "find_crossing",
    "find_decomposition",
    "find_downstream",
    "find_dynamics",
    "find_entry",
    "find_error_sets",
    "find_excerpt",
    "find_figures",
    "find_flow",
    "find_frequencies",
    "find_gates",
    "find_glyph_row",
    "find_likeliest",
    "find_map",
    "find_matching",
    "find_model_map",
    "find_moment_sample",
    "find_nearest",
    "find_network",
    "find_ngram_curve",
    "find_ngram_scores",
    "find_ngrams",
    "find_occurrence",
    "find_occurrences",
    "find_outgoing",
    "find_predictions",
    "find_prepared",
    "find_properties",
    "find_ranked_tokens",
    "find_reading",
    "find_recorded_text",
    "find_recording",
    "find_replacement",
    "find_response",
    "find_response_to",
    "find_run",
    "find_runs",
    "find_sample",
    "find_saturation",
    "find_scores",
    "find_source",
    "find_stored_texts",
    "find_summaries",
    "find_texts",
    "find_tree",
    "find_unit_measures",
    "find_unit_values",
    "is_recorded",
    "is_run_predicted",
    "measuring_begun",
    "prepared_corpora",
    "quality_in_progress",
]
