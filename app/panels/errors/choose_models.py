"""The panel that chooses the models whose errors are laid beside those of the run in the sidebar."""

from collections import Counter

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analysis.errors.comparable import why_not_comparable
from analysis.errors.error_sets import MOST_MODELS
from app import cached
from app.notices import literal
from models.run import Run

KEY = "against"


def choose_models(run: Run, place: DeltaGenerator) -> list[Run]:
    """The run of the sidebar, then up to two more on the same tokens; where nobody chose, one that differs much."""
    runs = {other.id: other for other in cached.find_runs()[0] if other.id != run.id}
    reasons = {name: why_not_comparable(run, other) for name, other in runs.items()}
    names = [name for name, reason in reasons.items() if not reason]
    if (chosen := st.session_state.get(KEY)) and not set(chosen) <= set(names):  # for another run
        st.session_state[KEY] = [name for name in chosen if name in names] or suggested(run, runs, names)
    found = place.multiselect(
        "Compare with",
        names,
        default=suggested(run, runs, names),
        key=KEY,
        bind="query-params",
        persist_state="session",
        max_selections=MOST_MODELS - 1,
        select_all=False,
        disabled=not names,
        placeholder="up to two more models" if names else "no other model of these tokens",
        help=_not_offered(run, reasons),
    )
    return [run, *(runs[name] for name in found)]


def suggested(run: Run, runs: dict[str, Run], names: list[str]) -> list[str]:
    """The one whose test figure differs most."""
    own = run.test.get("cross_entropy_nats")
    known = [name for name in names if own is not None and runs[name].test]
    return sorted(known, key=lambda name: -abs(runs[name].test["cross_entropy_nats"] - own))[:1]


def _not_offered(run: Run, reasons: dict[str, str]) -> str:
    counted = Counter(reason for reason in reasons.values() if reason)
    if not counted:
        return "Every model of the same tokens."
    said = "; ".join(f"{count} because {reason}" for reason, count in counted.most_common())
    return f"Only models of the same tokens as {literal(run.id)} can be laid beside it. Not offered: {said}."
