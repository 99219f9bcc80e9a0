"""The quality of a run's co-clusters, computed once for each choice of responses."""

from dataclasses import asdict, fields

import numpy as np

from analysis.cluster_quality import QualityProfile, quality_profile
from analysis.decomposition import Decomposition
from analysis.recording.result import ExpectedResponse
from analysis.results import Content, ResultKey, ensure_result
from data_prep.parts_of_speech import tag_types
from models.run import Run

KIND, SCHEMA = "quality", 1


def ensure_quality(
    run: Run, recorded: str, response: ExpectedResponse, decomposition: Decomposition, *, seed: int = 0
) -> QualityProfile:
    """The stored profile of the co-clusters of these words, computed first where there is none.

    recorded: names the recording that the response is of; response: of the words that the decomposition is of.
    """
    options = {
        "recording": recorded,
        "state": response.state,
        "layer": response.layer,
        "words": len(response.mean),
        "treatment": decomposition.treatment,
        "seed": seed,
    }

    def compute() -> Content:
        tags = None
        if run.vocabulary.tokenisation.unit == "words":
            tags = tag_types([run.vocabulary.tokens[token_id] for token_id in response.token_ids]).tags
        profile = quality_profile(decomposition, halves=_halves(response), tags=tags, seed=seed)
        values = {name: value for name, value in asdict(profile).items() if not isinstance(value, np.ndarray)}
        return Content(values, {name: getattr(profile, name) for name in _arrays()})

    content = ensure_result(ResultKey(run, KIND, SCHEMA, options), compute)
    return QualityProfile(
        **{name: content.arrays[name] for name in _arrays()},
        tagged=content.about["tagged"],
        verdicts=tuple(content.about["verdicts"]),
        suggested_k=content.about["suggested_k"],
        seed=content.about["seed"],
    )


def _halves(response: ExpectedResponse) -> tuple[np.ndarray, np.ndarray] | None:
    """The mean responses in either half of the text; None where a half has next to none of the words."""
    words = len(response.mean)
    if response.banded < words:
        return None
    halves = response.half_means[:, :words]
    return (halves[0], halves[1]) if np.isfinite(halves).all(2).mean(1).min() > 0.5 else None


def _arrays() -> list[str]:
    return [field.name for field in fields(QualityProfile) if field.type in (np.ndarray, "np.ndarray")]
