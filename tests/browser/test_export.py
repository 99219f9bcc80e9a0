"""What a page shows leaves the browser as files."""

import re
import xml.etree.ElementTree as ET

import pytest
from PIL import Image
from playwright.sync_api import expect

RUN = "run=toy-words-lstm"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def export(visit):
    """export(path, ready, button): the file that a button of the page's export list gives."""

    def run(path: str, ready: str, button: str | re.Pattern):
        page = visit(path)
        page.locator(ready).first.wait_for()
        page.get_by_role("button", name="Export this page").click()
        with page.expect_download() as download:
            page.get_by_role("button", name=button).click()
        return download.value

    return run


def test_the_map_as_svg_holds_every_word_as_text(export):
    file = export(f"memory_map?{RUN}", ".map .word", "Memory map as SVG")
    assert file.suggested_filename == "toy-words-lstm-memory-map.svg"
    drawn = ET.parse(file.path())
    texts = [node.text for node in drawn.iter(f"{SVG}text")]
    assert "Unit clusters" in texts
    squares = [node for node in drawn.iter(f"{SVG}rect") if node.get("transform")]
    assert len(squares) == 16
    assert not [node for node in drawn.iter() if "var(" in str(node.attrib)]


def test_a_chart_as_svg_and_png(export):
    drawn = ET.parse(export(f"words?{RUN}", ".js-plotly-plot", re.compile("^Expected response .* as SVG$")).path())
    assert list(drawn.iter(f"{SVG}path"))
    with Image.open(
        export(f"words?{RUN}", ".js-plotly-plot", re.compile("^Expected response .* as PNG$")).path()
    ) as picture:
        assert picture.format == "PNG"
        assert min(picture.size) > 400
        assert len(picture.convert("RGB").getcolors(1 << 24)) > 20  # something is drawn on the paper


def test_the_whole_page_is_one_file_that_opens_without_the_server(export, browser, tmp_path):
    file = export(f"memory_map?{RUN}&word=a", ".map .word.picked", "Whole page as HTML")
    assert file.suggested_filename == "toy-words-lstm-memory-map.html"
    file.save_as(tmp_path / "page.html")
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    expect(page.get_by_role("heading", level=1)).to_have_text("Memory map")
    expect(page.get_by_role("img", name="Memory map")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text(re.compile("verified|hourglass_top|help"))  # names of icons
    page.get_by_text("Response of every unit (16 rows)").click()
    expect(page.get_by_role("row")).to_have_count(17)
    assert page.locator("script, link, img").count() == 0
    context.close()
