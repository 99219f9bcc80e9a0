"""The command about stored results."""

from typing import Annotated

import typer

from app.cli.console import AsJson, print_json, print_line, print_table


def results(
    run: Annotated[str | None, typer.Argument(help="Only of this run.")] = None,
    prune: Annotated[bool, typer.Option(help="Delete what is damaged, and results of runs that are gone.")] = False,
    delete: Annotated[bool, typer.Option(help="Delete all that are listed; they can be computed again.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what was computed and stored, and delete what is not wanted."""
    from analysis.results import delete_idle_locks, delete_results, list_results

    found = [it for it in list_results() if run is None or it.run == run]
    chosen = [it for it in found if delete or (prune and it.fault)]
    freed = delete_results(chosen)
    if prune:
        delete_idle_locks()
    if as_json:
        entries = [
            {
                "run": it.run,
                "kind": it.kind,
                "options": it.options,
                "bytes": it.bytes,
                "fault": it.fault,
                "deleted": it in chosen,
            }
            for it in found
        ]
        return print_json({"results": entries, "freed_bytes": freed})
    rows = [
        (it.run or "–", it.kind, ", ".join(f"{key} {value}" for key, value in it.options.items() if value is not None),
         f"{it.bytes / 1e6:,.1f}", "deleted" if it in chosen else it.fault or "whole")
        for it in found
    ]  # fmt: skip
    print_table(("run", "result", "options", "MB", "state"), rows)
    if chosen:
        print_line(f"Deleted {len(chosen)}, which frees {freed / 1e6:,.1f} MB.")
    elif any(it.fault for it in found):
        print_line("Some cannot be used: rnnscope results --prune deletes them.")
