"""What a run resembled, and wrote, while it was trained."""

import streamlit as st

from analysis.dynamics.store import Family, RunDynamics, dynamics_key, ensure_dynamics, stored_dynamics
from analysis.results import find_result
from app.cached.beside import Work, begin_work, begun_work
from app.cached.runs import find_run, fingerprint, network_of
from models.generation.sampling import Sample
from models.run import Run
from models.training.sample import unprompted_sample


def find_dynamics(run: Run, family: Family) -> RunDynamics | None:
    """The stored training dynamics of a run, None where there are none; UserError where there can be none."""
    folder = find_result(dynamics_key(run, family))
    return _dynamics(run.id, run.digest, family, fingerprint(folder) if folder else ())


def begin_measuring(run: Run, family: Family) -> Work:
    """Measure the training dynamics of a run, beside the pages."""
    return begin_work(
        "dynamics", _key(run, family), lambda tell: ensure_dynamics(run, family, on_progress=tell), again=True
    )


def measuring_begun(run: Run, family: Family) -> Work | None:
    """That measuring, if it was begun."""
    return begun_work("dynamics", _key(run, family))


def find_moment_sample(run: Run, checkpoint: int | None, seed: int) -> Sample:
    """What the network wrote at a checkpoint (None: with the best weights), from a beginning that says nothing."""
    return _sample(run.id, run.digest, checkpoint, seed)


def _key(run: Run, family: Family) -> tuple[str, str, str]:
    return run.id, run.digest, family


@st.cache_resource(max_entries=16, show_spinner=False)
def _dynamics(
    run_id: str,
    digest: str,  # noqa: ARG001 (part of the key)
    family: Family,
    files: tuple[tuple[str, int, int], ...],  # noqa: ARG001 (part of the key)
) -> RunDynamics | None:
    return stored_dynamics(find_run(run_id), family)


@st.cache_resource(max_entries=128, show_spinner="Writing …")
def _sample(run_id: str, digest: str, checkpoint: int | None, seed: int) -> Sample:
    run = find_run(run_id)
    network = run.expect_language_model(network_of(run_id, digest, checkpoint))
    return unprompted_sample(network, run.vocabulary, seed)
