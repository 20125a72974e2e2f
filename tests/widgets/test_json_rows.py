from __future__ import annotations

import unicodedata
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.style import Style
from rich.text import Text

from widgets.json_paint import look
from widgets.json_rows import Outline, top_rows


def is_harmful(character: str) -> bool:
    return (
        unicodedata.category(character) in ("Cc", "Cs") or character in "\u200e\u200f\u202a\u202b\u202d\u202e"
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def plain(kind: str) -> Style:
    return Style(bold=kind == "match")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    document=JSON, width=st.integers(1, 50), visible=st.none() | st.integers(0, 5), search=st.text(max_size=3)
)
def test_no_row_ever_holds_a_control_character(
    document: Any, width: int, visible: int | None, search: str
) -> None:
    outline = Outline(lambda path, value: visible)
    outline.show(document)
    outline.unfold_all()
    outline.search(search)
    for row in outline.rows:
        words = look(row, folded=False, visible=outline.visible(row), width=width)
        lines = words.whole(width, plain, outline.pattern)
        assert len(lines) == words.count(width)
        lines.append(words.cut(width, plain, outline.pattern))
        assert not any(is_harmful(character) for line in lines for character in line.plain)
        assert all(isinstance(line, Text) and line.cell_len <= max(width, 4) for line in lines)


@given(document=JSON, path_index=st.integers(0, 30))
def test_the_same_document_again_changes_nothing(document: Any, path_index: int) -> None:
    outline = Outline()
    outline.show(document)
    outline.unfold_all()
    outline.cursor = min(path_index, len(outline.rows) - 1)
    path, rows = outline.row.path, [row.path for row in outline.rows]
    outline.show(document)
    assert (outline.row.path, [row.path for row in outline.rows]) == (path, rows)
    outline.fold_all()
    assert [row.path for row in outline.rows] == [row.path for row in top_rows(document)]
