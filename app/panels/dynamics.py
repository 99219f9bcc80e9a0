"""The parts of the page Dynamics: measuring, resemblance, tracks of units, samples."""

from functools import partial

import numpy as np
import streamlit as st

from analysis.dynamics.dynamics import BOOTSTRAPS
from analysis.dynamics.store import Family, Moment, RunDynamics, networks_of
from app import cached
from app.figures.dynamics import plot_divergence, plot_losses, plot_resemblance, plot_unit_tracks
from app.figures.gate_saturation import title_of
from app.links import link_to
from app.notices import how_to_read, literal
from app.numbers import numbers
from app.page_tables import note_table
from app.panels.beside import follow_work, is_going_on, offer_work
from app.selection import Selection
from app.tables.dynamics import divergence_table, nearest_table, tracks_table
from data_prep.errors import UserError
from models.run import Run

MOST = 4  # units with a track
SIDES = {"above .9": "right", "below .1": "left", "mean": "mean"}


def name_of(moment: Moment) -> str:
    """By its epochs."""
    return f"{moment.epoch:.3g} epoch{'s' * (moment.epoch != 1)}" + " (best)" * (moment.update is None)


def without_checkpoints(error: UserError) -> None:
    """Why this run cannot be followed, and which can."""
    st.info(f"{literal(error.message)} {literal(error.hint)}")
    others = [run for run in cached.find_runs()[0] if run.checkpoints and run.task == "language-model"]
    if others:
        st.markdown("Runs that kept their weights on the way:")
    for run in others:
        link_to("views/dynamics.py", f"{run.id}: {len(run.checkpoints)} checkpoints", ":material/timeline:", run=run.id)


def offer_to_measure(run: Run, family: Family) -> None:
    """Compare the checkpoints with models of a family, if the text is at hand and the visitor asks for it."""
    try:
        corpus = run.open_corpus()
    except UserError as error:
        st.info(
            "What it resembled has not been measured here, and its text is not at hand. "
            f"{literal(error.message)} {literal(error.hint)}"
        )
        return
    if family == "n-NN" and not networks_of(corpus):
        st.info(
            f"No n-NN model of {literal(corpus.name)} has been trained here. In a few minutes, on the command line: "
            f"`rnnscope ngram {corpus.name} --networks 6`"
        )
        return
    begun = cached.measuring_begun(run, family)
    if is_going_on(begun):
        follow_work(begun, "Measuring")
        return
    if cached.find_dynamics(run, family) is not None:  # since the page looked
        st.rerun()
    st.info(
        f"Not measured yet: {family} models of the training part, and the model with the weights of every checkpoint, "
        "read the test part. For a small model and three million bytes that takes about a minute; it is stored."
    )
    offer_work("Measure it now", ":material/timeline:", partial(cached.begin_measuring, run, family), begun)


def show_resemblance(run: Run, family: Family, found: RunDynamics) -> None:
    """Divergence and loss against every context length."""
    dynamics, moments = found.dynamics, [name_of(moment) for moment in found.moments]
    names = [model.rpartition(" ")[2] for model in dynamics.models]
    epochs = [moment.epoch for moment in found.moments]
    noun, dark = run.vocabulary.tokenisation.noun, st.context.theme.type == "dark"
    first, last = (dynamics.models[dynamics.nearest[place]].rpartition(" ")[2] for place in (0, -1))
    st.markdown(
        f"After **{moments[0]}** the model is nearest to an {family} model of **{first} {noun}s** of context, after "
        f"**{moments[-1]}** to one of **{last}**."
    )
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.subheader("How far from each context length", anchor=False)
        st.plotly_chart(
            plot_divergence(dynamics, moments, names, family=family, dark=dark), theme=None,
            alt=f"Symmetric KL between the model at each checkpoint and {family} models of every context length",
        )  # fmt: skip
    with right:
        st.subheader("Which is nearest", anchor=False)
        st.plotly_chart(
            plot_resemblance(dynamics, epochs, names, family=family, dark=dark), theme=None,
            alt="The nearest context length at each checkpoint",
        )  # fmt: skip
    how_to_read(
        f"Left, KL(p‖q) + KL(q‖p) between what the model and what an {family} model expects, mean over "
        f"{dynamics.places:,} places of the test part, with two deviations; a star is the nearest. Right, how often "
        f"each context length was the nearest in {BOOTSTRAPS} samples of the places.",
        f"the nearest need not be near, and {family} models of long contexts may be worse, not only longer: they have "
        "seen too little.",
    )
    st.subheader("How good beside them", anchor=False)
    st.plotly_chart(
        plot_losses(dynamics, epochs, names, per=noun, dark=dark), theme=None,
        alt=f"Test loss at each checkpoint beside that of {family} models",
    )  # fmt: skip
    how_to_read(
        f"The loss on the {dynamics.tokens:,} {noun}s of the test part at each checkpoint, with two deviations of the "
        f"bootstrap; dotted, that of the {family} models.",
        f"a model that is as good as an {family} model need not expect the same.",
    )
    table = nearest_table(dynamics, moments)
    note_table(table, "Nearest context length")
    st.dataframe(table, hide_index=True, column_config=_formats())
    numbers(divergence_table(dynamics, moments), "dynamics", label=f"Every checkpoint against every {family} model")


def show_tracks(chosen: Selection, found: RunDynamics) -> None:
    """How the gates of a few units of the sidebar's layer changed."""
    st.subheader(f"Units along the training, {chosen.layer_name}", anchor=False)
    moments = [name_of(moment) for moment in found.moments]
    columns = st.columns([2, 2, 4], vertical_alignment="bottom")
    gates = {title_of(gate): gate for gate in found.right}
    preferred = next((place for place, gate in enumerate(gates.values()) if gate == "forget_gate"), 0)
    gate_name = columns[0].selectbox("Gate", list(gates), preferred, key="track-gate", bind="query-params")
    side = columns[1].selectbox("Share of tokens", list(SIDES), key="track-side", bind="query-params")
    own = getattr(found, SIDES[side])[gates[gate_name]][:, chosen.layer]  # (C, H)
    usual = np.argsort(-np.ptp(own, axis=0), kind="stable")[:3].tolist()
    units = columns[2].multiselect(
        f"Units, up to {MOST}", list(range(own.shape[1])), key="track-units", bind="query-params",
        max_selections=MOST, select_all=False, placeholder=f"those that changed most: {', '.join(map(str, usual))}",
    )  # fmt: skip
    units = units or usual
    what = f"{gate_name}, {side}" + (", of the tokens" if side != "mean" else "")
    st.plotly_chart(
        plot_unit_tracks(
            own[:, units], own.mean(1), [f"unit {unit}" for unit in units],
            [moment.epoch for moment in found.moments], what=what, dark=st.context.theme.type == "dark",
        ),
        theme=None,
        alt=f"{what} of {len(units)} units along the training",
    )  # fmt: skip
    how_to_read(
        "Each line is one unit at the checkpoints, over every token of the test part; dotted, the mean over the layer.",
        "the units that changed most were picked because they did: they are no sample of the layer.",
    )
    numbers(tracks_table(own[:, units], units, chosen.layer, what, moments), "unit-tracks", label="These tracks")


def show_samples(run: Run, moments: tuple[Moment, ...]) -> None:
    """What the model wrote at each checkpoint, from the same random numbers."""
    heading, place = st.columns([5, 1], vertical_alignment="bottom")
    heading.subheader("What it wrote", anchor=False)
    seed = place.number_input("Seed", 0, 999, 0, key="track-seed", bind="query-params")
    columns = st.columns(2, gap="medium")
    for number, moment in enumerate(moments):
        with columns[number % 2]:
            st.markdown(f"**after {name_of(moment)}**")
            try:
                written = cached.find_moment_sample(run, moment.update, seed).text.strip()
            except UserError as error:  # weights that ran away
                written = f"{error.message} {error.hint}"
            st.code(written, language=None, wrap_lines=True, height=170)
    how_to_read(
        "The same seed and temperature at each checkpoint, from a beginning that says nothing.",
        "one sample shows a style, not how good a model is: see its loss.",
    )


def _formats() -> dict:
    precise = st.column_config.NumberColumn(format="%.3f")
    columns = ("loss, nats per token", "± one deviation", "symmetric KL, nats", "loss less that of the nearest")
    return dict.fromkeys(columns, precise) | {"in so many samples": st.column_config.NumberColumn(format="percent")}
