"""How far clusters are to be trusted, while a page is drawn: known, or computed beside the page, which goes on."""

import streamlit as st

from analysis.clusters.quality import QualityProfile
from app import cached
from app.cached import Clustering

Checked = QualityProfile | BaseException | None  # an exception: why it cannot be told; None: not known yet


def checked_so_far(clustering: Clustering) -> Checked:
    """What a page asks once, for all its parts: between two of them the work may end."""
    work = cached.quality_in_progress(clustering)
    return (work.exception() or work.result()) if work.done() else None


@st.fragment(run_every=0.7)
def wait_for_check(*clusterings: Clustering) -> None:
    """Say that it is being computed, and draw the page again when it is known of all."""
    if all(cached.quality_in_progress(clustering).done() for clustering in clusterings):
        st.rerun(scope="app")
    st.caption(":material/hourglass_top: Checking how far the clusters are to be trusted …")
