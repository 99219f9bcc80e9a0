import multiprocessing
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(scope="session")
def processes():
    """Starts real processes that have imported torch already: one server imports it, and each is a fork of that."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["models.training.job", "torch._dynamo"])  # optimisers import the latter
    return context


@pytest.fixture(scope="session")
def foreign_folder(tmp_path_factory) -> Path:
    """Networks saved by a program that knows nothing of rnnscope, with the probabilities they give (npz)."""
    folder = tmp_path_factory.mktemp("foreign")
    script = Path(__file__).parent / "other_peoples_models.py"
    subprocess.run([sys.executable, str(script), str(folder)], check=True, cwd=folder, env={"OMP_NUM_THREADS": "1"})
    return folder


@pytest.fixture
def foreign(foreign_folder):
    """foreign(name) → (file of the weights, ids (T,), probabilities (T, V))."""

    def find(name: str):
        weights = next(path for path in foreign_folder.glob(f"{name}.*") if path.suffix != ".npz")
        with np.load(foreign_folder / f"{name}.npz") as arrays:
            return weights, arrays["ids"], arrays["probabilities"]

    return find
