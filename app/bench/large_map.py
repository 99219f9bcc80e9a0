"""The memory map by itself, without a server: how quickly a large one answers the pointer, how much is sent for it."""

import json
from typing import Any

import numpy as np

from analysis.clusters.coclustering import cocluster
from analysis.clusters.decomposition import decompose
from analysis.recording.result import FRACTIONS, ExpectedResponse
from app.bench.measured import Measured, slow_end
from app.components.assets import assets
from app.components.memory_map import MAP_PARTS, memory_map_data
from app.figures.word_cloud import lay_out_clouds

HOVERS = 60
# Time from the pointer's arrival at each target until the browser has painted the answer, in milliseconds.
HOVER_TIMES = """async (map, [selector, count]) => {
  const marks = [...map.querySelectorAll(selector)], times = [];
  for (let place = 0; place < count; place++) {
    const mark = marks[Math.floor((place * marks.length) / count)];
    await new Promise(requestAnimationFrame);
    const started = performance.now();
    mark.dispatchEvent(new PointerEvent("pointerover", { bubbles: true, composed: true }));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    times.push(performance.now() - started);
  }
  return times;
}"""


def measure_large_map(browser: Any) -> Measured:
    """The component by itself, with 3,000 units and 1,000 words."""
    page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    parts = assets("memory_map", *MAP_PARTS)
    page.set_content(f"<style>{parts['css']}</style><div id=host></div>")
    script = parts["js"].replace("export default function (", "window.mount = function (")
    page.add_script_tag(content=script)
    page.evaluate(
        "(data) => mount({ data, parentElement: document.querySelector('#host'), setTriggerValue() {} })",
        planted_map(1000, 3000),
    )
    times = hover_times(page)
    page.context.close()
    return slow_end("hover to paint, 3,000 units × 1,000 words", times, goal=50)


def measure_payload() -> Measured:
    """How much of a map goes to the browser."""
    megabytes = len(json.dumps(planted_map(1000, 600)).encode()) / 1e6
    plain = 1000 * 600 * len("-0.1234,") / 1e6
    what = "memory map of 1,000 words × 600 units, to the browser"
    return Measured(what, megabytes, "MB", "responses as decimal numbers", plain, megabytes <= 1, "≤ 1 MB")


def hover_times(page: Any) -> list[float]:
    """Milliseconds, of words and of units spread over the map that the page shows."""
    map_ = page.locator(".map")
    return [time for marks in (".word", ".unit") for time in map_.evaluate(HOVER_TIMES, [marks, HOVERS])]


def planted_map(words: int, units: int) -> dict[str, Any]:
    """What the browser gets for a map of responses that fall into nine clusters, with noise."""
    draw = np.random.default_rng(0)
    blocks = draw.normal(0, 0.5, (9, 9))[draw.integers(0, 9, words)][:, draw.integers(0, 9, units)]
    mean = (blocks + draw.normal(0, 0.2, (words, units))).astype(np.float32)
    counts = np.sort(draw.zipf(1.3, words).clip(30, 100_000))[::-1]
    response = ExpectedResponse(
        state="hidden", layer=0, token_ids=np.arange(words), counts=counts, mean=mean, deviation=np.zeros_like(mean),
        quantiles=np.zeros((len(FRACTIONS), 0, units), np.float32), half_means=np.zeros((2, 0, units), np.float32),
    )  # fmt: skip
    clusters = cocluster(decompose(mean, "combined"), 9)
    names = [f"w{place}{'abcdefgh'[: place % 9]}" for place in range(words)]
    clouds = lay_out_clouds(names, mean, clusters)
    return memory_map_data("word", names, response, clusters, clouds, tags=["NOUN"] * words) | {"picked": None}
