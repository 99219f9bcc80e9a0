"""Runs and recipes as tables."""

from typing import Any

import pandas as pd

from models.recipe import Recipe
from models.run import Run


def runs_table(summaries: list[dict[str, Any]]) -> pd.DataFrame:
    """One row per run, from `Run.summary`."""
    return pd.DataFrame(
        {
            "run": run["id"],
            "corpus": run["corpus"],
            "recipe": run["recipe"] if run["origin"] == "trained" else run["origin"],
            "model": run["model"],
            "task": run["task"],
            "parameters": run["parameters"],
            "nats": run["test"].get("cross_entropy_nats"),
            "perplexity": run["test"].get("perplexity"),
            "bits per character": run["test"].get("bits_per_character"),
            "accuracy": run["test"].get("accuracy"),
            "balanced accuracy": run["test"].get("balanced_accuracy"),
            "epochs": run["epochs"] or None,
            "minutes": round(run["minutes"], 1) or None,
            "seed": run["seed"] if run["origin"] == "trained" else None,
            "from": "gallery" if run["bundled"] else "yours",
        }
        for run in summaries
    )


def headline(run: Run) -> tuple[str, str, str]:
    """(name, value, meaning) of the one figure that tells how good a run is on its test part."""
    if not run.test:
        return "Test part", "–", "it came without a text, or with one that it was not measured on"
    if "balanced_accuracy" in run.test:
        meaning = f"mean over the classes of the fraction that is right; of all texts {run.test['accuracy']:.1%} are"
        return "Test balanced accuracy", f"{run.test['balanced_accuracy']:.1%}", meaning
    if "perplexity" in run.test:
        return "Test perplexity", f"{run.test['perplexity']:.1f}", "exp of nats per token; lower is better"
    meaning = "nats per character divided by ln 2; lower is better"
    return "Test bits per character", f"{run.test['bits_per_character']:.3f}", meaning


def settings_table() -> pd.DataFrame:
    """One row per key of a recipe: its default and what it may be."""
    schema = Recipe.model_json_schema()
    sections = {
        "": schema,
        "model.": schema["$defs"]["ModelSettings"],
        "training.": schema["$defs"]["TrainingSettings"],
    }
    return pd.DataFrame(
        {
            "key": prefix + key,
            "default": "null" if about.get("default") is None else str(about["default"]).lower(),
            "allowed": _allowed(about),
        }
        for prefix, section in sections.items()
        for key, about in section["properties"].items()
        if key not in ("model", "training")
    )


def _allowed(about: dict[str, Any]) -> str:
    if "anyOf" in about:
        return " or ".join(_allowed(choice) for choice in about["anyOf"])
    if "enum" in about or "const" in about:
        return ", ".join(about.get("enum", [about.get("const")]))
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    bounds = (f"{sign} {about[bound]:,}" for bound, sign in signs.items() if bound in about)
    kinds = {"integer": "whole number", "string": "text", "boolean": "true, false"}
    return " ".join((kinds.get(about["type"], about["type"]), ", ".join(bounds))).strip()
