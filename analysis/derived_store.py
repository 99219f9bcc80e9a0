"""What is computed from a recording and takes seconds: the quality of co-clusters, projections; stored."""

from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any, Literal

import numpy as np

from analysis.clusters.decomposition import Decomposition
from analysis.clusters.quality import QualityProfile, quality_profile
from analysis.projection import Method, Projection, project
from analysis.recording.result import ExpectedResponse
from analysis.results import Content, ResultKey, ensure_result
from data_prep.parts_of_speech import tag_types
from models.run import Run

SCHEMA = 1


def ensure_quality(
    run: Run, recorded: str, response: ExpectedResponse, decomposition: Decomposition, *, seed: int = 0
) -> QualityProfile:
    """The stored profile of the co-clusters of these words, computed first where there is none.

    recorded: names the recording that the response is of; response: of the words that the decomposition is of.
    """
    return quality_work(run, recorded, response, decomposition, seed=seed)()


def quality_work(
    run: Run, recorded: str, response: ExpectedResponse, decomposition: Decomposition, *, seed: int = 0
) -> Callable[[], QualityProfile]:
    """What `ensure_quality` does, to be done later or elsewhere."""
    options = _options(recorded, response, treatment=decomposition.treatment, seed=seed)
    key = ResultKey(run, "quality", SCHEMA, options)

    def compute() -> Content:
        tags = None
        if run.vocabulary.tokenisation.unit == "words":
            tags = tag_types([run.vocabulary.tokens[token_id] for token_id in response.token_ids]).tags
        profile = quality_profile(decomposition, halves=_halves(response), tags=tags, seed=seed)
        values = {name: value for name, value in asdict(profile).items() if not isinstance(value, np.ndarray)}
        return Content(values, {name: getattr(profile, name) for name in _arrays()})

    def work() -> QualityProfile:
        content = ensure_result(key, compute)
        return QualityProfile(
            **{name: content.arrays[name] for name in _arrays()},
            tagged=content.about["tagged"],
            verdicts=tuple(content.about["verdicts"]),
            suggested_k=content.about["suggested_k"],
            seed=content.about["seed"],
        )

    return work


def ensure_projection(
    run: Run, recorded: str, response: ExpectedResponse, method: Method, of: Literal["words", "units"], *, seed: int = 0
) -> Projection:
    """The stored projection of the words, or of the units, by the responses, computed first where there is none."""

    def compute() -> Content:
        made = project(response.mean if of == "words" else response.mean.T, method, seed=seed)
        about = {"explained": made.explained, "perplexity": made.perplexity}
        return Content(about, {"points": made.points})

    options = _options(recorded, response, method=method, of=of, seed=seed)
    content = ensure_result(ResultKey(run, "projection", SCHEMA, options), compute)
    explained = content.about["explained"]
    return Projection(
        content.arrays["points"],
        method,
        None if explained is None else (explained[0], explained[1]),
        seed,
        content.about["perplexity"],
    )


def _options(recorded: str, response: ExpectedResponse, **others: Any) -> dict[str, Any]:
    of = {"recording": recorded, "state": response.state, "layer": response.layer, "words": len(response.mean)}
    return of | others


def _halves(response: ExpectedResponse) -> tuple[np.ndarray, np.ndarray] | None:
    """The mean responses in either half of the text; None for words that have none."""
    words = len(response.mean)
    return tuple(response.half_means[:, :words]) if words <= response.banded else None


def _arrays() -> list[str]:
    return [field.name for field in fields(QualityProfile) if field.type in (np.ndarray, "np.ndarray")]
