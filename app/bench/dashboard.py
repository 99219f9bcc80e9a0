"""How long a visitor of the dashboard waits: in a real Chromium, with a warm server and the run of the gallery.

The peer is a bare Streamlit app of two pages with a line of text each, in the same browser: what no page of Streamlit
goes below. What is measured inside the browser alone has the goal as its peer.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from app.bench.browser import DASHBOARD, FLAGS, TOUR_SEEN, link_to, served
from app.bench.chromium import find_chromium
from app.bench.large_map import hover_times, measure_large_map, measure_payload
from app.bench.measured import Measured, slow_end
from app.bench.recomputing import count_recomputations
from app.bench.sentence_click import sentence_clicks
from app.defaults import RUN
from data_prep.errors import UserError

VISITS, ROUNDS, CLICKS = 5, 3, 20
PAGES = {  # title → what is drawn when it is there
    "Memory map": ".map .word",
    "Words": ".js-plotly-plot",
    "Units": ".js-plotly-plot",
    "Sentences": ".glyphs .token",
    "Compare": ".map .word",
    "Overview": "[data-testid='stMetric']",
}
COUNTS = (5, 12, 7, 15, 10, 6, 14, 8, 11, 13)  # clusters that nobody looked at before
REST = 500  # milliseconds, until the words have moved to their places
BARE = """
import streamlit as st
def one(): st.title("One")
def two(): st.title("Two")
if st.query_params.get("word"): st.title(st.query_params["word"])
st.navigation([st.Page(one, default=True), st.Page(two)]).run()
"""
# Playwright itself looks again after half a second at worst; these look at every frame.
CLICK_UNTIL_SAID = """(mark, [selector, beginning]) => {
  mark.dispatchEvent(new MouseEvent("click", { bubbles: true, composed: true }));
  return new Promise((done) => {
    const look = () => {
      const texts = [...document.querySelectorAll(selector)];
      texts.some((text) => text.textContent.startsWith(beginning)) ? done() : requestAnimationFrame(look);
    };
    look();
  });
}"""
UNTIL_CLUSTERS = """(map, k) => new Promise((done) => {
  const look = () => (map.querySelectorAll(".cluster").length === k ? done() : requestAnimationFrame(look));
  look();
})"""


def measure_dashboard() -> list[Measured]:
    """First picture, change of page, hover, click, number of clusters, payload, recomputation; about two minutes."""
    with _chromium() as browser, tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE)
        with served(DASHBOARD, Path(folder) / "log") as ours, served(bare, Path(folder) / "bare-log") as peer:
            page, _ = _visit(browser, f"{ours}/memory_map?run={RUN}", ".map .word")  # which warms the server
            page.context.close()
            return [
                _first_picture(browser, ours, peer),
                _change_of_page(browser, ours, peer),
                *_map_in_use(browser, ours),
                _compared_word(browser, ours),
                *sentence_clicks(_visit(browser, f"{ours}/sentences?run={RUN}", PAGES["Sentences"])[0]),
                measure_large_map(browser),
                measure_payload(),
                _recomputation(),
            ]


@contextmanager
def _chromium() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise UserError("This bench needs Playwright.", "pip install 'rnnscope[test]', or make bench.") from error
    path = find_chromium()
    if path is None:
        raise UserError("This bench needs a Chromium.", "Install one: python -m playwright install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


def _visit(browser: Any, address: str, ready: str) -> tuple[Any, float]:
    """A page in a fresh browser, and the seconds until what is asked for is there."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    context.add_init_script(TOUR_SEEN)
    page = context.new_page()
    started = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(ready).first.wait_for()
    return page, time.perf_counter() - started


def _first_picture(browser: Any, ours: str, peer: str) -> Measured:
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(VISITS):
        for side, (address, ready) in enumerate(((f"{ours}/memory_map?run={RUN}", ".map .word"), (peer, "h1"))):
            page, waited = _visit(browser, address, ready)
            page.context.close()
            seconds[side].append(waited)
    worst, bare = max(seconds[0]), statistics.median(seconds[1])
    what = f"first memory map in a fresh browser, slowest of {VISITS}"
    return Measured(what, worst, "s", "bare Streamlit page, median", bare, worst <= 4, "≤ 4 s")


def _change_of_page(browser: Any, ours: str, peer: str) -> Measured:
    page, _ = _visit(browser, f"{ours}/?run={RUN}", PAGES["Overview"])
    other, _ = _visit(browser, peer, "h1")
    waits, bare = [], []
    for round_ in range(ROUNDS + 1):
        for title, ready in PAGES.items():
            link = link_to(page, title)
            waited = _timed(lambda link=link, title=title, ready=ready: _go(page, link, title, ready))
            if round_:  # the first of each has caches to fill
                waits.append(waited)
        for title in ("two", "one"):
            link = other.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True)
            ready = f"h1:has-text('{title.title()}')"
            bare.append(_timed(lambda link=link, title=title, ready=ready: _go(other, link, title, ready)))
    page.context.close()
    other.context.close()
    worst = max(waits)
    what = f"change of page, slowest of {len(waits)}"
    return Measured(what, worst, "s", "bare Streamlit pages, median", statistics.median(bare), worst <= 1.5, "≤ 1.5 s")


def _go(page: Any, link: Any, title: str, ready: str) -> None:
    link.click()
    page.get_by_role("heading", level=1).filter(has_text=title.title() if title != "Overview" else "").wait_for()
    page.locator(ready).first.wait_for()


def _map_in_use(browser: Any, ours: str) -> list[Measured]:
    sent: list[int] = []
    page, _ = _visit(browser, "about:blank", "html")
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: sent.append(1)))
    page.goto(f"{ours}/memory_map?run={RUN}")
    page.get_by_text("come out again with other seeds").wait_for()  # the last that the page waits for
    settled = page.locator("[data-test-script-state='notRunning']")
    settled.wait_for()
    sent.clear()
    times = hover_times(page)
    calls = len(sent)
    slow = float(np.quantile(times, 0.95))
    hover = Measured(
        f"hover to paint, 200 units × 300 words, 95th percentile of {len(times)}", slow, "ms", "goal", 50,
        slow <= 50 and calls == 0, f"≤ 50 ms and no call of the server ({calls} seen)",
    )  # fmt: skip

    words = page.locator(".map .word").evaluate_all("(words) => words.map((word) => word.getAttribute('aria-label'))")
    waits = []
    for name in words[:: max(1, len(words) // CLICKS)][:CLICKS]:
        mark = page.locator(".map .word").and_(page.get_by_role("button", name=name, exact=True)).first
        said = ["[data-testid='stMarkdown']", f"{name} stands"]
        waits.append(_timed(lambda mark=mark, said=said: mark.evaluate(CLICK_UNTIL_SAID, said)) * 1000)
        settled.wait_for()
    click = slow_end("click to details", waits, goal=400)

    changes = []
    for k in COUNTS:
        changes.append(_timed(lambda k=k: _take_clusters(page, k)) * 1000)
        settled.wait_for()
        page.wait_for_timeout(REST)
    page.context.close()
    return [hover, click, slow_end("another number of clusters, words laid out anew", changes, goal=500)]


def _compared_word(browser: Any, ours: str) -> Measured:
    """Clicks in the mirrored maps of the two layers of the run."""
    page, _ = _visit(browser, f"{ours}/compare?run={RUN}", ".mirrored .first .word")
    page.locator(".js-plotly-plot .annotation-text").first.wait_for()
    settled = page.locator("[data-test-script-state='notRunning']")
    words = page.locator(".mirrored .first .word")
    names = words.evaluate_all("(words) => words.map((word) => word.getAttribute('aria-label'))")
    waits = []
    for name in names[:: max(1, len(names) // CLICKS)][:CLICKS]:
        settled.wait_for()
        page.wait_for_timeout(REST)
        mark = words.and_(page.get_by_role("button", name=name, exact=True)).first
        curves = [".js-plotly-plot .annotation-text", f"{name}  half in A"]
        waits.append(_timed(lambda mark=mark, curves=curves: mark.evaluate(CLICK_UNTIL_SAID, curves)) * 1000)
    page.context.close()
    return slow_end("click to a word's curves beside each other", waits, goal=400)


def _take_clusters(page: Any, k: int) -> None:
    page.locator(f".counts .bar[data-k='{k}']").dispatch_event("click")
    page.locator(".map").evaluate(UNTIL_CLUSTERS, k)


def _timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _recomputation() -> Measured:
    found = count_recomputations()
    what = f"analyses computed again by {found.reruns} reruns of {found.pages} pages"
    return Measured(what, found.computed, "analyses", "the first look at each", found.first, not found.computed, "0")
