"""Numbers about a run: states, recordings, expected responses, co-clusters, readings of single texts."""

from analysis.coclustering import Coclusters, cocluster, decompose
from analysis.recording import ExpectedResponse, Recording, record
from analysis.sentence import ClusterFlow, Reading, cluster_flow, read_text
from analysis.states import unroll
from analysis.store import RecordingOptions, record_run, stored_recording

__all__ = [
    "ClusterFlow",
    "Coclusters",
    "ExpectedResponse",
    "Reading",
    "Recording",
    "RecordingOptions",
    "cluster_flow",
    "cocluster",
    "decompose",
    "read_text",
    "record",
    "record_run",
    "stored_recording",
    "unroll",
]
