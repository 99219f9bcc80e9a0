import numpy as np
import pytest

from analysis.recording.engine import record
from analysis.recording.on_ray import RayRecorder
from data_prep.errors import UserError
from models.run import open_run


@pytest.fixture
def ray_alone(monkeypatch):
    """Ray on this machine only, small."""
    monkeypatch.delenv("RAY_ADDRESS", raising=False)


def test_shards_on_a_cluster_add_up_to_the_whole(use_trained_home, ray_alone):
    run = open_run("toy-words-lstm")
    network, ids = run.load_network(), run.open_corpus().splits["train"]
    seen = []
    sharded = RayRecorder(shards=3)(network, ids, words=50, streams=16, on_progress=seen.append)
    whole = record(network, ids, words=50, streams=16)
    assert seen[-1] == 1.0
    assert sharded.tokens == whole.tokens == len(ids)
    assert np.array_equal(sharded.sampled, whole.sampled)
    for state in whole.states:
        np.testing.assert_allclose(sharded.mean[state], whole.mean[state], atol=1e-6)
        np.testing.assert_allclose(sharded.quantiles[state], whole.quantiles[state], atol=2e-3)

    with pytest.raises(UserError, match="100 CPUs"):
        RayRecorder(shards=2, cpus=100)(network, ids, words=50, streams=16)
    broken = run.load_network()
    broken.embedding.weight.data.fill_(float("nan"))
    with pytest.raises(UserError, match="not numbers"):
        RayRecorder(shards=2)(broken, ids, words=50, streams=16)
