"""Errors as plain values and as tables for a person."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from analysis.errors.breakdown import ErrorBreakdown, what_becomes
from analysis.errors.by_distance import by_distance
from analysis.errors.error_sets import error_sets
from analysis.errors.places import Sought, find_places
from analysis.errors.ranked_tokens import rank_tokens
from analysis.predictions.predict import Predictions
from app.cli.console import printable
from data_prep.tokens import display_token
from data_prep.vocabulary import Vocabulary
from models.run import Run

TOKENS = 20  # the surest differences that are printed
FARTHEST = 200  # tokens
NGRAMS = (3, 9, 19)  # context lengths beside the runs


def errors_summary(
    found: Mapping[str, ErrorBreakdown], predictions: Sequence[Predictions], vocabulary: Vocabulary, split: str
) -> dict[str, Any]:
    """What `errors --json` prints; found: run → its breakdown."""
    first = next(iter(found.values()))
    result: dict[str, Any] = {
        "split": split,
        "settings": asdict(first.settings),
        "models": [_model(name, one) for name, one in found.items()],
        "left_out": list(first.left_out),
    }
    if len(found) > 1:
        sets = error_sets(list(found), [own.probabilities for own in predictions], first.settings.threshold)
        result["sets"] = [
            {"err": list(sets.members(region)), "tokens": int(count), "if_independent": float(chance)}
            for region, (count, chance) in enumerate(zip(sets.counts, sets.by_chance, strict=True))
        ]
        result["crossing"] = what_becomes(*found.values()).tolist()
        result["tokens"] = _tokens(predictions, vocabulary)
    return result


def distance_summary(
    runs: Sequence[Run], predictions: Sequence[Predictions], ngrams: np.ndarray | None, sought: Sought
) -> dict[str, Any]:
    """Mean probability by distance, under the runs and a few n-gram models."""
    curves = {run.id: own.probabilities for run, own in zip(runs, predictions, strict=True)}
    if ngrams is not None:
        curves |= {f"n-gram {context}": ngrams[context] for context in NGRAMS if context < len(ngrams)}
    places = find_places(predictions[0].ids, runs[0].vocabulary, sought)
    found = by_distance(places, curves, farthest=FARTHEST)
    means = found.means
    bins = [
        {
            "from": int(means.edges[place]),
            "to": int(means.edges[place + 1]) - 1,
            "places": int(count),
            "models": {
                name: {"mean": means.means[m, place], "low": means.low[m, place], "high": means.high[m, place]}
                for m, name in enumerate(found.names)
            },
        }
        for place, count in enumerate(means.counts)
        if count
    ]
    about = {"what": found.what, "unit": found.unit, "left_out": found.left_out, "unmatched": found.unmatched}
    return about | {"samples": means.samples, "seed": means.seed, "bins": bins}


def tables(result: dict[str, Any], vocabulary: Vocabulary) -> Iterator[tuple[tuple[str, ...], list[tuple], str]]:
    """(headings, rows, title) of everything that was found."""
    models = result["models"]
    letters = [""] if len(models) == 1 else ["A ", "B "]
    headings = ("kind", *(name for letter in letters for name in (f"{letter}errors", "share", "of loss")))
    rows = [
        (f"{kind['group']}: {kind['label']}", *(part for model in models for part in _figures(model["kinds"][place])))
        for place, kind in enumerate(models[0]["kinds"])
    ]
    noun, bound = vocabulary.tokenisation.noun, result["settings"]["threshold"]
    said = ", ".join(
        f"{letter}{model['run']} {model['errors']:,} ({model['error_share']:.1%})"
        for letter, model in zip(letters, models, strict=True)
    )
    yield headings, rows, f"Errors below {bound:g} on {models[0]['predicted']:,} {noun}s: {said}"
    if "sets" in result:
        rows = [
            (" and ".join(one["err"]) or "none", f"{one['tokens']:,}", f"{one['if_independent']:,.0f}")
            for one in result["sets"]
        ]
        yield ("err", "tokens", "if independent"), rows, "Errors in common"
        rows = [
            (
                printable(display_token(one["token"], vocabulary.tokenisation)),
                f"{one['occurrences']:,}",
                f"{one['first']:.3f}",
                f"{one['second']:.3f}",
                f"{one['difference']:+.3f} ± {one['standard_error']:.3f}",
            )
            for one in result["tokens"][:TOKENS]
        ]
        yield ("token", "occurrences", "A", "B", "A − B"), rows, "Surest differences in the mean probability"
    if "by_distance" in result:
        found = result["by_distance"]
        names = tuple(found["bins"][0]["models"])
        rows = [
            (
                f"{one['from']}–{one['to']}" if one["to"] > one["from"] else str(one["from"]),
                f"{one['places']:,}",
                *(f"{one['models'][name]['mean']:.2f}" for name in names),
            )
            for one in found["bins"]
        ]
        yield (found["unit"], "places", *names), rows, f"Mean probability of {found['what']}"


def ngram_lines(result: dict[str, Any]) -> Iterator[str]:
    """How many of the errors n-gram models get right, in a sentence for each model."""
    for model in result["models"]:
        if shares := model["ngram"]:
            span = f"{shares['contexts'][0]} to {shares['contexts'][-1]}"
            yield (
                f"{model['run']}: {shares['any']:.1%} of its errors are right in at least one n-gram model with {span} "
                f"tokens of context, {shares['best_share']:.1%} in the best alone ({shares['best']} tokens)."
            )


def _model(name: str, found: ErrorBreakdown) -> dict[str, Any]:
    figures = (found.counts, found.shares, found.nats, found.loss_shares, found.by_chance)
    columns = zip(found.kinds, *figures, strict=True)
    shares = found.ngram
    return {
        "run": name,
        "predicted": found.predicted,
        "errors": found.errors,
        "error_share": found.errors / max(1, found.predicted),
        "cross_entropy_nats": found.total_nats / max(1, found.predicted),
        "kinds": [
            {
                "group": kind.group,
                "label": kind.label,
                "errors": int(count),
                "share": float(share),
                "nats": float(nats),
                "loss_share": float(loss),
                "share_by_chance": float(chance),
            }
            for kind, count, share, nats, loss, chance in columns
        ],
        "ngram": shares
        and {
            "contexts": shares.contexts.tolist(),
            "each": shares.each.tolist(),
            "any": shares.any,
            "best": shares.best,
            "best_share": shares.best_share,
            "right_of_all_tokens": shares.guessed.tolist(),
        },
    }


def _tokens(predictions: Sequence[Predictions], vocabulary: Vocabulary) -> list[dict[str, Any]]:
    ranked = rank_tokens(predictions[0].ids, *(own.probabilities for own in predictions))
    return [
        {
            "token": vocabulary.tokens[int(token_id)],
            "occurrences": int(count),
            "first": float(first),
            "second": float(second),
            "difference": float(difference),
            "standard_error": float(error),
            "sure": float(sure),
        }
        for token_id, count, first, second, difference, error, sure in zip(
            ranked.token_ids, ranked.counts, ranked.first, ranked.second, ranked.difference, ranked.standard_error,
            ranked.sure, strict=True,
        )
    ]  # fmt: skip


def _figures(kind: dict[str, Any]) -> tuple[str, str, str]:
    return f"{kind['errors']:,}", f"{kind['share']:.1%}", f"{kind['loss_share']:.1%}"
