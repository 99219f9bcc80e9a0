"""The boxes that choose the two sides of a comparison: of A weights and text, of B all that it is."""

from collections.abc import Iterable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analysis.recording.store import RecordingOptions
from app import cached
from app.cached import RECORDED
from app.comparing import Side, states_of, suggested_layer, suggested_run, suggested_state
from app.links import take_choice
from app.notices import literal
from app.panels.compare.own_text import own_texts, record_text
from app.selection import Selection
from models.run import Run

BEST = "best"
_HELP = {
    "a-weights": "Run, layer and state of A are those of the sidebar.",
    "b-run": "Grey is a suggestion, which follows what is said of A.",
}
PARTS = {"training part": "train", "validation part": "valid", "test part": "test"}


def choose_sides(selection: Selection) -> tuple[Side, Side]:
    """The sides as the boxes say, which stand in the address; where they are empty, what suits A.

    Draws the title of the page too, beside which they stand.
    """
    title, corner, *own = st.columns([4, 4, 3, 3], vertical_alignment="bottom")
    boxes = st.columns([4, 2, 2, 3, 3], vertical_alignment="bottom")
    title.title("Compare", anchor=False)
    first = Side.chosen(selection, _choose_options("A", selection.run, *own))
    runs = {run.id: run for run in cached.find_runs()[0]}
    if gone := _gone(runs):
        st.warning(f"There is no run {literal(gone)} here: deleted, or the link is from elsewhere. B is another.")
    run = runs[_choose(boxes[0], "B · run", runs, "b-run", suggested_run(first, list(runs.values())).id)]
    options = _choose_options("B", run, *boxes[3:])
    layers = {str(layer + 1): layer for layer in range(run.recipe.model.layers)}
    suggested = str(suggested_layer(first, run, options) + 1)
    layer = layers[_choose(boxes[1], "Layer", layers, "b-layer", suggested)]
    state = _choose(boxes[2], "State", states_of(run), "b-state", suggested_state(first, run, options, layer))
    second = first.other(run, options, layer, state)
    readers = {side.name: (side.run, side.options.checkpoint) for side in (first, second) if _can_read(side.run)}
    if readers:
        with corner.popover("Another text", icon=":material/upload:", width="stretch"):
            record_text(readers)
    return first, second


def _choose_options(side: str, run: Run, weights: DeltaGenerator, text: DeltaGenerator) -> RecordingOptions:
    """Which recording of its run a side is: of which weights, from which text."""
    key = side.lower()
    if not _can_read(run):
        _choose(weights, f"{side} · weights", ["none"], f"{key}-weights", "none")
        _choose(text, f"{side} · recorded from", ["its states"], f"{key}-text", "its states")
        return RECORDED
    updates = {f"epoch {one['epoch']:.3g} (update {one['update']})": one["update"] for one in run.checkpoints}
    checkpoints = {BEST: None} | updates
    checkpoint = checkpoints[_choose(weights, f"{side} · weights", checkpoints, f"{key}-weights", BEST)]
    texts = {name: RecordingOptions(split=split) for name, split in PARTS.items()} | own_texts(run)
    options = texts[_choose(text, f"{side} · recorded from", texts, f"{key}-text", next(iter(texts)))]
    return RecordingOptions(split=options.split, text=options.text, checkpoint=checkpoint)


def _choose(place: DeltaGenerator, label: str, options: Iterable[str], key: str, suggested: str) -> str:
    """One of the options; the suggested one, which follows A, while nobody chose."""
    names = list(options)
    take_choice(key, names)
    if st.session_state.get(key) not in (None, *names):  # chosen for another run
        st.session_state[key] = None
    chosen = place.selectbox(
        label,
        names,
        index=None,
        key=key,
        bind="query-params",
        persist_state="session",
        placeholder=suggested,
        help=_HELP.get(key),
    )
    return chosen or suggested


def _gone(runs: Iterable[str]) -> str | None:
    """The run that B was, or that the address names, if it is not there."""
    wanted = st.session_state.get("b-run") or st.query_params.get("b-run")
    return wanted if wanted is not None and wanted not in runs else None


def _can_read(run: Run) -> bool:
    """Whether it has weights, of which recorded states alone have none."""
    return run.origin != "states"
