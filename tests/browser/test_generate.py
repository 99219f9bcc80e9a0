"""Writing with a model, in a real browser."""

import re

from playwright.sync_api import expect

PAGE = "generate?run=toy-words-lstm&prompt=The+cat+sleeps.+Every+old&length=30"


def prompt_of(page):
    return page.get_by_role("textbox", name="Prompt")


def test_a_click_on_a_node_or_a_token_makes_it_the_end_of_the_prompt(visit):
    page = visit(PAGE)
    node = page.get_by_role("treeitem").nth(1)
    word = node.locator(".word").text_content()
    expect(node.locator(".share")).to_have_text(re.compile(r"^[\d.]+ %$"))
    node.click()
    expect(prompt_of(page)).to_have_value(f"The cat sleeps. Every old {word}")
    expect(page).to_have_url(re.compile(f"prompt=.*{word}"))
    expect(page.locator(".written .given").last).to_have_text(word)
    expect(page.locator(".continuations .root .word")).to_have_text(f"… {word}")

    written = page.locator(".written .new .label")
    third, fourth = written.nth(2).text_content(), written.nth(3).text_content()
    page.locator(".written .new").nth(2).click()
    expect(page.locator(".written .given").last).to_have_text(third)
    expect(written.first).to_have_text(fourth)  # the rest of the text stays as it was


def test_text_and_tree_answer_to_the_keyboard(visit):
    page = visit(PAGE)
    page.locator(".continuations .root").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    second = page.locator(".continuations [aria-level='2']").nth(1)
    expect(second).to_be_focused()
    expect(page.locator(".continuations .tip")).to_contain_text("after what stands before it")
    word = second.locator(".word").text_content()
    page.keyboard.press("Enter")
    expect(prompt_of(page)).to_have_value(f"The cat sleeps. Every old {word}")
    expect(page.locator(".written .given").last).to_have_text(word)  # the text that goes on from there has come

    page.get_by_role("listbox").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".written .tip")).to_contain_text("%")
    first = page.locator(".written .new .label").first.text_content()
    page.keyboard.press("Enter")
    expect(page.locator(".written .given").last).to_have_text(first)


def test_bars_and_links_are_as_large_as_the_probabilities(visit):
    page = visit(PAGE)
    node = page.get_by_role("treeitem").nth(1)
    share = float(node.locator(".share").text_content().removesuffix(" %"))
    width = float(page.locator(".continuations .link").first.get_attribute("stroke-width"))
    assert abs(width / 20 * 100 - share) < 1 or width == 1
    node.hover()
    expect(page.locator(".continuations .tip")).to_contain_text("all other words")
    token = page.locator(".written .new").nth(4)
    token.hover()
    share = re.search(r"([\d.]+) %", page.locator(".written .tip").text_content()).group(1)
    high, full = (token.locator(part).evaluate("(bar) => bar.clientHeight") for part in (".fill", ".rail"))
    assert abs(high / full * 100 - float(share)) < 6  # a bar is 15 pixels high


def test_html_in_the_prompt_stays_text(visit):
    page = visit("generate?run=toy-words-lstm")
    prompt_of(page).fill("the <img src=x onerror=alert(1)>")
    prompt_of(page).press("Control+Enter")
    expect(page.locator(".written .given").nth(2)).to_have_text("img")
    expect(page.locator(".written .given").nth(2)).to_have_class(re.compile("unknown"))
