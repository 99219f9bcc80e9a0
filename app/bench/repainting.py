"""How long a coloured text takes to show another unit: the component by itself in a real Chromium, on a blank page.

The peer is in the same browser: the same elements, each given its colour as an inline style.
"""

import statistics
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright

from analysis.interpretation.excerpt import Excerpt
from app.bench.browser import FLAGS
from app.bench.chromium import find_chromium
from app.bench.measured import Measured
from app.components.coloured_text import ASSETS, Marked, coloured_text_data
from data_prep.errors import UserError
from data_prep.tokens import Tokenisation
from data_prep.vocabulary import Vocabulary

SYMBOLS, UNITS, FLIPS = 5_000, 512, 30
GOAL = 100  # milliseconds
MOUNT = """(data) => mount({ data, parentElement: document.querySelector('#host'), setTriggerValue() {} })"""
# From the key until the browser has painted, in milliseconds; then the same of a plain way to do it.
FLIP_TIMES = """async ([flips, plain]) => {
  const tokens = [...document.querySelectorAll(".token")], times = [];
  for (let flip = 0; flip < flips; flip++) {
    await new Promise(requestAnimationFrame);
    const started = performance.now();
    if (plain) for (const token of tokens) token.style.background = `rgb(255 ${Math.floor(256 * Math.random())} 9)`;
    else document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true, composed: true }));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    times.push(performance.now() - started);
  }
  return times;
}"""


def measure_repainting() -> Measured:
    """5,000 symbols, 512 units, flipped by a key."""
    path = find_chromium()
    if path is None:
        raise UserError("There is no Chromium to measure in.", "Name one in RNNSCOPE_CHROMIUM.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        page = chromium.new_context(viewport={"width": 1280, "height": 720}).new_page()
        theme = ":root{--st-text-color:#31333f;--st-background-color:#fff;--st-code-font:monospace}"
        page.set_content(f"<style>{theme}{ASSETS['css']}</style><div id=host></div>")
        page.add_script_tag(content=ASSETS["js"].replace("export default function (", "window.mount = function ("))
        page.evaluate(MOUNT, _planted())
        times = page.evaluate(FLIP_TIMES, [FLIPS, False])
        plain = statistics.median(page.evaluate(FLIP_TIMES, [FLIPS, True]))
        chromium.close()
    slow = float(np.quantile(times, 0.95))
    what = f"another unit of a coloured text, 5,000 symbols, key to paint, 95th percentile of {FLIPS}"
    return Measured(what, slow, "ms", "inline styles, median", plain, slow <= GOAL, "≤ 100 ms")


def _planted() -> dict[str, Any]:
    draw = np.random.default_rng(0)
    alphabet = tuple("abcdefghijklm nop\n")
    ids = draw.integers(0, len(alphabet), SYMBOLS)
    values = np.tanh(np.cumsum(draw.normal(0, 0.3, (SYMBOLS, 1, UNITS)), axis=0) % 4 - 2).astype(np.float32)
    guesses = draw.integers(0, len(alphabet), (SYMBOLS, 5))
    excerpt = Excerpt(
        tuple(alphabet[i] for i in ids), 0, {"hidden": values}, guesses, np.full((SYMBOLS, 5), 0.2, np.float32)
    )
    vocabulary = Vocabulary(Tokenisation("characters"), alphabet, (1,) * len(alphabet))
    marked = Marked("a vowel", np.isin(ids, [0, 4, 8]), draw.uniform(-1, 1, UNITS), "AUC")
    return coloured_text_data(excerpt, "hidden", 0, vocabulary, marked) | {"unit": 0, "beside": []}
