"""What a person does on the page Sentences, in a real browser."""

import re
import xml.etree.ElementTree as ET

from playwright.sync_api import Page, expect

RUN = "run=toy-words-lstm"
SVG = "{http://www.w3.org/2000/svg}"
LONG = "the red cat eats near the house. many blue lamps fall. " * 18  # short enough to be linked


def read(page: Page, text: str, label: str = "Text") -> None:
    box = page.get_by_role("textbox", name=label, exact=True)
    box.fill(text)
    box.press("Control+Enter")


def at_rest(page: Page) -> None:
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def look(page: Page, name: str) -> None:
    page.get_by_role("radiogroup", name="Look closer").get_by_text(name, exact=True).click()


def token(page: Page, position: int):
    return page.get_by_role("button", name=re.compile(rf"position {position}$")).first


def printed_texts(page: Page) -> list[str]:
    """What is written in the picture that the page exports, column by column."""
    page.get_by_role("button", name="Export this page").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Sentences, word by word as SVG").click()
    return [node.text for node in ET.parse(download.value.path()).iter(f"{SVG}text")]


def test_a_picked_token_stands_in_the_address_and_a_link_picks_it_again(visit):
    page = visit(f"sentences?{RUN}")
    read(page, "the red cat eats in the garden.")
    expect(page.locator(".glyphs .token").nth(2)).to_have_text("cat")
    token(page, 3).click()
    expect(page.get_by_role("heading", name="After token 3: cat")).to_be_visible()
    expect(page).to_have_url(re.compile("position=3"))
    expect(page.locator(".glyphs .column.picked .token")).to_have_text("cat")
    other = visit(page.url.rsplit("/", 1)[1])
    expect(other.get_by_role("heading", name="After token 3: cat")).to_be_visible()
    other.locator(".glyphs .column").first.wait_for()
    expect(other.locator(".glyphs .column.picked .token")).to_have_text("cat")
    held = page.locator(".glyphs .column.picked .held").first.get_attribute("d")
    expect(other.locator(".glyphs .column.picked .held").first).to_have_attribute("d", held)
    token(page, 3).click()  # taken back
    expect(page).not_to_have_url(re.compile("position="))


def test_two_texts_are_aligned_at_a_word_and_one_is_removed(visit):
    page = visit("sentences?run=reviews-gru")
    page.locator(".glyphs .column").first.wait_for()
    expect(page.locator(".glyphs .column.aligned .token")).to_have_text(["though", "though"])
    boxes = page.locator(".glyphs .column.aligned .box")
    first, second = boxes.evaluate_all("(boxes) => boxes.map((box) => box.getBoundingClientRect().toJSON())")
    assert abs(first["x"] + first["width"] / 2 - second["x"] - second["width"] / 2) < 0.1
    assert first["bottom"] < second["y"]
    expect(page.get_by_text("How much “though” moves the state")).to_be_visible()
    page.get_by_role("button", name="Remove text 1").click()
    expect(page.locator(".glyphs .column.aligned")).to_have_count(0)
    expect(page.get_by_role("textbox", name="Text", exact=True)).to_have_value(re.compile("^The staff"))
    page.get_by_role("button", name="Add a text").click()
    at_rest(page)
    read(page, "The food is not cold", "Text 2")
    expect(page.locator(".glyphs .token", has_text="cold")).to_be_visible()
    at_rest(page)
    page.get_by_test_id("stSelectbox").filter(has_text="Align at").get_by_role("combobox").click()
    page.get_by_role("option", name="not", exact=True).click()
    expect(page.locator(".glyphs .column.aligned .token")).to_have_text(["not", "not"])
    expect(page).to_have_url(re.compile("align=not"))


def test_hovering_a_lane_lights_its_cluster_and_asks_no_server(visit):
    page = visit(f"sentences?{RUN}&k=3")
    sent = []

    def note(frame) -> None:  # Playwright cannot listen with a built-in method
        sent.append(frame)

    page.on("websocket", lambda socket: socket.on("framesent", note))
    page.reload()
    box = token(page, 3)
    box.wait_for()
    at_rest(page)
    page.get_by_role("heading", name="Sentences").hover()
    sent.clear()
    frame = box.bounding_box()
    box.hover(position={"x": frame["width"] / 2, "y": frame["height"] / 2})  # the middle one of three lanes
    tip = page.locator(".glyphs .tip.shown")
    expect(tip).to_contain_text("cluster 2")
    expect(tip).to_contain_text(re.compile(r"units that moved most: \d+ \([+−]\d"))
    expect(page.locator(".glyphs .cluster.lit")).to_contain_text("2 ·")
    columns = page.locator(".glyphs .column").count()
    expect(page.locator(".glyphs .lane.faint")).to_have_count(2 * columns)
    assert sent == []
    page.get_by_role("button", name=re.compile("^cluster 2:")).click()
    expect(page.get_by_role("link", name=re.compile("in the memory map"))).to_be_visible()


def test_the_window_over_a_long_text_is_dragged_and_moved_by_keys(visit):
    page = visit(f"sentences?{RUN}")
    read(page, LONG)
    window = page.get_by_role("slider", name="words in sight")
    window.wait_for()
    expect(window).to_have_attribute("aria-valuetext", re.compile("word 1 to .* of 270"))
    at_rest(page)
    strip = page.locator(".glyphs .strip svg").bounding_box()
    page.mouse.click(strip["x"] + strip["width"] * 0.5, strip["y"] + 8)
    expect(page).to_have_url(re.compile(r"columns=1\d\d-1\d\d"))
    assert 120 <= int(window.get_attribute("aria-valuenow")) <= 135
    wide = page.locator(".glyphs .column .box").first.bounding_box()["width"]
    window.press("-")
    window.press("-")
    expect(page).to_have_url(re.compile(r"columns=1\d\d-1\d\d"))
    assert page.locator(".glyphs .column .box").first.bounding_box()["width"] < wide
    window.press("End")
    expect(window).to_have_attribute("aria-valuetext", re.compile("to 270 of 270"))
    expect(page).to_have_url(re.compile("columns=2..-270"))
    expect(token(page, 270)).to_be_attached()
    at_rest(page)
    shown, printed = page.locator(".glyphs .token").all_inner_texts(), printed_texts(page)
    assert len(shown) < 100
    words = LONG.replace(".", " . ").split()
    following = iter(printed)
    assert all(word in following for word in words)  # every word of the text, in its order
    assert {"held before and now", "gained above zero", "lost below zero"} < set(printed)
    assert any(text.startswith("half a lane: ") for text in printed)
    expect(page.locator(".glyphs .printed")).to_have_count(0)
    other = visit(page.url.rsplit("/", 1)[1])
    other.get_by_role("slider", name="words in sight").wait_for()
    expect(other.get_by_role("slider", name="words in sight")).to_have_attribute(
        "aria-valuetext", re.compile("to (269|270) of 270")
    )


def test_boxes_are_walked_and_picked_by_keys(visit):
    page = visit(f"sentences?{RUN}")
    read(page, "the red cat eats")
    group = page.get_by_role("group", name=re.compile("^4 tokens"))
    group.focus()
    group.press("Home")
    group.press("ArrowRight")
    expect(page.locator(".glyphs .spoken")).to_contain_text("red")
    group.press("Enter")
    expect(page).to_have_url(re.compile("position=2"))


def test_a_unit_is_found_in_the_heatmap_by_mouse_and_keys(visit):
    page = visit(f"sentences?{RUN}&look=all+units&text=the+red+cat+eats")
    heat = page.get_by_role("application", name=re.compile("^hidden state: 16 units by 4 tokens"))
    heat.wait_for()
    at_rest(page)
    last = {"x": 86 + 3.5 * 110, "y": 10}  # behind the names of the clusters the fourth column, as wide as they get
    page.locator(".heat canvas").hover(position=last)
    tip = page.locator(".heat .tip.shown")
    expect(tip).to_contain_text(re.compile(r"unit \d+ \(cluster \d+\) at 4 · eats"))
    unit = re.search(r"unit (\d+)", tip.inner_text())[1]
    page.locator(".heat canvas").click(position=last)
    expect(page).to_have_url(re.compile(f"unit={unit}"))
    expect(page).to_have_url(re.compile("position=4"))
    at_rest(page)
    heat.focus()
    heat.press("ArrowLeft")
    expect(page.locator(".heat .spoken")).to_contain_text(f"unit {unit} ")
    expect(page.locator(".heat .spoken")).to_contain_text("at 3 · cat")
    page.get_by_role("link", name="its own page").click()
    page.get_by_role("heading", name=f"Unit {unit}", exact=True).wait_for()
    expect(page).to_have_url(re.compile(f"units.*unit={unit}"))


def test_another_word_is_put_in_its_place_and_kept_beside(visit):
    page = visit(f"sentences?{RUN}&text=the+red+cat+eats+in+the+garden.&position=3")
    page.locator(".glyphs .column").first.wait_for()
    look(page, "what if")
    page.get_by_role("radiogroup", name=re.compile("expected here")).get_by_role("radio").first.click()
    instead = page.get_by_role("textbox", name="Instead")
    expect(instead).not_to_have_value("")
    other = instead.input_value()
    expect(page.get_by_text("Halved after")).to_be_visible()
    expect(page).to_have_url(re.compile("instead="))
    expect(page.locator(".glyphs").nth(1).locator(".column.aligned .token")).to_have_text(["cat", other])
    page.get_by_role("button", name="Keep as another text").click()
    expect(page.get_by_role("textbox", name="Text 2", exact=True)).to_have_value(f"the red {other} eats in the garden.")


def test_many_texts_are_sorted_and_the_most_surprising_is_read(visit):
    page = visit(f"sentences?{RUN}")
    page.get_by_text("Many texts").click()
    uploader = page.get_by_test_id("stFileUploader").filter(has_text="One text per line")
    rows = b"text\nthe red cat eats.\ngarden the sleeps of cat\nthe old dog sleeps.\n"
    uploader.locator("input[type=file]").set_input_files({"name": "mine.csv", "mimeType": "text/csv", "buffer": rows})
    expect(page.get_by_text("3 texts of mine.csv")).to_be_visible()
    table = page.get_by_test_id("stExpander").filter(has_text="Many texts").get_by_test_id("stDataFrame")
    table.scroll_into_view_if_needed()
    heading = {"x": 330, "y": 17}  # drawn on a canvas: “surprise (nats)”, as the table lays its columns out
    table.click(position=heading)
    expect(table.locator("[role=gridcell]").nth(1)).to_have_text("the red cat eats.")
    table.click(position=heading)
    expect(table.locator("[role=gridcell]").nth(1)).to_have_text("garden the sleeps of cat")
    table.click(position={"x": 15, "y": 35 + 17})  # the box beside the first row
    expect(page.get_by_role("textbox", name="Text", exact=True)).to_have_value("garden the sleeps of cat")
    expect(page.locator(".glyphs .token").nth(1)).to_have_text("the")
