"""What the analyses of a recording say, and how it is printed."""

from typing import Any

from app.cli import analysis_output, derived_output
from app.cli.console import print_line, print_table
from app.cli.derived_output import Asked
from app.cli.unit_output import unit_rows
from data_prep.tokens import display_token


def derived_results(
    asked: Asked, names: list[str], k: int | None, word: str | None, method: str, of: str
) -> dict[str, Any]:
    """What the analyses of these names say, by name; word: whose neighbours are asked for."""
    result: dict[str, Any] = {}
    vocabulary = asked.run.vocabulary
    if "layers" in names:
        result["layers"] = derived_output.layers_summary(asked.recording)
    if word is not None:
        result["neighbours"] = derived_output.neighbours_summary(asked.every_word, vocabulary, word)
    if "clusters" in names:
        clusters = analysis_output.clusters_of(asked.recording, asked.response, asked.treatment, k)
        result["clusters"] = analysis_output.clusters_summary(asked.response, clusters, vocabulary)
    if "quality" in names:
        result["quality"] = derived_output.quality_summary(asked)
    if "projection" in names:
        result["projection"] = derived_output.projection_summary(asked, method, of)
    return result


def print_results(asked: Asked, result: dict[str, Any]) -> None:
    """Tables of what was computed from the recording: of `derived_results`, and of the unit."""
    vocabulary = asked.run.vocabulary
    if "clusters" in result:
        rows = analysis_output.cluster_rows(result["clusters"], vocabulary)
        title = f"{len(rows)} clusters of {asked.name}, {asked.treatment}"
        print_table(("cluster", "units", "words", "strongest words"), rows, title)
    if "quality" in result:
        print_table(*derived_output.quality_rows(result["quality"]), f"How far to trust clusters of {asked.name}")
        suggested = result["quality"]["suggested_k"]
        print_line(f"Suggested: {suggested} clusters." if suggested else "No number of clusters is to be trusted.")
    if "layers" in result:
        print_table(*derived_output.layer_rows(result["layers"]), "Expected responses, layer by layer")
    if "neighbours" in result:
        found = result["neighbours"]
        print_table(*derived_output.neighbour_rows(found, vocabulary), f"Like “{found['word']}”: {asked.name}")
    if "unit" in result:
        _print_unit(asked, result["unit"])
    if "projection" in result:
        found = result["projection"]
        print_line(
            f"{len(found['points']):,} {found['of']} laid out by {found['method']}: the points come with --json."
        )


def _print_unit(asked: Asked, found: dict[str, Any]) -> None:
    vocabulary = asked.run.vocabulary
    for says, key in (("Raised", "raised_by"), ("Lowered", "lowered_by")):
        words = (f"{display_token(name, vocabulary.tokenisation)} {response:+.2f}" for name, response in found[key])
        print_line(f"{says} by: {'  '.join(words)}")
    for says, key in (("below .1", "left_saturated"), ("above .9", "right_saturated")):
        if found[key]:
            print_line(f"{says}: {'  '.join(f'{gate} {fraction:.0%}' for gate, fraction in found[key].items())}")
    print_table(*unit_rows(found), f"Where unit {found['unit']} is highest and lowest: {asked.name}")
