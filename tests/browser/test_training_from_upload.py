"""Training a model from the dashboard, in a real browser: from a text to its run, and across a restart."""

import re

from playwright.sync_api import Page, expect

PATIENCE = 120_000  # milliseconds: a process starts, imports torch and trains, on a machine that may be busy
TINY = "model: {{cell: gru, layers: 1, units: {units}, embedding: 4}}\ntraining: {{epochs: {epochs}, batch: 10}}\n"


def editor_of(page: Page):
    return page.get_by_role("textbox", name=re.compile("^The recipe"))


def write_recipe(page: Page, units: int, epochs: int) -> None:
    """Type it, and wait until the page speaks of it: what is typed needs no Enter."""
    editor_of(page).fill(TINY.format(units=units, epochs=epochs))
    expect(page.get_by_text(f"GRU 1×{units} over")).to_be_visible(timeout=PATIENCE)


def button_of(page: Page, name: str):
    return page.get_by_test_id("stMain").get_by_role("button", name=name, exact=True)


def press(page: Page, name: str) -> None:
    """Click once the page has settled: what is being drawn anew can miss a click."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=PATIENCE)
    button_of(page, name).click()


def expect_running(page: Page) -> None:
    expect(button_of(page, "Stop")).to_be_visible(timeout=PATIENCE)


def test_a_text_is_uploaded_and_trained_on_and_its_run_is_looked_at(visit, make_text):
    page = visit("corpora")
    page.get_by_text("Add a corpus").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "wolf.txt", "mimeType": "text/plain", "buffer": make_text(400, seed=5).encode()}
    )
    press(page, "Prepare this corpus")
    page.get_by_role("link", name="Train a model on it").click()
    expect(page).to_have_url(re.compile(r"training\?corpus=wolf"))
    write_recipe(page, units=6, epochs=3)
    press(page, "Start training")
    expect(page.get_by_role("heading", name="wolf-gru-1x6")).to_be_visible()
    finished = page.get_by_text(re.compile("wolf-gru-1x6 · test perplexity"))
    expect(finished).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("heading", name="wolf-gru-1x6")).to_have_count(0)
    page.get_by_role("link", name="See the run").first.click()
    expect(page).to_have_url(re.compile(r"/\?run=wolf-gru-1x6$"))
    expect(page.get_by_role("heading", level=3).first).to_contain_text("wolf-gru-1x6")
    expect(page.get_by_role("combobox", name="Run")).to_have_value("wolf-gru-1x6")


def test_a_recipe_is_checked_while_it_is_typed(visit):
    page = visit("training?corpus=toy-words")
    editor = editor_of(page)
    editor.click()
    editor.press("Control+End")
    editor.press_sequentially("\nunits: 3")
    expect(page.get_by_text("unknown key units (did you mean model.units?)")).to_be_visible()
    expect(page.get_by_role("button", name="Start training")).to_be_disabled()
    expect(editor).to_be_focused()
    for _ in "\nunits: 3":
        editor.press("Backspace")
    expect(page.get_by_role("button", name="Start training")).to_be_enabled()
    expect(editor).to_be_focused()


def test_a_training_outlives_browser_and_server_and_is_begun_once(restarted, browser):
    with restarted() as address:
        first, second = browser.new_page(), browser.new_page()
        for page in (first, second):
            page.goto(f"{address}/training?corpus=toy-words")
            write_recipe(page, units=7, epochs=9999)
        press(first, "Start training")
        for page in (first, second):  # the second visitor is shown it without a click
            expect_running(page)
            expect(page.get_by_role("heading", name="toy-words-gru-1x7", exact=True)).to_have_count(1)
            expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=PATIENCE)
        second.get_by_text("Train another model").click()
        expect(second.get_by_text("This very training is there already")).to_be_visible(timeout=PATIENCE)
        expect(button_of(second, "Start training")).to_be_disabled()
        for page in (first, second):
            page.close()

    with restarted() as address:
        page = browser.new_page()
        page.goto(f"{address}/training")
        expect_running(page)
        press(page, "Stop")
        expect(page.get_by_text(re.compile("^Stopped after update"))).to_be_visible(timeout=PATIENCE)
        press(page, "Resume")
        expect_running(page)
        press(page, "Keep now")
        expect(page.get_by_text(re.compile("toy-words-gru-1x7 · test perplexity"))).to_be_visible(timeout=PATIENCE)
        page.close()
