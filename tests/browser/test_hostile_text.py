"""Whatever the words of a text are, every page draws them as text and nothing runs, breaks or leaves the machine."""

import random
import re
from urllib.parse import quote

import pytest
import torch
from playwright.sync_api import expect

from analysis.recording.store import RecordingOptions, record_run
from data_prep.preparing import prepare_corpus
from data_prep.tokens import Tokenisation
from models.recipe import Recipe
from models.training.loop import train
from models.training.saving import save_run

MARKUP = "<img/src=x/onerror=alert(1)>"
HOSTILE = (
    MARKUP,
    "<script>alert(1)</script>",
    "</svg><b>",
    "**bold**",
    "[x](javascript:alert(1))",
    "`code`",
    "$x^2$",
    ":red[x]",
    ":material/home:",
    "&lt;",
    "${1+1}",
    "🙂",
    "👩‍👩‍👧",
    "שלום",
    "مرحبا",
    "e" + "\u0301" * 40,
    "long" * 1250,
    "\u202eevil",
    "__proto__",
    "constructor",
)
RECIPE = {
    "corpus": "hostile",
    "model": {"cell": "lstm", "layers": 1, "units": 8, "embedding": 8},
    "training": {"epochs": 1, "batch": 10, "steps": 20, "learning_rate": 0.01},
}
PAGES = {
    "memory_map": ".map .word",
    "words": ".js-plotly-plot",
    "units": ".contexts .place",
    "sentences": ".glyphs .token",
    "generate": ".continuations .node",
    "compare": ".mirrored .word",
    "corpora": ".js-plotly-plot",
    "interpret": ".coloured .token",
    "errors": ".errors .place",
    "models": ".js-plotly-plot",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory, serve):
    home = tmp_path_factory.mktemp("hostile") / "home"
    draw = random.Random(0)
    words = [*HOSTILE, *(f"w{place}" for place in range(20))]
    lines = "\n".join(" ".join(draw.choices(words, k=8)) for _ in range(400))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RNNSCOPE_HOME", str(home))
        text = tmp_path_factory.mktemp("text") / "hostile.txt"
        text.write_text(lines, encoding="utf-8")
        corpus = prepare_corpus(text, Tokenisation("words", "lines", "spaces"), name="hostile")
        recipe = Recipe.model_validate(RECIPE)
        run = save_run("hostile", recipe, corpus, train(recipe, corpus, device=torch.device("cpu")))
        record_run(run, RecordingOptions())
        with serve(home) as address:
            yield address


@pytest.mark.parametrize("page", PAGES)
def test_hostile_words_are_drawn_as_text(visit, page):
    text = quote(" ".join(HOSTILE[:12] + HOSTILE[-2:]))
    picked = f"word={quote(MARKUP)}&compare={quote(MARKUP)}&kind=word+in+the+last+100+tokens"
    opened = visit(f"{page}?run=hostile&k=4&corpus=hostile&text={text}&{picked}")
    opened.locator(PAGES[page]).first.wait_for()
    expect(opened.get_by_test_id("stException")).to_have_count(0)
    expect(opened.locator("img[src='x'], img[src='x/onerror=alert(1)']")).to_have_count(0)
    width = opened.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]  # a word of 5,000 characters does not stretch the page


def test_a_hostile_word_is_named_where_it_is_picked(visit):
    page = visit(f"memory_map?run=hostile&k=4&word={quote(MARKUP)}")
    expect(page.locator(".map .word.picked")).to_have_attribute("aria-label", MARKUP)
    expect(page.get_by_text(f"{MARKUP} stands")).to_be_visible()
    more = page.locator(".map .more").first  # what no cloud has room for is counted, and named
    more.hover()
    expect(page.locator(".map .tip")).to_contain_text("did not fit: ")
    more.click()
    expect(page.get_by_text(re.compile(r"^Cluster \d+: "))).to_be_visible()


@pytest.mark.parametrize(
    ("view", "drawn"),
    [("Flow of words", ".flow .ribbon"), ("Responses", ".js-plotly-plot"), ("One text", ".js-plotly-plot")],
)
def test_hostile_words_of_two_sides_are_drawn_as_text(visit, view, drawn):
    text = quote(" ".join(HOSTILE[:12] + HOSTILE[-2:]))
    page = visit(f"compare?run=hostile&k=4&b-view={view}&b-words={quote(MARKUP)}&text={text}")
    page.locator(drawn).first.wait_for()
    if view == "Flow of words":
        for place in range(page.locator(drawn).count()):
            page.locator(drawn).nth(place).focus()
        for place in range(page.locator(".flow .cluster").count()):
            page.locator(".flow .cluster").nth(place).focus()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.locator("img[src='x'], img[src='x/onerror=alert(1)']")).to_have_count(0)
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
