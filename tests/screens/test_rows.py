"""How text is broken into the rows of a dialog."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.screens.rows import folded
from widgets.text import shown


def test_text_breaks_between_words() -> None:
    assert folded(shown("docker rm one two"), 10) == ["docker rm", "one two"]


def test_a_word_that_is_too_long_is_broken_and_its_rest_goes_on() -> None:
    assert folded(shown("rm abcdefgh ij"), 5) == ["rm", "abcde", "fgh", "ij"]


@given(st.text(alphabet="ab 漢[\x1b\u0301", max_size=60), st.integers(2, 20))
def test_nothing_is_lost_and_no_row_is_too_wide(raw: str, width: int) -> None:
    text = shown(raw)
    rows = folded(text, width)
    assert all(cell_len(row) <= width for row in rows)
    assert "".join(rows).replace(" ", "") == text.replace(" ", "")
