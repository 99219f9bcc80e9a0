"""Tables in a narrow terminal: words may break, numbers never."""

import io

import pytest
from rich.console import Console

from app.cli import console


@pytest.fixture
def narrow(monkeypatch):
    printed = io.StringIO()
    monkeypatch.setattr(console, "output", Console(file=printed, width=80, highlight=False))
    return printed


def test_numbers_beside_long_descriptions_are_never_cut(narrow):
    headings = ("kind", "A errors", "share", "of loss", "B errors", "share", "of loss")
    console.print_table(headings, [("n-gram: model of 0 to 9 tokens of context", "33,534", "21.1%") + ("11.7%",) * 4])
    table = narrow.getvalue()
    for number in ("33,534", "21.1%"):
        assert number in table
    assert table.count("11.7%") == 4
    assert {"errors", "share", "loss", "context"} <= set(table.split())


def test_headings_wider_than_their_numbers_break_at_spaces(narrow):
    headings = ("bytes since", "places", *(f"n-gram with {context} bytes of context" for context in (5, 9, 19)))
    console.print_table(headings, [("1–2", "12", "0.01", "0.49", "0.12")])
    table = narrow.getvalue()
    assert table.split().count("context") == 3
    assert {"0.01", "0.49", "0.12"} <= set(table.split())


def test_names_without_spaces_stay_whole(narrow):
    console.print_table(("run", "what"), [("warpeace-lstm-2x128-seed-0-trained-again", "a network " * 12)])
    assert "warpeace-lstm-2x128-seed-0-trained-again" in narrow.getvalue()
