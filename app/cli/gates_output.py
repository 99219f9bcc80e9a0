"""Gates and training dynamics as plain values, for `--json` and for tables in the terminal."""

from typing import Any

import numpy as np

from analysis.dynamics.store import ensure_dynamics
from analysis.gates.count import MAGNITUDE
from analysis.gates.saturation import NEARLY_ALWAYS, near_integrators, saturation, summarise
from analysis.gates.store import ensure_gates
from app.cli.console import print_line, print_table, progress_bar
from models.run import Run

MOST_LISTED = 20  # near-integrators


def gates_summary(
    run: Run, part: str, checkpoint: int | None, thresholds: tuple[float, float], *, device: str, again: bool
) -> dict[str, Any]:
    """Saturation of every gate and unit over a part of the corpus, counted first where it was not."""
    with progress_bar(f"counting the gates of {run.id}") as update:
        counts = ensure_gates(run, part, checkpoint=checkpoint, device=device, again=again, on_progress=update)
    found = saturation(counts, *thresholds)
    kept = near_integrators(found)
    return {
        "part": part,
        "checkpoint": checkpoint,
        "tokens": found.tokens,
        "below": found.below,
        "above": found.above,
        "update_gate": "torch's: keeps at 1" if "update_gate" in found.gates else None,
        "layers": [vars(one) | {"layer": one.layer + 1} for one in summarise(found)],
        "near_integrators": [
            {"layer": layer + 1, "unit": unit, "share": round(share, 5)} for layer, unit, share in kept
        ],
        "units": {
            gate: {"left": _rounded(found.left[gate]), "right": _rounded(found.right[gate])} for gate in found.gates
        },
    }


def print_gates(found: dict[str, Any], run: Run) -> None:
    """A row per gate and layer, and the near-integrators."""
    rows = [
        (
            f"{one['layer']} {one['gate'].replace('_', ' ')}",
            f"{one['right']:.0%}",
            f"{one['left']:.0%}",
            *(str(one[key]) for key in ("nearly_always_right", "nearly_always_left", "never_left", "never_right")),
        )
        for one in found["layers"]
    ]
    headings = ("layer, gate", "open", "shut", "mostly open", "mostly shut", "never shut", "never open")
    noun = run.vocabulary.tokenisation.noun
    print_table(headings, rows, f"Gates of {run.id} at {found['tokens']:,} {noun}s of the {found['part']} part")
    print_line(
        f"Open above {found['above']:.2f}, shut below {found['below']:.2f}: share of the {noun}s, mean over the units; "
        f"then how many units are so at more than {NEARLY_ALWAYS:.0%} of them, or at none."
    )
    if MAGNITUDE in found["units"]:
        print_line("It has no gates: counted is the size of its hidden state.")
        return
    if found["update_gate"]:
        print_line("torch's GRU is h' = (1 - z)·n + z·h: its update gate z keeps where it is 1.")
    kept = found["near_integrators"]
    listed = ", ".join(f"{one['layer']}/{one['unit']}" for one in kept[:MOST_LISTED])
    more = f" and {len(kept) - MOST_LISTED} more" if len(kept) > MOST_LISTED else ""
    print_line(
        f"Near-integrators, which keep their state at more than {NEARLY_ALWAYS:.0%} of the {noun}s (layer/unit): "
        f"{listed or 'none'}{more}."
    )


def dynamics_summary(run: Run, beside: Any, *, device: str, again: bool) -> dict[str, Any]:
    """Every checkpoint beside the n-gram, or the n-NN, models of the corpus, measured first where it was not."""
    with progress_bar(f"following {run.id}") as update:
        found = ensure_dynamics(
            run, beside, device=device, again=again, on_progress=lambda done, what: update(done, description=what)
        )
    dynamics = found.dynamics
    return {
        "places": dynamics.places,
        "tokens": dynamics.tokens,
        "seed": dynamics.seed,
        "models": [
            {"model": name, "loss_nats": round(float(loss), 5)}
            for name, loss in zip(dynamics.models, dynamics.model_loss, strict=True)
        ],
        "moments": [
            {
                "update": moment.update,
                "epoch": moment.epoch,
                "loss_nats": round(float(dynamics.loss[row]), 5),
                "loss_deviation": round(float(dynamics.loss_deviation[row]), 5),
                "nearest": dynamics.models[dynamics.nearest[row]],
                "nearest_share": float(dynamics.nearest_share[row, dynamics.nearest[row]]),
                "symmetric_kl_nats": _rounded(dynamics.divergence[row]),
                "symmetric_kl_deviation": _rounded(dynamics.divergence_deviation[row]),
                "loss_difference_nats": _rounded(dynamics.loss_difference[row]),
            }
            for row, moment in enumerate(found.moments)
        ],
    }


def print_dynamics(found: dict[str, Any], run: Run) -> None:
    """A row per checkpoint."""
    rows = [
        (
            f"{one['epoch']:.3g}",
            f"{one['loss_nats']:.3f}",
            one["nearest"],
            f"{one['nearest_share']:.0%}",
            f"{min(one['symmetric_kl_nats']):.3f}",
        )
        for one in found["moments"]
    ]
    headings = ("epochs", "nats", "nearest", "of 100 samples", "symmetric KL")
    print_table(headings, rows, f"What {run.id} resembled, in {found['places']:,} places of the test part")


def _rounded(values: np.ndarray) -> list[Any]:
    return np.round(values.astype(np.float64), 5).tolist()
