"""A run that is deleted while somebody looks at it."""

import shutil

import pytest
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def home(recorded_home, tmp_path_factory):
    return shutil.copytree(recorded_home, tmp_path_factory.mktemp("deleted") / "home")


@pytest.fixture(scope="module")
def server(home, serve):
    with serve(home) as address:
        yield address


def test_another_run_takes_its_place(visit, home):
    page = visit("memory_map?run=toy-words-lstm")
    page.locator(".map .word").first.wait_for()
    other = visit("sentences?run=toy-words-lstm")
    other.locator(".glyphs .column .box").first.wait_for()
    shutil.rmtree(home / "runs" / "toy-words-lstm")
    other.locator(".glyphs .column .box").first.click()
    expect(other.get_by_text("There is no run toy-words-lstm")).to_be_visible()
    expect(other.get_by_test_id("stException")).to_have_count(0)
    page.locator(".map .word").first.click()
    expect(page.get_by_test_id("stSidebar").get_by_test_id("stSelectbox").first).not_to_contain_text("toy-words-lstm")
    expect(page.get_by_text("There is no run toy-words-lstm")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    page.locator(".map .word").first.wait_for()
    expect(page.locator(".map .word.picked")).to_have_count(0)


def test_a_side_that_is_gone_is_said(visit, home):
    page = visit("compare?run=ptb-rnn-2x200&b-run=toy-bytes-gru")
    page.locator(".mirrored .word").first.wait_for()
    shutil.rmtree(home / "runs" / "toy-bytes-gru")
    page.locator(".mirrored .first .word").first.click()
    expect(page.get_by_text("There is no run toy-bytes-gru")).to_be_visible()
    expect(page.locator(".mirrored .second .head")).not_to_contain_text("toy-bytes-gru")
    expect(page.get_by_test_id("stException")).to_have_count(0)
