"""The page Gates in a browser: from a circle to the unit."""

import re

from playwright.sync_api import expect

RUN = "run=toy-words-lstm"
# The unit whose circle of a panel is the furthest from all others, and where it is.
ALONE = """(chart, panel) => {
  const axis = panel ? panel + 1 : "", { _fullLayout: layout, calcdata } = chart, box = chart.getBoundingClientRect();
  const x = layout["xaxis" + axis], y = layout["yaxis" + axis];
  const places = calcdata[panel].map((one) => [box.x + x._offset + x.l2p(one.x), box.y + y._offset + y.l2p(one.y)]);
  const nearest = places.map(([a, b], own) =>
    Math.min(...places.filter((_, other) => other !== own).map(([c, d]) => Math.hypot(a - c, b - d))));
  const unit = nearest.indexOf(Math.max(...nearest));
  return { unit, x: places[unit][0], y: places[unit][1] };
}"""


def test_a_click_on_a_circle_goes_to_its_unit_and_keeps_the_run(visit):
    page = visit(f"gates?{RUN}&layer=2&size-by=all+alike")
    chart = page.locator(".js-plotly-plot").first
    chart.locator(".point").first.wait_for()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    found = chart.evaluate(ALONE, 0)  # of layer 1
    page.mouse.move(found["x"], found["y"])
    page.mouse.click(found["x"], found["y"])
    expect(page.get_by_role("heading", level=2)).to_have_text(f"Unit {found['unit']}")
    expect(page).to_have_url(re.compile("layer=1"))
    expect(page).to_have_url(re.compile("toy-words-lstm"))
