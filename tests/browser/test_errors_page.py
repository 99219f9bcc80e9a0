"""The pages Errors and Long range: a click on a bar shows examples, and the address keeps every choice."""

import re

from playwright.sync_api import expect

RUN = "run=toy-bytes-gru"


def test_a_click_on_a_bar_shows_errors_of_that_kind(visit):
    page = visit(f"errors?{RUN}&threshold=0.6")
    bars = page.locator(".st-key-breakdown-chart .bars .point path")
    bars.first.wait_for()
    expect(page.locator(".errors .place")).to_have_count(0)
    bars.first.click(force=True)
    examples = page.locator(".errors .place")
    expect(examples).to_have_count(12)
    expect(page).to_have_url(re.compile("kind=model"))
    expect(examples.first.locator(".middle")).not_to_be_empty()
    expect(examples.first.locator(".said.errs .mark")).to_have_text("✗")
    first = page.locator(".errors .list").inner_text()
    page.get_by_role("button", name="Draw others").click()
    expect(page.locator(".errors .list")).not_to_have_text(first, use_inner_text=True)
    expect(page).to_have_url(re.compile("draw=1"))

    again = visit("errors" + page.url.partition("/errors")[2])
    expect(again.locator(".errors .place")).to_have_count(12)
    assert again.locator(".errors .list").inner_text() == page.locator(".errors .list").inner_text()


def test_the_distances_of_line_ends_are_drawn(visit):
    page = visit(f"long_range?{RUN}&what=end+of+a+line")
    page.locator(".st-key-distance-chart .scatterlayer .trace").first.wait_for()
    expect(page.locator(".st-key-distance-chart .legend")).to_contain_text("n-gram 19")
