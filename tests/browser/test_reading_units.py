"""The page Reading units: a text in the colours of a unit, flipped through by keys, looked into by clicks."""

import re
import xml.etree.ElementTree as ET

from playwright.sync_api import expect


def test_flip_click_and_jump(visit):
    passage = "The+red+cat+sleeps.%0A<b>x</b>+שלום"
    page = visit(f"interpret?run=toy-words-lstm&read=own+text&unit=3&beside=5&passage={passage}")
    text = page.locator("[data-coloured]")
    root = page.locator(".coloured")
    tokens = text.locator(".token")
    expect(root).to_have_attribute("data-unit", "3")
    expect(tokens.nth(1).locator("b")).to_have_text("red")
    expect(tokens.nth(1).locator("i")).to_have_count(1)  # the band of the unit beside it
    shades = tokens.evaluate_all("(all) => all.map((one) => one.className).join()")

    page.keyboard.press("j")
    expect(root).not_to_have_attribute("data-unit", "3")
    assert tokens.evaluate_all("(all) => all.map((one) => one.className).join()") != shades
    unit = root.get_attribute("data-unit")
    expect(page).to_have_url(re.compile(f"unit={unit}(&|$)"))
    page.keyboard.press("ArrowLeft")
    expect(root).to_have_attribute("data-unit", "3")
    expect(page).to_have_url(re.compile("unit=3(&|$)"))
    assert tokens.evaluate_all("(all) => all.map((one) => one.className).join()") == shades

    tokens.nth(1).click()
    card = text.locator(".card")
    expect(card).to_contain_text("red · word 2")
    expect(card).to_contain_text(re.compile(r"unit 3: [+−]\d\.\d\d · unit 5:"))
    expect(card.locator(".guess")).to_have_count(5)
    page.keyboard.press("ArrowRight")  # the text has the focus: along it
    expect(card).to_contain_text("cat · word 3")
    expect(root).to_have_attribute("data-unit", "3")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    page.locator(".places button").first.click()
    expect(card).to_be_visible()
    expect(page.get_by_text("too few to tell a unit from chance")).to_be_visible()

    page.get_by_role("button", name="Export this page").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("^Text in the colours of unit 3 as SVG$")).click()
    drawn = ET.parse(download.value.path())
    texts = [node.text for node in drawn.iter("{http://www.w3.org/2000/svg}text")]
    words = tokens.locator("b").all_text_contents()
    assert texts[0].startswith("unit 3 · ")
    assert texts[1 : 1 + len(words)] == words
    assert {"hidden state −1", "+1", "a line above: positive, below: negative", "bands below: unit 5"} <= set(texts)
    expect(page.locator(".coloured .printed")).to_have_count(0)  # the page is as before


def test_a_row_of_the_list_is_shown_in_the_text(visit):
    page = visit("interpret?run=toy-words-lstm&property=now%3A+noun")
    root = page.locator(".coloured")
    expect(root.locator(".score")).to_contain_text("now: noun: AUC")
    held = root.locator("[data-coloured] .token.held")
    expect(held.first).to_be_attached()
    assert {"cat", "dog", "lamp", "river"} <= set(held.locator("b").all_text_contents())
    assert not {"the", ".", "red", "not"} & set(held.locator("b").all_text_contents())
    expect(page.get_by_role("heading", name=re.compile("How do you know"))).to_be_visible()
    expect(page.get_by_text(re.compile("Corrected for [0-9,]+ tests"))).to_be_visible()
