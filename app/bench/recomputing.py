"""How many analyses the pages compute again where nothing changed that they depend on: to be none."""

import importlib
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pkgutil import iter_modules
from typing import Any
from unittest.mock import patch

from streamlit.testing.v1 import AppTest

from app import cached
from app.bench.browser import DASHBOARD
from app.defaults import RUN

# What is expensive, by the name under which the modules of `app.cached` call it.
ANALYSES = (
    "decompose",
    "cocluster",
    "lay_out_clouds",
    "memory_map_data",
    "read_text",
    "stored_recording",
    "tag_types",
    "nearest_words",
    "unit_measures",
    "recorded_text",
    "match_clusters",
    "layer_figures",
    "cluster_flow",
    "token_changes",
    "glyph_row",
    "unit_values",
    "compare_occurrence",
    "replace_token",
    "downstream",
    "saturation",
    "recorded_gates",
    "outgoing_norms",
    "break_down",
    "find_clues",
    "ensure_predictions",
    "error_sets",
    "find_places",
    "by_distance",
    "text_properties",
    "states_of",
    "ensure_scores",
    "coloured_text_data",
    "ensure_ngram_scores",
    "ngram_entries",
    "map_models",
)
NAMES = (
    *("memory_map", "words", "units", "gates", "interpret", "sentences", "compare"),
    *("errors", "long_range", "models", "overview"),
)
PAGES = tuple(f"views/{name}.py" for name in NAMES)
RERUNS = 3  # of each page
TIMEOUT = 120  # seconds


@dataclass(frozen=True)
class Recomputations:
    """first: analyses at the first look at the pages; computed: again, in so many reruns of so many pages."""

    pages: int
    reruns: int
    first: int
    computed: int


def count_recomputations(run: str = RUN) -> Recomputations:
    """Look at every page once, then again and again, and count what is computed."""
    main = sys.modules["__main__"]
    try:
        with _counted() as calls:
            app = AppTest.from_file(str(DASHBOARD), default_timeout=TIMEOUT)
            app.query_params["run"] = run
            app.run()
            for page in PAGES:
                app.switch_page(page).run()
            first = calls.total()
            for page in PAGES:
                app.switch_page(page)
                for _ in range(RERUNS):
                    app.run()
            return Recomputations(len(PAGES), RERUNS * len(PAGES), first, calls.total() - first)
    finally:
        sys.modules["__main__"] = main  # in whose place AppTest puts the page


@contextmanager
def _counted() -> Iterator[Counter[str]]:
    modules = [importlib.import_module(f"app.cached.{found.name}") for found in iter_modules(cached.__path__)]
    calls: Counter[str] = Counter()
    lock = threading.Lock()

    def counting(real: Callable[..., Any], name: str) -> Callable[..., Any]:
        def call(*arguments, **options):
            found = real(*arguments, **options)  # one that refuses, as where there is no text, has computed nothing
            with lock:
                calls[name] += 1
            return found

        return call

    with ExitStack() as patches:
        # What is computed beside a page belongs to the first look at it.
        patches.enter_context(patch("app.panels.errors.predicted.PATIENCE", TIMEOUT))
        for name in ANALYSES:
            users = [module for module in modules if hasattr(module, name)]
            assert users, f"nothing in app.cached calls {name}"
            for module in users:
                patches.enter_context(patch.object(module, name, counting(getattr(module, name), name)))
        yield calls
