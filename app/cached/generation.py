"""What a network writes."""

from typing import Any

import streamlit as st

from app.cached.runs import find_run, language_model_of
from data_prep.tokens import SENTENCE_END
from models.generation.continuations import Tree, tree
from models.generation.sampling import Sample, sample
from models.run import Run


def find_sample(run: Run, prompt_ids: tuple[int, ...], *, until_end: bool, **options: Any) -> Sample:
    """What the run's network writes after a prompt; `options` as of `sample`."""
    end_id = run.vocabulary.ids.get(SENTENCE_END) if until_end else None
    return _sample(run.id, run.digest, prompt_ids, end_id, tuple(options.items()))


def find_tree(run: Run, prompt_ids: tuple[int, ...], **options: Any) -> Tree:
    """What may follow a prompt; `options` as of `tree`."""
    return _tree(run.id, run.digest, prompt_ids, tuple(options.items()))


@st.cache_resource(max_entries=64, show_spinner=False)
def _sample(
    run_id: str, digest: str, prompt_ids: tuple[int, ...], end_id: int | None, options: tuple[tuple[str, Any], ...]
) -> Sample:
    network, vocabulary = language_model_of(run_id, digest), find_run(run_id).vocabulary
    return sample(network, vocabulary, prompt_ids, end_id=end_id, **dict(options))


@st.cache_resource(max_entries=64, show_spinner=False)
def _tree(run_id: str, digest: str, prompt_ids: tuple[int, ...], options: tuple[tuple[str, Any], ...]) -> Tree:
    return tree(language_model_of(run_id, digest), find_run(run_id).vocabulary, prompt_ids, **dict(options))
