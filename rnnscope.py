"""rnnscope: see what a recurrent network for text keeps in its memory.

The public names of the library, so that a script needs one import:

    import rnnscope
    run = rnnscope.open_run("shakespeare-lstm-2x200")
    recording = rnnscope.stored_recording(run, rnnscope.RecordingOptions())
"""

from analysis.clusters.coclustering import Coclusters, cocluster
from analysis.clusters.decomposition import Decomposition, decompose
from analysis.clusters.quality import QualityProfile, quality_profile
from analysis.dynamics.dynamics import Dynamics, Expectations, training_dynamics
from analysis.errors.breakdown import ErrorBreakdown, break_down, what_becomes
from analysis.errors.by_distance import ByDistance, by_distance
from analysis.errors.context_lengths import ContextLosses, context_curve, losses_by_context
from analysis.errors.error_sets import ErrorSets, error_sets
from analysis.errors.of_runs import break_down_run
from analysis.errors.oracle_settings import OracleSettings
from analysis.errors.places import find_places, sought_by_name
from analysis.errors.ranked_tokens import RankedTokens, rank_tokens
from analysis.errors.store import ensure_context_losses
from analysis.gates.count import GateCounts, count_gates
from analysis.gates.saturation import Saturation, near_integrators, saturation
from analysis.interpretation.properties import TextProperty, text_properties
from analysis.interpretation.source import corpus_source, own_source
from analysis.interpretation.store import InterpretOptions, ensure_scores
from analysis.interpretation.text_states import read_states
from analysis.interpretation.token_text import token_text
from analysis.interpretation.unit_scores import UnitScores, score_units
from analysis.layer_measures import ResponseMeasures, StateMeasures, response_measures, state_measures
from analysis.predictions.predict import Predictions
from analysis.predictions.store import ensure_predictions
from analysis.projection import Projection, project
from analysis.recording.engine import record
from analysis.recording.recorded_states import import_states
from analysis.recording.result import ExpectedResponse, Recording
from analysis.recording.store import RecordingOptions, record_run, stored_recording
from analysis.similarity import nearest_words, similarity_rank, strongest_units, strongest_words
from analysis.states import LayerStates, unroll
from analysis.strongest_contexts import StrongestContext, recorded_text, strongest_contexts
from analysis.texts.cluster_flow import ClusterFlow, cluster_flow
from analysis.texts.many_texts import TextSummaries, read_many
from analysis.texts.occurrence import Occurrence, compare_occurrence
from analysis.texts.percentiles import Percentiles, percentiles
from analysis.texts.reading import Reading, read_text
from analysis.texts.replacing import Downstream, Replacement, downstream, replace_token
from analysis.texts.token_changes import TokenChanges, token_changes
from analysis.texts.unit_values import unit_values
from analysis.unit_measures import UnitMeasures, unit_measures
from data_prep.corpus import Corpus, list_corpora, open_corpus
from data_prep.corpus_statistics import CorpusStatistics, describe_corpus
from data_prep.errors import UserError
from data_prep.joining import join_tokens
from data_prep.known import corpus_states, prepare_known
from data_prep.labelled import LabelOptions
from data_prep.parts_of_speech import PartsOfSpeech, tag_types
from data_prep.preparing import prepare_corpus
from data_prep.preview import preview
from data_prep.prompt import Prompt, read_prompt
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import Vocabulary
from models.evaluation import cross_entropy_nats
from models.foreign.examining import ImportOptions, examine_network
from models.foreign.importing import keep_network, prepare_text
from models.generation.continuations import Node, Tree, tree
from models.generation.sampling import Sample, sample
from models.network import RecurrentLanguageModel
from models.recipe import Recipe
from models.recipe_files import load_recipe
from models.run import Run, list_runs, open_run
from models.training.loop import train
from models.training.saving import save_run

__all__ = [
    "ByDistance",
    "ClusterFlow",
    "Coclusters",
    "ContextLosses",
    "Corpus",
    "CorpusStatistics",
    "Decomposition",
    "Downstream",
    "Dynamics",
    "ErrorBreakdown",
    "ErrorSets",
    "Expectations",
    "ExpectedResponse",
    "GateCounts",
    "ImportOptions",
    "InterpretOptions",
    "LabelOptions",
    "LayerStates",
    "Node",
    "Occurrence",
    "OracleSettings",
    "PartsOfSpeech",
    "Percentiles",
    "Predictions",
    "Projection",
    "Prompt",
    "QualityProfile",
    "RankedTokens",
    "Reading",
    "Recipe",
    "Recording",
    "RecordingOptions",
    "RecurrentLanguageModel",
    "Replacement",
    "ResponseMeasures",
    "Run",
    "Sample",
    "Saturation",
    "StateMeasures",
    "StrongestContext",
    "TextProperty",
    "TextSummaries",
    "TokenChanges",
    "Tokenisation",
    "Tree",
    "UnitMeasures",
    "UnitScores",
    "UserError",
    "Vocabulary",
    "break_down",
    "break_down_run",
    "by_distance",
    "cluster_flow",
    "cocluster",
    "compare_occurrence",
    "context_curve",
    "corpus_source",
    "corpus_states",
    "count_gates",
    "cross_entropy_nats",
    "decompose",
    "describe_corpus",
    "downstream",
    "ensure_context_losses",
    "ensure_predictions",
    "ensure_scores",
    "error_sets",
    "examine_network",
    "find_places",
    "import_states",
    "join_tokens",
    "keep_network",
    "list_corpora",
    "list_runs",
    "load_recipe",
    "losses_by_context",
    "near_integrators",
    "nearest_words",
    "open_corpus",
    "open_run",
    "own_source",
    "percentiles",
    "prepare_corpus",
    "prepare_known",
    "prepare_text",
    "preview",
    "project",
    "quality_profile",
    "rank_tokens",
    "read_many",
    "read_prompt",
    "read_states",
    "read_text",
    "record",
    "record_run",
    "recorded_text",
    "replace_token",
    "response_measures",
    "sample",
    "saturation",
    "save_run",
    "score_units",
    "similarity_rank",
    "sought_by_name",
    "state_measures",
    "stored_recording",
    "strongest_contexts",
    "strongest_units",
    "strongest_words",
    "tag_types",
    "text_properties",
    "token_changes",
    "token_text",
    "train",
    "training_dynamics",
    "tree",
    "unit_measures",
    "unit_values",
    "unroll",
    "what_becomes",
]
