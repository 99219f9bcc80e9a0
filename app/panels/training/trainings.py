"""The panel of the trainings under way: how they go, and what can be done about them."""

import time
from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from app import cached, jobs
from app.clock import clock
from app.figures.training_history import plot_training_progress
from app.links import link_to
from app.notices import how_to_read, literal, show_error
from app.numbers import numbers
from app.tables.runs import headline
from app.trainings import Watched, finished_lately, keep_training, resume_training, watch_all
from data_prep.errors import UserError
from models.run import Run

POLL_SECONDS = 1.5
FAULT = "training-fault"
QUIET_SECONDS = 10  # without a report: the validation or the test part is being measured
BADGES = {
    "starting": ("starting", ":material/hourglass_top:", "gray"),
    "running": ("running", ":material/play_arrow:", "green"),
    "stopped": ("stopped", ":material/pause:", "gray"),
    "failed": ("failed", ":material/error:", "red"),
    "interrupted": ("interrupted", ":material/power_off:", "orange"),
    "finished": ("finished", ":material/check:", "green"),
}


def show_trainings() -> bool:
    """Draw every unfinished training, kept up to date, and those that ended lately. Returns whether one runs."""
    trainings, _ = watch_all()
    _follow(_states(trainings))
    if finished := _finished():
        with st.container(border=True, gap="xsmall"):
            for run, seconds in finished:
                _draw_finished(run, seconds)
    return any(watched.is_alive for watched in trainings)


@st.fragment(run_every=POLL_SECONDS)
def _follow(known: list[tuple[str, str]]) -> None:
    trainings, faults = watch_all()
    if _states(trainings) != known:
        st.rerun()  # one more, one less: the rest of the page speaks of them too
    if fault := st.session_state.get(FAULT):
        show_error(fault)
    for watched in trainings:
        with st.container(border=True, gap="xsmall"):
            _draw(watched)
    for fault in faults:
        show_error(fault)


def _states(trainings: list[Watched]) -> list[tuple[str, str]]:
    return [(watched.folder.run_id, watched.state) for watched in trainings]


def _draw(watched: Watched) -> None:
    folder, seen = watched.folder, watched.seen
    model = folder.recipe.model
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(literal(folder.run_id), anchor=False, width="content")
        label, icon, colour = BADGES[watched.state]
        st.badge(label, icon=icon, color=colour)
        st.space("stretch")
        _buttons(watched)
    st.caption(
        f"{model.cell.upper()} {model.layers}×{model.units} on {literal(folder.corpus['name'])} · recipe "
        f"{literal(folder.recipe.name or 'of no name')}, seed {folder.recipe.seed}"
    )
    _say_how_it_stands(watched)
    if watched.is_alive:
        _draw_progress(watched)
    elif seen.curve:
        with st.expander("How it went"):
            _draw_curve(watched)


def _buttons(watched: Watched) -> None:
    folder, name = watched.folder, watched.folder.run_id
    if watched.state == "running":
        waiting = watched.asked is not None
        _button("Stop", f"stop-{name}", folder.ask, "stop", icon=":material/pause:", disabled=waiting)
        explained = "Ends the training and makes a run of the best weights so far."
        _button(
            "Keep now", f"keep-{name}", folder.ask, "keep", icon=":material/save:", disabled=waiting, help=explained
        )
    elif not watched.is_alive:
        if watched.state != "finished":
            _button("Resume", f"resume-{name}", resume_training, name, icon=":material/play_arrow:", type="primary")
            if folder.has_state():
                _button("Keep what is learnt", f"keep-{name}", keep_training, name, icon=":material/save:")
        with st.popover("Delete", icon=":material/delete:"):
            st.write("Its weights are lost.")
            _button("Delete it", f"delete-{name}", folder.delete, type="primary")


def _button(label: str, key: str, action: Callable[..., None], *arguments: str, **options: Any) -> None:
    st.button(label, key=key, on_click=_act, args=(action, *arguments), **options)


def _act(action: Callable[..., None], *arguments: str) -> None:
    """Do what was pressed, before anything is drawn; what goes wrong is said until the next press."""
    st.session_state[FAULT] = None
    try:
        action(*arguments)
    except UserError as error:
        st.session_state[FAULT] = error


def _say_how_it_stands(watched: Watched) -> None:
    folder, seen = watched.folder, watched.seen
    where = f"update {seen.update:,} of {seen.updates:,}"
    kept = "Its state of at most a minute before is kept." if folder.has_state() else "It had not kept anything yet."
    if watched.asked == "stop":
        st.info("Stopping after the update that it is at; its state is kept.")
    elif watched.asked == "keep":
        st.info("Ending: the validation and the test part are measured, then it is a run.")
    elif watched.state == "stopped":
        st.info(f"Stopped after {where}. Its state is kept.")
    elif watched.state == "failed" and seen.error is not None:
        show_error(UserError(seen.error.message, seen.error.hint))
    elif watched.state == "finished":
        st.info("It is a run already; what is left of the training can be deleted.")
    elif not watched.is_alive:
        after = f" after {where}" if seen.updates else ""
        st.warning(f"Its process ended{after} without saying why. {kept}", icon=":material/power_off:")
        if last_words := jobs.last_line(jobs.training_log(folder)):
            st.caption("The last that it wrote:")
            st.code(last_words, language=None, wrap_lines=True)


def _draw_progress(watched: Watched) -> None:
    seen = watched.seen
    if not seen.updates:
        st.caption("Reading the corpus; the first figures come with the first updates.")
        return
    quiet = time.time() - seen.time if watched.state == "running" else 0
    doing = f" · measuring for {clock(quiet)}" if quiet > QUIET_SECONDS else ""
    st.progress(
        min(1.0, seen.update / seen.updates),
        f"epoch {seen.epoch} of {seen.epochs} · update {seen.update:,} of {seen.updates:,}{doing}",
    )
    best = seen.best
    columns = st.columns(4)
    columns[0].metric(f"Training, nats per {seen.per}", _number(seen.loss, ".3f"), border=True)
    columns[1].metric(
        f"Validation{f', best of epoch {best.epoch}' if best else ''}",
        _number(best.valid_nats if best else None, ".3f"),
        border=True,
    )
    columns[2].metric("Tokens per second", _number(seen.tokens_per_second, ",.0f"), border=True)
    columns[3].metric("Time left", clock(seen.seconds_left) if seen.seconds_left is not None else "–", border=True)
    _draw_curve(watched)


def _draw_curve(watched: Watched) -> None:
    seen, name = watched.seen, watched.folder.run_id
    left, right = st.columns([3, 2], gap="large") if seen.sample is not None else (st.container(), None)
    per_epoch = seen.updates / max(1, seen.epochs)
    left.plotly_chart(
        plot_training_progress(
            seen.curve,
            [(epoch.epoch * per_epoch, epoch.valid_nats) for epoch in seen.history],
            uniform_nats=seen.uniform_nats,
            per=seen.per,
            dark=st.context.theme.type == "dark",
        ),
        theme=None,
        key=f"curve-{name}",
        alt=f"Training loss by update and validation loss after each epoch of {name}",
    )
    if right is not None:
        right.caption(f"What it writes, after update {seen.sample_update:,}:")
        right.code(seen.sample, language=None, wrap_lines=True, height=250)
    how_to_read(
        "Cross-entropy as it learns, lower is better; diamonds are the validation part after each epoch.",
        "training is measured with dropout and while the weights move, so it may lie above validation.",
    )
    if seen.history:
        numbers(pd.DataFrame(seen.history_rows()), f"history-{name}", label="Epochs")


def _finished() -> list[tuple[Run, float]]:
    found = []
    for run_id, seconds in finished_lately():
        try:
            run = cached.find_run(run_id)
        except UserError as error:
            show_error(error)
            continue
        if run.history:  # or else it was not trained here
            found.append((run, seconds))
    return found


def _draw_finished(run: Run, seconds: float) -> None:
    name, value, _ = headline(run)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge("finished", icon=":material/check:", color="green")
        when = f"{seconds / 60:.0f} minutes ago" if seconds > 90 else "just now"
        st.markdown(f"**{literal(run.id)}** · {name[0].lower()}{name[1:]} {value} · {when}", width="content")
        st.space("stretch")
        link_to("views/overview.py", "See the run", ":material/arrow_forward:", run=run.id)


def _number(value: float | None, shape: str) -> str:
    return "–" if value is None else format(value, shape)
