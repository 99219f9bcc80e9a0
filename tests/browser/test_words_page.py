"""The page Words: what a click on a curve and on a word does."""

import re

from playwright.sync_api import Page, expect


def panel(page: Page) -> dict[str, float]:
    """Where the first panel of the curves lies."""
    drawn = page.locator(".js-plotly-plot").first.locator(".nsewdrag").first
    drawn.wait_for()
    drawn.scroll_into_view_if_needed()
    return drawn.bounding_box()


def test_a_click_above_a_curve_looks_at_the_unit_there_and_the_link_shows_it_again(visit):
    page = visit("words?run=shakespeare-lstm-2x200")
    box = panel(page)
    page.mouse.click(box["x"] + 0.3 * box["width"], box["y"] + 0.2 * box["height"])
    expect(page).to_have_url(re.compile(r"unit=\d+"))
    unit = re.search(r"unit=(\d+)", page.url).group(1)
    expect(page.get_by_role("heading", name=f"Unit {unit}", exact=True)).to_be_visible()

    other = visit(page.url.rsplit("/", 1)[1])  # somebody else opens the link
    expect(other.get_by_role("heading", name=f"Unit {unit}", exact=True)).to_be_visible()
    other.get_by_role("link", name=f"All about unit {unit}").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Units")
    expect(other.get_by_role("heading", level=2)).to_have_text(f"Unit {unit}")
    expect(other).to_have_url(re.compile(f"unit={unit}"))


def test_a_word_alike_is_laid_beside_the_others(visit):
    page = visit("words?run=shakespeare-lstm-2x200&compare=she")
    near = page.locator(".bars .row").first
    near.wait_for()
    name = near.locator(".name").inner_text()
    near.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"compare=she&compare={name}(&|$)"))
    expect(near).to_be_disabled()
    headings = page.locator(".js-plotly-plot").first.locator(".annotation-text", has_text="×")
    expect(headings).to_have_count(2)
    expect(headings.last).to_contain_text(name)
