"""How far clusters are to be trusted is worked out beside the page, and may end at any moment of its drawing."""

from concurrent.futures import Future
from dataclasses import fields

import numpy as np
import pytest

from analysis.clusters.quality import TRUSTED, QualityProfile
from app import cached
from data_prep.errors import UserError


def profile_to(largest: int) -> QualityProfile:
    ks = np.arange(2, largest + 1)
    arrays = {field.name: np.full(len(ks), 0.9) for field in fields(QualityProfile) if field.type is np.ndarray}
    return QualityProfile(**arrays | {"ks": ks}, tagged=64, verdicts=(TRUSTED,) * len(ks), suggested_k=3, seed=0)


class EndsBetween(Future):
    """Work that is still going on when it is first asked for, and has ended when it is asked for again."""

    asked = 0

    def done(self) -> bool:
        self.asked += 1
        return self.asked > 1


@pytest.fixture
def work(monkeypatch):
    work = EndsBetween()
    monkeypatch.setattr(cached, "quality_in_progress", lambda _: work)
    return work


def test_no_part_of_the_map_waits_for_what_another_part_knows(open_page, work):
    work.set_result(profile_to(20))
    page = open_page("memory_map", k="4")
    said = " ".join(element.value for element in (*page.markdown, *page.caption))
    assert said.count("4 clusters: trusted") == 2
    assert "hecking" not in said


def test_a_table_of_both_sides_does_not_stay_without_what_is_known(open_page, work):
    work.set_result(profile_to(20))
    page = open_page("compare", k="4", **{"b-view": "Figures"})
    assert page.dataframe[0].value.to_string().count("trusted") == 2
    assert "hecking" not in " ".join(caption.value for caption in page.caption)


def test_the_map_is_there_when_the_check_cannot_be_made(open_page, work):
    work.set_exception(UserError("There are too few words.", ""))
    page = open_page("memory_map")
    assert not page.exception
    assert any("too few words" in caption.value for caption in page.caption)


def test_a_number_of_clusters_beyond_the_check_has_no_verdict(open_page, work):
    work.set_result(profile_to(3))
    page = open_page("memory_map", k="4")
    assert any("How far 4 clusters are to be trusted cannot be told" in caption.value for caption in page.caption)
