"""Takes the pictures of the README from a running dashboard: `python docs/take_screenshots.py http://localhost:8501`."""

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from app.bench.chromium import find_chromium  # noqa: E402

RUN = "run=shakespeare-lstm-2x200"
VIEWS = {
    "overview": f"?{RUN}",
    "memory-map": f"memory_map?{RUN}&word=she",
    "words": f"words?{RUN}",
    "sentences": f"sentences?{RUN}",
    "generate": f"generate?{RUN}",
}
READY = {
    "overview": ".js-plotly-plot",
    "memory-map": ".map .word.picked",
    "words": ".js-plotly-plot",
    "sentences": ".glyphs .column",
    "generate": ".continuations .node",
}


def main(address: str) -> None:
    """Every view in both themes, as tall as the page is."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"])
        for theme in ("light", "dark"):
            context = chromium.new_context(viewport={"width": 1280, "height": 720}, color_scheme=theme)
            for name, path in VIEWS.items():
                page = context.new_page()
                page.goto(f"{address}/{path}")
                page.locator(READY[name]).first.wait_for(timeout=60_000)
                _make_room(page)
                page.screenshot(path=HERE / f"{name}-{theme}.png")
                page.close()


def _make_room(page: Page) -> None:
    page.wait_for_timeout(1500)  # pictures settle; nothing depends on it but the picture
    tall = page.get_by_test_id("stMain").evaluate("(main) => main.scrollHeight")
    page.set_viewport_size({"width": 1280, "height": min(tall, 1400)})
    page.wait_for_timeout(1500)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8501")
