"""What single units tell of a text, as plain values and as a table."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from analysis.interpretation.source import Source, corpus_source, own_source
from analysis.interpretation.store import InterpretOptions, ensure_scores
from analysis.interpretation.unit_scores import UnitScores
from app.cli.analysis_output import layer_of
from app.cli.console import check_choice, print_note, print_table
from app.tables.interpretation import SIGNIFICANT, best_units_table
from data_prep.text_file import decode, read_bytes
from models.run import Run

STATES = ("hidden", "cell")
LARGEST_TEXT = 64 << 20  # bytes
SHOWN = 30  # rows for a person


def interpret_summary(
    run: Run, *, state: str, layer: int | None, tokens: int, regex: str, text: Path | None, again: bool
) -> dict[str, Any]:
    """The object `interpret` of `analyse --json`."""
    check_choice(state, STATES, "--state")
    options = InterpretOptions(state, layer_of(run, layer), tokens, regex)
    run.load_network()  # says why, where there is none
    if text is None:
        source = corpus_source(run, tokens)
    else:
        source = own_source(run, decode(read_bytes(text, LARGEST_TEXT), text.name), tokens, text.name)
    return _summary(ensure_scores(run, source, options, again=again), source, options)


def print_interpretation(summary: dict[str, Any]) -> None:
    """A table of the strongest, and what was not tested."""
    headings = ("property", "unit", "strength", "chance", "p", "AUC", "correlation", "about")
    rows = [
        (
            one["property"], str(one["unit"]), f"{one['strength']:.3f}", f"{one['chance_95']:.3f}",
            f"{one['corrected_p']:.2f}", "–" if one["auc"] is None else f"{one['auc']:.3f}",
            "–" if one["correlation"] is None else f"{one['correlation']:+.3f}", one["about"],
        )
        for one in summary["properties"][:SHOWN]
    ]  # fmt: skip
    title = (
        f"What units of {summary['state']} state, layer {summary['layer']}, tell: {summary['tokens']:,} tokens of "
        f"{summary['text']}, {summary['shifts']} shifts, {summary['tests']:,} tests"
    )
    print_table(headings, rows, title)
    for one in summary["dropped"]:
        print_note(f"Not tested: {one['why']}")


def _summary(scores: UnitScores, source: Source, options: InterpretOptions) -> dict[str, Any]:
    names = {
        "property": "property", "about": "about", "unit": "unit", "strength": "strength", "chance": "chance_95",
        "corrected p": "corrected_p", "AUC": "auc", "correlation": "correlation", "state where it holds": "state_is",
        "strength when found": "found_strength", "positions tested": "positions",
    }  # fmt: skip
    table = best_units_table(scores).astype(object)
    table = table.where(table.notna(), None)
    said = asdict(options) | {"layer": options.layer + 1, "regex": options.pattern, "text": source.name}
    del said["pattern"]
    return said | {
        "tokens": scores.tokens,
        "unknown": source.unknown,
        "block": scores.block,
        "shifts": scores.shifts,
        "tests": scores.tests,
        "beyond_chance": int((scores.corrected_p <= SIGNIFICANT).sum()),
        "properties": table.rename(columns=names).to_dict("records"),
        "dropped": [{"property": name, "why": why} for name, why in scores.dropped],
    }
