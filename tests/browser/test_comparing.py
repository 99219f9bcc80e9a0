"""Two sides beside each other, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

LSTM_BESIDE_RNN = "compare?run=ptb-lstm-2x200&b-run=ptb-rnn-2x200"
LAYERS = "compare?run=toy-words-lstm&k=4"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_lstm_beside_an_rnn_at_first_sight(visit, theme):
    page = visit("compare?run=ptb-lstm-2x200", color_scheme=theme)
    expect(page.get_by_role("heading", level=1)).to_have_text("Compare")
    expect(page.locator(".mirrored .second .head")).to_contain_text("B ptb-rnn-2x200, layer 2")
    expect(page.locator(".mirrored .first .unit")).to_have_count(200)
    # The clouds of both meet in the middle: chips, clouds | clouds, chips.
    places = [
        page.locator(f".mirrored .{side} [data-part={part}]").first.bounding_box()["x"]
        for side, part in (("first", "chip"), ("first", "cloud"), ("second", "cloud"), ("second", "chip"))
    ]
    assert places == sorted(places)
    # All of it can be seen at once, below the bar of the page.
    assert page.locator(".mirrored").bounding_box()["height"] <= 720 - 60
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_word_that_is_pointed_at_colours_the_units_of_both_without_the_server(visit):
    page = visit(LSTM_BESIDE_RNN)
    sent = []

    def note(frame) -> None:  # Playwright cannot listen with a built-in method
        sent.append(frame)

    page.on("websocket", lambda socket: socket.on("framesent", note))
    page.reload()
    word = page.locator(".mirrored .first .word[aria-label=company]")
    word.wait_for()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    assert sent  # the page itself came that way
    sent.clear()
    word.hover()
    for side in ("first", "second"):
        expect(page.locator(f".mirrored .{side} .unit").first).to_have_attribute("fill", re.compile("^#"))
    expect(page.locator(".mirrored .said")).to_contain_text("“company” in A: cluster")
    expect(page.locator(".mirrored .said")).to_contain_text("; in B: cluster")
    assert sent == []
    page.locator(".mirrored .head").first.hover()
    expect(page.locator(".mirrored .second .unit").first).to_have_attribute("fill", "currentColor")


def test_a_picked_word_stands_out_in_both_and_in_the_address(visit):
    page = visit(LSTM_BESIDE_RNN)
    page.locator(".mirrored .second .word[aria-label=she]").click()
    expect(page).to_have_url(re.compile("b-pick=she"))
    expect(page.locator(".mirrored .second .word.picked")).to_have_attribute("aria-label", "she")
    curves = page.locator(".js-plotly-plot .annotation-text").filter(has_text="half in A")
    expect(curves).to_have_text([re.compile("^she +half in A")])
    expect(curves).to_be_visible()

    other = visit(page.url.rsplit("/", 1)[1])  # somebody else opens the link
    expect(other.locator(".mirrored .second .word.picked")).to_have_attribute("aria-label", "she")
    for place in range(3):
        unit = page.locator(".mirrored .first .unit").nth(place).get_attribute("data-response")
        expect(other.locator(".mirrored .first .unit").nth(place)).to_have_attribute("data-response", unit)


def test_a_picked_cluster_keeps_its_partner_and_its_words(visit):
    page = visit(LSTM_BESIDE_RNN)
    page.get_by_role("combobox", name="Word, unit or cluster").fill("A cluster 3")
    page.get_by_role("option", name="A cluster 3", exact=True).click()
    expect(page).to_have_url(re.compile("b-pick=A(\\+|%20)cluster(\\+|%20)3"))
    expect(page.get_by_text(re.compile("Cluster 3 of A: [0-9]+ words"))).to_be_visible()
    expect(page.locator(".mirrored .first .cluster").nth(2)).to_have_class("cluster on")
    expect(page.locator(".mirrored .second .cluster.on")).to_have_count(1)  # which has most of its words


def test_a_word_that_only_one_side_has_is_said(visit):
    page = visit("compare?run=ptb-lstm-2x200&b-run=shakespeare-lstm-2x200")
    page.locator(".mirrored .second .word[aria-label=hath]").hover()
    expect(page.locator(".mirrored .said")).to_contain_text("A does not have it in its vocabulary")
    expect(page.locator(".mirrored .second .unit").first).to_have_attribute("fill", re.compile("^#"))
    expect(page.locator(".mirrored .first .unit").first).to_have_attribute("fill", "currentColor")


def test_a_ribbon_lists_its_words_and_is_kept_by_the_keyboard(visit):
    page = visit(f"{LAYERS}&b-view=Flow of words")
    ribbon = page.locator(".flow .ribbon").first
    name = ribbon.get_attribute("aria-label").partition(":")[0]
    told = page.locator(".flow .told")
    ribbon.focus()
    expect(told).to_contain_text(f"{name} · ")
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Cluster or ribbon")).to_have_value(name)
    other = visit(page.url.rsplit("/", 1)[1])
    expect(other.locator(".flow .ribbon.picked")).to_have_attribute("aria-label", re.compile(re.escape(name)))
    expect(other.locator(".flow .told")).to_contain_text(f"{name} · ")


def test_a_text_of_ones_own_is_recorded_and_compared(visit):
    page = visit("compare?run=toy-words-lstm&b-run=toy-words-lstm")
    page.get_by_role("button", name="Another text").click()
    own = page.get_by_role("textbox", name="A text of your own")
    own.fill("The old cat sleeps in the garden. Many red birds eat, but not near the house! " * 30)
    own.press("Control+Enter")
    page.get_by_role("button", name="Record it", exact=True).click()
    expect(page.get_by_text("the-old-cat-sleeps-in.txt").first).to_be_visible(timeout=60_000)
    expect(page).to_have_url(re.compile("&b-text=the-old-cat"))
    expect(page.locator(".mirrored .second .unit")).to_have_count(16)
