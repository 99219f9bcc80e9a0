"""What a person does, in a real browser."""

import io
import json
import re
from contextlib import suppress
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Page, TimeoutError, expect
from torch import nn

from app import pages
from app.bench.browser import link_to

RUN = "run=toy-words-lstm"
PAGES = {Path(page.path).stem: page.title for page in pages.PAGES[1:]} | {"": "What does a recurrent network remember?"}


def go(page: Page, name: str) -> None:
    link_to(page, name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(PAGES[name.lower().replace(" ", "_")])


def word_of(page: Page):
    return page.locator(".map .word").first


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_in_both_themes(visit, path, theme):
    page = visit(f"{path}?{RUN}", color_scheme=theme)
    expect(page.get_by_role("heading", level=1)).to_have_text(PAGES[path])
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_test_id("stApp")).to_be_visible()


def test_the_pages_are_a_click_apart_and_keep_the_choices(visit):
    page = visit(f"memory_map?{RUN}")
    word_of(page).wait_for()
    page.get_by_test_id("stSidebar").get_by_test_id("stButtonGroup").first.get_by_text("1", exact=True).click()
    expect(page).to_have_url(re.compile("layer=1"))
    for name in ("Words", "Sentences", "Memory map"):
        go(page, name)
        expect(page).to_have_url(re.compile("layer=1"))


def test_a_word_clicked_on_the_first_page_is_picked_in_the_memory_map(visit):
    page = visit(f"?{RUN}")
    word = word_of(page)
    name = word.get_attribute("aria-label")
    word.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Memory map")
    page.mouse.move(0, 0)  # the map is drawn under it, where it would point at another word
    expect(page).to_have_url(re.compile("word="))
    expect(page.locator(".map .legend")).to_contain_text(f"expected response to “{name}”")


def test_a_clicked_word_colours_the_units_and_stands_in_the_address(visit):
    page = visit(f"memory_map?{RUN}")
    word = word_of(page)
    name = word.get_attribute("aria-label")
    unit = page.locator(".map .unit").first
    expect(unit).to_have_attribute("data-response", "")
    word.click()
    expect(page).to_have_url(re.compile("word="))
    expect(unit).to_have_attribute("data-response", re.compile(r"-?\d\.\d{3}"))
    expect(page.locator(".map .legend")).to_contain_text(f"expected response to “{name}”")

    other = visit(page.url.rsplit("/", 1)[1])  # somebody else opens the link
    picked = other.locator(".map .word.picked")
    expect(picked).to_have_attribute("aria-label", name)
    shown = [page.locator(".map .unit").nth(place).get_attribute("data-response") for place in range(5)]
    for place, response in enumerate(shown):
        expect(other.locator(".map .unit").nth(place)).to_have_attribute("data-response", response)


def test_a_clicked_unit_colours_the_words(visit):
    page = visit(f"memory_map?{RUN}")
    page.get_by_role("button", name="unit 3", exact=True).click()
    expect(page).to_have_url(re.compile("unit=3"))
    expect(page.locator(".map .legend")).to_contain_text("Expected response of unit 3")
    expect(page.get_by_text("Response of unit 3 to every word")).to_be_visible()
    page.get_by_role("button", name="unit 3", exact=True).click()
    expect(page).not_to_have_url(re.compile("unit="))


def test_the_map_says_how_far_its_clusters_are_to_be_trusted(visit):
    page = visit(f"memory_map?{RUN}&k=4")
    verdict = re.compile("4 clusters: (trusted|shaky|not to be trusted)")
    seen = page.get_by_text(verdict).locator("visible=true")
    expect(seen).to_have_count(2)  # in a word beside the title, with reasons below
    page.get_by_text("How far to trust any number of clusters").click()
    expect(page.locator(".js-plotly-plot .legendtext", has_text="in two halves of the text")).to_be_visible()
    take = page.get_by_role("button", name=re.compile(r"Take \d+"))
    suggested = take.inner_text().split()[-1]
    take.click()
    expect(page).to_have_url(re.compile(f"k={suggested}"))
    expect(page.get_by_text(re.compile(f"{suggested} clusters: ")).first).to_be_visible()
    expect(take).to_have_count(0)


def test_hovering_answers_without_the_server(visit):
    page = visit(f"memory_map?{RUN}")
    sent = []

    def note(frame) -> None:  # Playwright cannot listen with a built-in method
        sent.append(frame)

    page.on("websocket", lambda socket: socket.on("framesent", note))
    page.reload()
    word_of(page).wait_for()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    assert sent  # the page itself came that way
    sent.clear()
    word_of(page).hover()
    expect(page.locator(".map .tip")).to_contain_text("times")
    page.locator(".map .unit").first.hover()
    expect(page.locator(".map .tip")).to_contain_text("raised by")
    assert sent == []


def test_words_of_the_map_stay_in_sight_and_apart(visit):
    page = visit("memory_map?run=shakespeare-lstm-2x200")
    page.locator(".map .word").nth(200).wait_for()
    # The ink of each word down to its baseline (a y may hang beside another word): left, right, top, bottom in pixels.
    boxes = page.locator(".map .word").evaluate_all(
        """(words) => words.map((word) => {
            const pen = document.createElement("canvas").getContext("2d");
            pen.font = getComputedStyle(word).font;
            const ink = pen.measureText(word.textContent);
            const { e: x, f: y } = new DOMMatrix(getComputedStyle(word).transform);
            const drawn = word.getBoundingClientRect().width / ink.width;  // narrower where it was squeezed
            return [x - ink.actualBoundingBoxLeft * drawn, x + ink.actualBoundingBoxRight * drawn,
                y - ink.actualBoundingBoxAscent, y]; })"""
    )
    width = page.locator(".map").evaluate("(map) => map.clientWidth")
    assert all(0 <= left < right <= width for left, right, _, _ in boxes)
    overlapping = [
        (one, two)
        for place, one in enumerate(boxes)
        for two in boxes[:place]
        if min(one[1] - two[0], two[1] - one[0], one[3] - two[2], two[3] - one[2]) > 1  # pixel
    ]
    assert overlapping == []


def test_a_typed_sentence_is_read_and_html_stays_text(visit):
    page = visit(f"sentences?{RUN}")
    page.locator(".glyphs .token").first.wait_for()
    page.get_by_role("textbox", name="Text").fill("<img src=x onerror=alert(1)> <b>a</b>")
    page.get_by_role("textbox", name="Text").press("Control+Enter")
    expect(page.locator(".glyphs .token").nth(1)).to_have_text("img")
    expect(page).to_have_url(re.compile("text="))
    page.get_by_role("button", name=re.compile("position 2$")).click()
    expect(page.get_by_role("heading", name="After token 2")).to_be_visible()


def test_a_long_text_scrolls(visit):
    page = visit(f"sentences?{RUN}")
    page.get_by_role("textbox", name="Text").fill("a " * 1500)
    page.get_by_role("textbox", name="Text").press("Control+Enter")
    box = page.get_by_role("group", name=re.compile("^1[,.]?500 tokens"))
    box.wait_for()
    box.evaluate("(scroller) => { scroller.scrollLeft = 0.62 * scroller.scrollWidth; }")
    expect(page.get_by_role("button", name=re.compile("position 9[0-9][0-9]$")).first).to_be_attached()
    assert page.locator(".glyphs .column").count() < 60


def test_a_file_is_uploaded(visit):
    page = visit(f"sentences?{RUN}")
    page.get_by_role("button", name="Upload a text file").click()
    page.get_by_test_id("stFileUploader").filter(has_text="Plain text").locator("input[type=file]").set_input_files(
        {"name": "mine.txt", "mimeType": "text/plain", "buffer": b"one two three"}
    )
    expect(page.locator(".glyphs .token").nth(2)).to_have_text("three")


def test_many_texts_are_uploaded_and_the_picked_one_is_read(visit):
    page = visit("sentences?run=reviews-gru")
    page.get_by_text("Many texts").click()
    uploader = page.get_by_test_id("stFileUploader").filter(has_text="One text per line")
    lines = b"the food was great\nthe staff was rude\n"
    uploader.locator("input[type=file]").set_input_files(
        {"name": "mine.txt", "mimeType": "text/plain", "buffer": lines}
    )
    expect(page.get_by_text("2 texts of mine.txt")).to_be_visible()
    panel = page.get_by_test_id("stExpander").filter(has_text="Many texts")
    table = panel.get_by_test_id("stDataFrame")
    table.scroll_into_view_if_needed()
    table.click(position={"x": 15, "y": 35 * 2 + 17})  # drawn on a canvas: the box beside the second row
    expect(page.get_by_role("textbox", name="Text", exact=True)).to_have_value("the staff was rude")
    expect(page.locator(".glyphs .token").nth(3)).to_have_text("rude")
    expect(page.locator(".glyphs .name").filter(has_text="P(positive)")).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    with page.expect_download() as download:
        panel.get_by_test_id("stDownloadButton").get_by_role("button").click()
    assert len(download.value.path().read_text(encoding="utf-8").splitlines()) == 3


def test_numbers_are_downloaded(visit):
    page = visit(f"words?{RUN}")
    page.get_by_text(re.compile("^The numbers")).click()
    with page.expect_download() as download:
        page.locator(".st-key-download-expected-response").get_by_role("button").click()
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("unit,")
    assert len(lines) == 17  # 16 units


def test_a_run_is_recorded_from_the_page(visit):
    page = visit("memory_map?run=toy-bytes-gru")
    page.get_by_role("button", name="Record it now").click()
    expect(page.locator(".map .unit").first).to_be_visible(timeout=90_000)


def test_the_gallery_is_there_at_the_first_start(visit):
    page = visit("memory_map?run=shakespeare-lstm-2x200")
    page.get_by_role("button", name="she", exact=True).click()
    expect(page).to_have_url(re.compile("word=she"))
    expect(page.locator(".map .unit")).to_have_count(200)


def test_reviews_are_uploaded_looked_at_and_prepared(visit):
    page = visit("corpora")
    page.get_by_text("Add a corpus").click()
    rows = "".join(f"{1 + n % 5},review {'x' * (n % 60)} {'y' * (n // 60)} of the soup\n" for n in range(300))
    page.locator("input[type=file]").set_input_files(
        {"name": "soup.csv", "mimeType": "text/csv", "buffer": f"stars,text\n{rows}".encode()}
    )
    page.get_by_role("button", name="Prepare this corpus").wait_for()
    expect(page.get_by_test_id("stSelectbox").filter(has_text="Column of the texts")).to_contain_text("text")
    labels = page.get_by_role("combobox", name="Column of the labels")
    for _ in range(8):  # a page that is still being drawn closes the list again
        labels.fill("")
        labels.fill("stars")
        with suppress(TimeoutError, AssertionError):
            page.get_by_role("option", name="stars").click(timeout=2000)
            expect(page.get_by_role("combobox", name="Balance the training part")).to_be_enabled(timeout=2000)
            break
    page.get_by_role("button", name="Prepare this corpus").click()
    expect(page.get_by_text("soup is prepared")).to_be_visible(timeout=30_000)
    page.goto(page.url.split("?")[0] + "?corpus=soup")
    expect(page.get_by_test_id("stMetric").first).to_contain_text("train, words")
    expect(page.locator(".js-plotly-plot")).to_have_count(3)


def test_a_network_from_elsewhere_is_uploaded_looked_at_and_kept(visit):
    torch.manual_seed(0)
    tokens = ["<unk>", "<eos>", ".", "the", "cat", "dog", "sees", "hears", "<b>x</b>"]
    parts = {"embed": nn.Embedding(9, 4), "lstm": nn.LSTM(4, 6), "fc": nn.Linear(6, 9)}
    state = {key: value for name, part in parts.items() for key, value in part.state_dict(prefix=f"{name}.").items()}
    weights = io.BytesIO()
    torch.save({"epoch": 1, "state_dict": state}, weights)
    text = "the cat sees the dog. the dog hears the cat. " * 30
    page = visit("own_model")
    for label, name, content, answer in (
        ("Weights", "my-net.pt", weights.getvalue(), "Add the vocabulary"),
        ("Vocabulary", "v.json", json.dumps(tokens).encode(), "LSTM · 1 layer of 6 units"),
        ("Text to look at it with", "text.txt", text.encode(), "text.txt"),
    ):
        upload = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        uploader = page.get_by_test_id("stFileUploader").filter(has_text=label)
        uploader.locator("input[type=file]").set_input_files(upload)
        expect(page.get_by_text(answer)).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Add a text too")).to_be_hidden()
    page.get_by_role("button", name="Keep this network").click()
    expect(page.get_by_text("my-net-lstm-1x6 is kept")).to_be_visible()
    expect(page).to_have_url(re.compile("run=my-net-lstm-1x6"))
    page.get_by_role("link", name="Look at it").click()
    expect(page.get_by_role("heading", name="How it was taken in")).to_be_visible()
    page.get_by_role("link", name="Memory map").first.click()
    page.get_by_role("button", name="Record it now").click()
    expect(page.locator(".map .unit")).to_have_count(6, timeout=90_000)
