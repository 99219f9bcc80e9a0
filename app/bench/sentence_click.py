"""From a click on a token of the page Sentences until all that is said of it has come."""

from typing import Any

from app.bench.measured import Measured, slow_end

LOOKS = {"one token": "After token", "what if": "In the place of token"}  # look → what its heading begins with
CLICKS = 12  # in each of them
LONG = "it is nobler in the mind to suffer the slings and arrows of fortune, or to take arms against troubles. " * 48
REST = 500  # milliseconds after the server has come to rest, for what fades and glides
# Looks at every frame; nothing may be left of the token before, and the server has no more to say.
CLICK_UNTIL_SAID = """(box, heading) => {
  const { x, y, width, height } = box.getBoundingClientRect(), started = performance.now();
  const at = { clientX: x + width / 2, clientY: y + height / 2 };
  box.dispatchEvent(new MouseEvent("click", { bubbles: true, composed: true, ...at }));
  return new Promise((done) => {
    const app = document.querySelector("[data-testid='stApp']");
    const look = () => {
      const said = [...document.querySelectorAll("h3")].some((found) => found.textContent.startsWith(heading));
      const rests = app.dataset.testScriptState === "notRunning" && !document.querySelector("[data-stale='true']");
      said && rests ? done(performance.now() - started) : requestAnimationFrame(look);
    };
    look();
  });
}"""


def sentence_clicks(page: Any) -> list[Measured]:
    """Of the example that the page shows at first, and of a text of a thousand tokens; page: Sentences, drawn."""
    own = _clicks(page)
    box = page.get_by_role("textbox", name="Text", exact=True)
    box.fill(LONG)
    box.press("Control+Enter")
    page.locator(".glyphs .scroller[aria-label^='1,']").wait_for()
    return [_measured("a sentence", own), _measured("1,000 tokens", _clicks(page))]


def _clicks(page: Any) -> list[float]:
    times = []
    for look, heading in LOOKS.items():
        page.get_by_role("radiogroup", name="Look closer").get_by_text(look, exact=True).click()
        page.get_by_role("heading", level=3, name=heading).wait_for()
        boxes = page.locator(".glyphs").first.locator(".column .box")
        for place in range(CLICKS):
            page.locator("[data-test-script-state='notRunning']").wait_for()
            page.wait_for_timeout(REST)
            box = boxes.nth(1 + (place * 5) % CLICKS)  # never the same token twice in a row
            position = box.get_attribute("aria-label").rsplit(" ", 1)[1]
            times.append(box.evaluate(CLICK_UNTIL_SAID, f"{heading} {position}:"))
    return times


def _measured(what: str, times: list[float]) -> Measured:
    return slow_end(f"click on a token of {what} to its details or what if", times, goal=400)
