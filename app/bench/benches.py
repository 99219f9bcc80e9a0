"""The benches by name."""

import os
import platform
from collections.abc import Callable
from dataclasses import asdict
from importlib import import_module
from typing import Any

import torch

from app.bench.measured import Measured
from data_prep.errors import UserError

# name → module and function, which is imported when it is asked for: some need what takes seconds to load
BENCHES = {
    "record": ("recording", "measure_recording"),
    "cocluster": ("coclustering", "measure_coclustering"),
    "sentence": ("reading", "measure_reading"),
    "saturation": ("saturation", "measure_saturation"),
    "prepare": ("preparing", "measure_preparing"),
    "train": ("training", "measure_training"),
    "interpret": ("interpreting", "measure_interpreting"),
    "ngram": ("ngrams", "measure_ngrams"),
    "app": ("dashboard", "measure_dashboard"),
}


def run_benches(names: list[str]) -> list[dict[str, Any]]:
    """Measure the named benches, or all; each as the `bench --json` object of DESIGN."""
    for name in names:
        if name not in BENCHES:
            raise UserError(f"There is no bench {name!r}.", f"Choose any of: {', '.join(BENCHES)}.")
    machine = (
        f"{os.cpu_count()} cores, {platform.machine()}, torch {torch.__version__} on {torch.get_num_threads()} threads"
    )
    return [{"bench": name, "machine": machine, "figures": _figures(name)} for name in names or BENCHES]


def _figures(name: str) -> list[dict[str, Any]]:
    module, function = BENCHES[name]
    measure: Callable[[], list[Measured]] = getattr(import_module(f"app.bench.{module}"), function)
    return [asdict(figure) | {"ratio": figure.value / figure.peer_value} for figure in measure()]
