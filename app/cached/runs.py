"""Runs and their networks."""

from pathlib import Path

import streamlit as st

from data_prep.errors import UserError
from models.network import RecurrentLanguageModel, RecurrentNetwork
from models.run import Run, list_runs, open_run
from models.run_folders import run_folder


def find_run(run_id: str) -> Run:
    """A run by id; read again whenever a file of it changed."""
    return _run(run_id, fingerprint(run_folder(run_id)))


def find_runs() -> tuple[list[Run], dict[str, UserError]]:
    """(runs, faults): every run that opens, and what is wrong with the others."""
    return list_runs(find_run)


def find_network(run: Run) -> RecurrentNetwork:
    """A run's network with its best weights; UserError where it has none."""
    return network_of(run.id, run.digest)


def fingerprint(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Name, size and time of every file in a folder: another whenever one of them changed."""
    if not folder.is_dir():
        return ()
    status = ((entry.name, entry.stat()) for entry in folder.iterdir() if entry.is_file())
    return tuple(sorted((name, found.st_size, found.st_mtime_ns) for name, found in status))


@st.cache_resource(max_entries=64, show_spinner=False)
def _run(run_id: str, files: tuple[tuple[str, int, int], ...]) -> Run:  # noqa: ARG001 (part of the key)
    return open_run(run_id)


@st.cache_resource(max_entries=8, show_spinner=False)
def network_of(
    run_id: str,
    digest: str,  # noqa: ARG001 (part of the key)
    checkpoint: int | None = None,
) -> RecurrentNetwork:
    """With the best weights, or with those kept after an update."""
    run = find_run(run_id)
    return run.load_network(weights_file=run.weights_after(checkpoint))


def language_model_of(run_id: str, digest: str) -> RecurrentLanguageModel:
    """UserError where the run's network is none."""
    return find_run(run_id).expect_language_model(network_of(run_id, digest))
