"""No page computes again what did not change."""

from app.bench.recomputing import count_recomputations


def test_reruns_compute_nothing(recorded_home, monkeypatch):
    monkeypatch.setenv("RNNSCOPE_HOME", str(recorded_home))
    found = count_recomputations("toy-words-lstm")
    assert found.first > 5
    assert found.reruns >= 10
    assert found.computed == 0
