"""The tour of the first visit."""

from playwright.sync_api import expect


def test_the_tour_leads_through_the_pages_once(visit):
    page = visit("?run=toy-words-lstm", first=True)
    card = page.get_by_role("dialog", name="Tour")
    expect(card).to_contain_text("1 of 5")
    expect(page.locator(".tour-ring")).to_be_visible()
    card.get_by_role("button", name="Next").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Memory map")
    for step in (3, 4, 5):
        card.get_by_role("button", name="Next").click()
        expect(card).to_contain_text(f"{step} of 5")
        expect(page.get_by_role("heading", level=1)).to_have_text("Sentences")
    card.get_by_role("button", name="Done").click()
    expect(card).to_have_count(0)
    page.reload()
    page.locator(".glyphs .token").first.wait_for()
    expect(card).to_have_count(0)
    page.get_by_role("button", name="Take the tour").click()
    card.press("Escape")
    expect(card).to_have_count(0)
