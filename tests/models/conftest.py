import multiprocessing

import pytest


@pytest.fixture(scope="session")
def processes():
    """Starts real processes that have imported torch already: one server imports it, and each is a fork of that."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["models.training_job", "torch._dynamo"])  # optimisers import the latter
    return context
