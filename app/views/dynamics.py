"""Dynamics: which simpler model a run resembled while it learnt, how its units changed, and what it wrote."""

import streamlit as st

from analysis.dynamics.store import FAMILIES, moments_of
from app import cached, selection
from app.notices import PageEnded
from app.panels.dynamics import offer_to_measure, show_resemblance, show_samples, show_tracks, without_checkpoints
from data_prep.errors import UserError

chosen = selection.current()
title, place = st.columns([4, 1], vertical_alignment="bottom")
title.title("Dynamics", anchor=False)
st.markdown("What did the model resemble while it learnt: models of short contexts first, longer ones later?")
try:
    moments = moments_of(chosen.run)
except UserError as error:
    without_checkpoints(error)
    raise PageEnded from error
family = place.segmented_control("Beside", FAMILIES, default="n-gram", required=True, key="family", bind="query-params")
try:
    found = cached.find_dynamics(chosen.run, family)
except UserError:  # which n-NN models there are is known from the corpus, which is not at hand
    found = None
if found is None:
    offer_to_measure(chosen.run, family)
else:
    show_resemblance(chosen.run, family, found)
    show_tracks(chosen, found)
show_samples(chosen.run, moments)
