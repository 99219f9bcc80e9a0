"""The page Units: keys, the table, names and notes."""

import re
import xml.etree.ElementTree as ET

from playwright.sync_api import Page, expect

RUN = "run=toy-words-lstm"
HOSTILE = "<img src=x onerror=alert(1)> **b** שלום"


def heading(page: Page):
    return page.get_by_role("heading", level=2)


def test_arrow_keys_flip_through_the_units_but_not_while_somebody_types(visit):
    page = visit(f"units?{RUN}&unit=3&order=number")
    expect(heading(page)).to_have_text("Unit 3")
    page.locator(".js-plotly-plot").nth(1).wait_for()
    page.keyboard.press("ArrowRight")
    expect(heading(page)).to_have_text("Unit 4")
    expect(page).to_have_url(re.compile("unit=4"))
    page.keyboard.press("ArrowLeft")
    expect(heading(page)).to_have_text("Unit 3")
    page.get_by_role("button", name="The next unit").click()
    expect(heading(page)).to_have_text("Unit 4")
    page.locator("[data-test-script-state='notRunning']").wait_for()
    page.keyboard.press("ArrowRight")  # the button still has the focus
    expect(heading(page)).to_have_text("Unit 5")

    page.get_by_role("button", name="Name and note").click()
    name = page.get_by_role("textbox", name="Name of unit 5")
    name.fill("ab")
    name.press("ArrowLeft")
    name.press("x")
    expect(name).to_have_value("axb")
    expect(heading(page)).to_have_text("Unit 5")


def test_a_name_is_kept_and_shown_as_text_wherever_the_unit_is(visit):
    page = visit(f"units?{RUN}&layer=1&unit=3")
    page.get_by_role("button", name="Name and note").click()
    page.get_by_role("textbox", name="Name of unit 3").fill(HOSTILE)
    page.get_by_role("textbox", name="Note", exact=True).fill(f"{HOSTILE}\n:red[x] $x^2$")
    page.get_by_role("button", name="Keep").click()
    expect(heading(page)).to_contain_text(HOSTILE)
    expect(page.get_by_test_id("stText")).to_contain_text(":red[x] $x^2$")
    with page.expect_download() as download:
        page.get_by_role("button", name="Names and notes as JSON").click()
    assert HOSTILE in download.value.path().read_text(encoding="utf-8")

    other = visit(f"words?{RUN}&layer=1&unit=3")
    expect(other.get_by_role("heading", name=re.compile("^Unit 3 ")).first).to_contain_text(HOSTILE)


def test_a_row_of_the_table_goes_to_its_unit(visit):
    page = visit(f"units?{RUN}&order=number&unit=5")
    table = page.locator(".st-key-units-table")
    table.locator("canvas").first.wait_for()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    table.scroll_into_view_if_needed()
    for place in (2, 7, 7):  # drawn on a canvas: the box beside a row; the second click on a row takes its mark away
        table.click(position={"x": 15, "y": 35 * (place + 1) + 17})
        expect(heading(page)).to_have_text(f"Unit {place}")
        expect(page).to_have_url(re.compile(f"unit={place}"))


def test_contexts_of_two_units_stand_below_each_other(visit):
    page = visit(f"units?{RUN}&unit=3&beside=4")
    page.locator(".contexts .place").first.wait_for()
    expect(page.locator(".contexts .place")).to_have_count(2 * 2 * 5)  # units, sides, places
    expect(page.locator(".contexts .middle").first).not_to_be_empty()
    tokens = page.locator(".contexts").nth(1).locator(".middle").all_inner_texts()
    page.get_by_role("button", name="Export this page").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Strongest contexts of unit 4 as SVG").click()
    drawn = ET.parse(download.value.path())
    texts = [node.text for node in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert [text for text in texts if text and text.startswith("unit 4 is ")] == [
        "unit 4 is highest",
        "unit 4 is lowest",
    ]
    following = iter(texts)
    assert all(token in following for token in tokens)
