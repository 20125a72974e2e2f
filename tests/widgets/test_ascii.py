"""Where a terminal has ASCII only: every glyph has a stand-in of its width, and letters stay."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual._border import BORDER_CHARS
from textual.color import Color
from textual.scrollbar import ScrollBarRender

from widgets.ascii import Ascii
from widgets.text import shown

ROOT = Path(__file__).parents[2]
BLACK = Color(0, 0, 0)
NAMES_LETTERS = ("ascii.py", "text.py", "lines.py", "brush.py")
"""Files that name letters which are never painted."""


def seen(text: str, encoding: str = "utf-8") -> str:
    """What is painted for a text."""
    return "".join(segment.text for segment in Ascii(encoding).apply([Segment(text)], BLACK))


def glyphs_of_the_house() -> list[str]:
    """Everything beyond ASCII in the strings of the program's files, but for what an Engine says."""
    found: set[str] = set()
    for folder in ("tui", "widgets"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "demo" in path.parts or path.name in NAMES_LETTERS:
                continue
            text = path.read_text(encoding="utf-8")
            if text.isascii() and "\\" not in text:  # nothing to look for
                continue
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found |= {
                        letter for letter in node.value if letter.isprintable() and not letter.isascii()
                    }
    return sorted(found)


@pytest.mark.parametrize("glyph", glyphs_of_the_house())
def test_each_glyph_of_the_house_is_painted_as_ascii_of_its_width(glyph: str) -> None:
    assert seen(glyph).isascii()
    assert cell_len(seen(glyph)) == cell_len(glyph)


def test_borders_and_scrollbars_are_painted_as_ascii() -> None:
    borders = "".join("".join(row) for rows in BORDER_CHARS.values() for row in rows)
    bars = "".join([*ScrollBarRender.VERTICAL_BARS, *ScrollBarRender.HORIZONTAL_BARS])
    assert seen(borders + bars).isascii()


def test_what_stands_for_harmful_letters_is_painted_as_ascii() -> None:
    harmful = "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0), 0x202E, 0xFEFF]))
    assert seen(shown(harmful)) == "?" * len(harmful)


def test_states_that_differ_stay_different() -> None:
    states = "●○◌✗‖"
    assert len(set(seen(states))) == len(states)


def test_a_frame_looks_like_one() -> None:
    assert seen("╭─╮") == "+-+"
    assert seen("│ │") == "| |"


def test_letters_of_the_engine_stay() -> None:
    assert seen("café-straße 漢字") == "café-straße 漢字"


def test_what_the_encoding_lacks_keeps_its_width() -> None:
    assert seen("café 漢字 Ж →", "iso-8859-1") == "café ???? ? >"
    assert seen("é", "ascii") == "?"
    assert seen("e\u0301", "ascii") == "e"


def test_styles_stay() -> None:
    red = Style(color="red")
    (segment,) = Ascii().apply([Segment("● up", red)], BLACK)
    assert segment == Segment("* up", red)
