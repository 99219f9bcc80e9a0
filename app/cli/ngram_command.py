"""The command `ngram`: what models of every context length make of a corpus."""

import sys
import time
from typing import Annotated

import typer

from app.cli.console import AsJson, check_choice, print_json, print_line, print_note, print_table, progress_bar
from data_prep.corpus import open_corpus


def ngram(
    corpus: Annotated[str, typer.Argument(help="A prepared corpus.")],
    max_context: Annotated[int, typer.Option(help="Tokens of context of the longest model.", min=0)] = 19,
    split: Annotated[str, typer.Option(help="test or valid.")] = "test",
    networks: Annotated[
        int, typer.Option(help="Also train networks over 1 … N tokens (n-NN): minutes each.", min=0, max=20)
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Test cross-entropy of n-gram models (interpolated modified Kneser-Ney) for every context length at once."""
    import numpy as np

    from analysis.ngrams.store import ensure_ngram_scores
    from analysis.ngrams.window_store import ensure_window_scores
    from models.evaluation import figures

    check_choice(split, ("test", "valid"), "split")
    opened = open_corpus(corpus)
    started = time.perf_counter()
    with progress_bar("Counting n-grams") as advance:
        scores = ensure_ngram_scores(opened, split, longest=max_context, on_progress=advance)
    seconds = time.perf_counter() - started
    trained = []
    for context in range(1, networks + 1):
        with progress_bar(f"Training {context}-NN") as advance:
            trained.append(ensure_window_scores(opened, context, on_progress=advance))
    nats = scores.cross_entropy_nats
    if as_json:
        return print_json(
            {
                "corpus": opened.name,
                "unit": opened.vocabulary.tokenisation.unit,
                "split": split,
                "tokens": scores.probabilities.shape[1],
                "training_tokens": scores.training,
                "contexts": [
                    {
                        "context": context,
                        "test_cross_entropy_nats": float(found),
                        "discounts": scores.discounts[context].tolist(),
                        "discounts_are_defaults": bool(scores.fallbacks[context]),
                    }
                    for context, found in enumerate(nats)
                ],
                "networks": [
                    {
                        "context": one.context,
                        "test_cross_entropy_nats": one.cross_entropy_nats,
                        "parameters": one.parameters,
                        "seconds": one.seconds,
                    }
                    for one in trained
                ],
                "seconds": seconds,
                "peak_bytes": _peak_bytes(),
            }
        )
    unit = opened.vocabulary.tokenisation.unit
    second = {"words": "perplexity"}.get(unit, "bits per character")
    rows = [
        (str(context), f"{found:.4f}", f"{list(figures(float(found), unit).values())[1]:,.4g}")
        for context, found in enumerate(nats)
    ]
    print_table(("context", "nats per token", second), rows, f"{opened.name}, {split} part")
    for one in trained:
        print_line(f"{one.context}-NN: {one.cross_entropy_nats:.4f} nats per token, {one.parameters:,} parameters")
    best = int(np.argmin(nats))
    print_line(
        f"Best with {best} tokens of context. Counted in {scores.training:,} tokens, "
        f"{scores.probabilities.shape[1]:,} predicted, in {seconds:.1f} s."
    )
    if scores.fallbacks[1:].any():
        print_note("Some orders have too few n-grams for discounts of their own and use 0.5, 1 and 1.5.")


def _peak_bytes() -> int | None:
    """Of this process, the libraries included; None where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
