"""The form that begins a training: a corpus, a recipe, its text to edit, and what follows from it."""

import inspect

import streamlit as st

from app import cached
from app.components.as_typed import as_typed
from app.links import take_choice
from app.notices import literal, show_error
from app.tables.runs import settings_table
from app.trainings import begin_training
from data_prep.corpus import Corpus
from data_prep.errors import UserError
from models.recipe import ModelSettings, Recipe, TrainingSettings, read_recipe
from models.recipe_files import recipe_text, recipes_for
from models.run_folders import default_run_id, reserve_run_id
from models.training.plan import TrainingPlan, plan_training
from models.training.trainings import find_training, training_ids

EDITOR = "recipe-text"
LOADED = "recipe-loaded"  # the shipped recipe whose text was put into the editor
EDITOR_HEIGHT = 420  # pixels


def choose_and_begin() -> None:
    """Choose, edit, see what follows, start."""
    left, middle, right = st.columns(3)
    corpora = cached.prepared_corpora()
    take_choice("corpus", corpora)
    name = left.selectbox("Corpus", corpora, key="corpus", bind="query-params")
    try:
        corpus = cached.find_prepared(name)
    except UserError as error:
        show_error(error)
        return
    recipes = recipes_for(corpus)
    start_from = middle.selectbox("Recipe", recipes, key="recipe", bind="query-params", on_change=_load_chosen)
    run_id = right.text_input("Name of the run", key="run-id", placeholder="made from corpus and model").strip()
    loaded = st.session_state.get(LOADED)
    if loaded is None or (loaded != start_from and st.session_state[EDITOR] == recipe_text(loaded)):
        _load(start_from)
    editor, outcome = st.columns([3, 2], gap="large")
    with editor:
        text = st.text_area(
            "The recipe, to change as you like", key=EDITOR, height=EDITOR_HEIGHT, persist_state="session"
        )
        as_typed(EDITOR)
    with outcome:
        _check_and_start(text, corpus, run_id)
        with st.container(horizontal=True):
            with st.popover("What can be set", icon=":material/help:"):
                st.dataframe(settings_table(), hide_index=True, height=250)
                for settings in (ModelSettings, TrainingSettings):
                    st.caption(inspect.getdoc(settings))
            if text != recipe_text(start_from):
                st.button(f"Back to {start_from}", icon=":material/undo:", on_click=_load_chosen)


def _load_chosen() -> None:
    _load(st.session_state["recipe"])


def _load(name: str) -> None:
    st.session_state[EDITOR] = recipe_text(name)
    st.session_state[LOADED] = name


def _check_and_start(text: str, corpus: Corpus, run_id: str) -> None:
    try:
        recipe = _named(read_recipe(text, "The recipe"), text)
        run_id = _free(run_id or default_run_id(recipe, corpus))
        plan = plan_training(recipe, corpus)
    except UserError as error:
        show_error(error)
        st.button("Start training", key="start", disabled=True, width="stretch", help="Put this right first.")
        return
    _show_plan(recipe, corpus, plan, run_id)
    twin = find_training(recipe, corpus)
    if twin is not None:
        st.info(f"This very training is there already: {literal(twin.run_id)}, see above.")
    start = st.button("Start training", key="start", type="primary", disabled=twin is not None, width="stretch")
    st.caption("It runs as a process of its own: closing the browser does not stop it.")
    if start and twin is None:
        try:
            begin_training(recipe, corpus, run_id)
        except UserError as error:
            show_error(error)
        else:
            st.rerun()


def _named(recipe: Recipe, text: str) -> Recipe:
    """The recipe with its own name, or else that of the shipped one whose text it is or once was."""
    loaded = st.session_state[LOADED]
    return recipe.model_copy(
        update={"name": recipe.name or (loaded if text == recipe_text(loaded) else f"{loaded}, changed")}
    )


def _free(run_id: str) -> str:
    if run_id in training_ids():
        raise UserError(f"There is an unfinished training called {run_id}.", "Choose another name.")
    return reserve_run_id(run_id)


def _show_plan(recipe: Recipe, corpus: Corpus, plan: TrainingPlan, run_id: str) -> None:
    model, training = recipe.model, recipe.training
    columns = st.columns(2)
    columns[0].metric("Parameters", f"{plan.parameters:,}", border=True)
    columns[1].metric("Updates/epoch", f"{plan.updates_per_epoch:,}", border=True)
    unit = corpus.vocabulary.tokenisation.unit
    st.markdown(
        f"{model.cell.upper()} {model.layers}×{model.units} over {len(corpus.vocabulary):,} {unit}; epochs: "
        f"{training.epochs:,}; updates in all: {plan.updates_per_epoch * training.epochs:,}, each of about "
        f"{plan.tokens_per_update:,.0f} {unit}. It becomes the run **{literal(run_id)}**."
    )
