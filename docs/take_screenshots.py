"""Takes the pictures of the README from a running dashboard: `python docs/take_screenshots.py http://localhost:8501`.

Let its RNNSCOPE_HOME hold no corpora: no picture is to show a passage of one.
"""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from app.bench.browser import FLAGS, TOUR_SEEN  # noqa: E402
from app.bench.chromium import find_chromium  # noqa: E402

RUN = "run=shakespeare-lstm-2x200"
PTB = "run=ptb-lstm-2x200"
TALLEST = 1400  # pixels
COLOURS = 256
# View: address, and what is there when it is drawn.
VIEWS = {
    "overview": (f"?{RUN}", ".js-plotly-plot"),
    "memory-map": (f"memory_map?{RUN}&word=she&tags=true", ".map .word.picked"),
    "words": (f"words?{RUN}", ".js-plotly-plot"),
    "units": (f"units?{RUN}", ".js-plotly-plot"),
    "reading-units": ("interpret?run=warpeace-lstm-2x128&state=cell", ".coloured .token"),
    "sentences": (f"sentences?{RUN}", ".glyphs .column"),
    "reviews": ("sentences?run=yelp-gru-oversampled", ".glyphs .column"),
    "heatmap": (f"sentences?{RUN}&look=all+units", "canvas"),
    "compare": (f"compare?{PTB}&b-run=ptb-rnn-2x200", ".map .word"),
    "compare-flow": (f"compare?{PTB}&b-run=ptb-rnn-2x200&b-view=Flow+of+words", "[data-figure]"),
    "generate": (f"generate?{RUN}", ".continuations .node"),
    "corpora": ("corpora", "h1"),
    "training": ("training", "h1"),
    "own-model": ("own_model", "h1"),
}


def main(address: str) -> None:
    """Every view in both themes, as tall as the page is, but for what is far below."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        for theme in ("light", "dark"):
            context = chromium.new_context(viewport={"width": 1280, "height": 720}, color_scheme=theme)
            context.add_init_script(TOUR_SEEN)
            for name, (path, ready) in VIEWS.items():
                page = context.new_page()
                page.goto(f"{address}/{path}")
                page.locator(ready).first.wait_for(timeout=60_000)
                _make_room(page)
                _save(page.screenshot(), HERE / f"{name}-{theme}.png")
                page.close()


def _save(picture: bytes, path: Path) -> None:
    """A palette is a third of the size, and looks the same."""
    with Image.open(io.BytesIO(picture)) as drawn:
        drawn.convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE).save(
            path, optimize=True
        )


def _make_room(page: Page) -> None:
    page.wait_for_timeout(1500)  # pictures settle; nothing depends on it but the picture
    tall = page.get_by_test_id("stMain").evaluate("(main) => main.scrollHeight")
    page.set_viewport_size({"width": 1280, "height": min(tall, TALLEST)})
    page.wait_for_timeout(1500)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8501")
