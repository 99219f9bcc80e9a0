"""The memory map, as a person uses it."""

import re

import pytest
from playwright.sync_api import expect

from app.components.assets import assets
from app.components.memory_map import MAP_PARTS

RUN = "run=shakespeare-lstm-2x200"


@pytest.fixture
def map_page(visit):
    """map_page(choices): the page with its map drawn."""

    def open_(choices: str = ""):
        page = visit(f"memory_map?{RUN}{choices}")
        page.locator(".map .word").first.wait_for()
        return page

    return open_


def word(page, name: str):
    return page.locator(f".map .word[aria-label='{name}']")


def test_she_is_found_clicked_and_the_link_shows_the_same(map_page):
    page = map_page()
    page.get_by_role("combobox", name="Word").fill("she")
    page.get_by_role("option", name="she", exact=True).click()
    expect(word(page, "she")).to_have_class(re.compile("picked"))
    expect(page.get_by_text("she stands 1,534 times")).to_be_visible()
    responses = page.locator(".map .unit").evaluate_all("(all) => all.map((unit) => unit.dataset.response)")
    assert sum(value.startswith("-") for value in responses) > 50
    other = map_page(f"&{page.url.split('?')[1]}")
    expect(word(other, "she")).to_have_class(re.compile("picked"))
    shown = other.locator(".map .unit").evaluate_all("(all) => all.map((unit) => unit.dataset.response)")
    assert shown == responses


def test_another_number_of_clusters_moves_the_words_that_were_there(map_page):
    page = map_page("&k=9")
    word(page, "she").evaluate("(mark) => { mark.kept = true; }")
    before = word(page, "she").evaluate("(mark) => mark.style.transform")
    page.locator(".counts .bar[data-k='4']").click()
    expect(page.locator(".map .cluster")).to_have_count(4)
    expect(page).to_have_url(re.compile("k=4"))
    assert word(page, "she").evaluate("(mark) => mark.kept") is True
    assert word(page, "she").evaluate("(mark) => mark.style.transform") != before


def test_a_cluster_lists_its_words_and_units(map_page):
    page = map_page()
    page.locator(".map .box[data-index='1']").last.click(position={"x": 3, "y": 3})
    expect(page).to_have_url(re.compile("cluster=2"))
    expect(page.get_by_text(re.compile(r"^Cluster 2: \d+ words$"))).to_be_visible()
    expect(page.locator(".map .on")).to_have_count(1)


def test_words_take_the_colour_of_their_part_of_speech(map_page):
    page = map_page("&tags=true")
    colours = {
        name: word(page, name).evaluate("(mark) => getComputedStyle(mark).fill") for name in ("she", "he", "king")
    }
    assert colours["she"] == colours["he"] != colours["king"]
    page.locator(".map .tag").filter(has_text="pronoun").hover()
    expect(word(page, "king")).to_have_class(re.compile("aside"))
    expect(word(page, "she")).not_to_have_class(re.compile("aside"))


def test_the_keyboard_reaches_every_mark(map_page):
    page = map_page()
    page.locator(".map svg").focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    expect(page.locator(".map .tip")).to_contain_text(re.compile("unit|times"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("word=|unit="))
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(re.compile("word=|unit="))
    page.get_by_role("slider", name="Clusters").focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("k=10"))


def test_a_tampered_address_shows_the_usual_map(map_page):
    page = map_page("&k=abc&layer=9&word=zzz&unit=99999&cluster=77&links=-3&clip=x&align=foo&treatment=hm")
    expect(page.locator(".map .cluster")).to_have_count(9)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_map_of_nothing_says_so(browser):
    page = browser.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.set_content("<div id=host></div>")
    script = assets("memory_map", *MAP_PARTS)["js"].replace("export default function (", "window.mount = function (")
    page.add_script_tag(content=script)
    empty = {"words": [], "clusters": [], "unitClusters": [], "responses": "", "noun": "word", "picked": None}
    page.evaluate(
        "(data) => mount({ data, parentElement: document.querySelector('#host'), setTriggerValue() {} })", empty
    )
    expect(page.get_by_text("Nothing was recorded that could be drawn.")).to_be_visible()
    page.locator(".map svg").focus()
    page.keyboard.press("ArrowDown")
    assert faults == []
    page.close()
