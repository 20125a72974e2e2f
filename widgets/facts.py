"""Labels and values to read: wrapped to the width, scrolled, grouped under quiet headings."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.segment import Segment
from textual.binding import Binding
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from widgets.noticing import Noticing
from widgets.table_layout import Tone, cut
from widgets.text import Shown

__all__ = ["FactLine", "Facts", "Tone"]

EDGE = 1
"""Cells left free at the left."""
GAP = 2
"""Cells between label and value."""
WIDEST_LABEL = 14
LEAST_VALUE = 8
"""Values are never wrapped narrower, as far as the widget has the room."""


class FactLine(NamedTuple):
    """A label and its value.

    A label of "" continues the value above; a value of "" makes the label a heading.
    """

    label: Shown
    text: Shown
    tone: Tone = Tone.PLAIN


class _Row(NamedTuple):
    """One row of the screen."""

    label: str
    text: str
    tone: Tone
    heading: bool = False


BLANK = _Row("", "", Tone.PLAIN)


_WORD = re.compile(r" *[^ ]*\d (?:s|min|h|d|w|mo|y|%|[kKMGTP]?i?B)(?![^ ,;)])| *[^ ]+")


def wrap(text: str, width: int) -> list[str]:
    """Break `text` into rows of at most `width` cells (two or more), at spaces where there are some.

    Later rows are as far in as the first one begins. A number keeps its unit.
    """
    if cell_len(text) <= width:
        return [text]
    bare = text.lstrip(" ")
    indent = text[: min(len(text) - len(bare), width // 2)]
    rows, row, room = [], "", width - len(indent)
    for word in _WORD.findall(bare):
        if cell_len(row + word) > room and row:
            rows.append(row)
            row, word = "", word.lstrip(" ")
        if cell_len(word) > room:
            *whole, word = chop_cells(word, room)
            rows += whole
        row += word
    return [indent + row for row in (*rows, row)]


def _binding(keys: str, action: str, name: str, tooltip: str) -> Binding:
    return Binding(keys, action, tooltip, show=False, tooltip=tooltip, id=f"facts.{name}")


class Facts(ScrollView, Noticing, can_focus=True, inherit_bindings=False):
    """Lines of label and value, of which only those in view are painted. Text is never read as markup."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {"facts--label", "facts--heading", *(f"facts--{tone}" for tone in Tone)}
    DEFAULT_CSS = """
    Facts {
        overflow: hidden auto;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        & > .facts--label { color: $text-muted; }
        & > .facts--heading { color: $text-muted; text-style: bold; }
        & > .facts--plain { color: $foreground; }
        & > .facts--dim { color: $text-muted; }
        & > .facts--good { color: $text-success; }
        & > .facts--warn { color: $text-warning; }
        & > .facts--bad { color: $text-error; }
        & > .facts--accent { color: $text-accent; }
    }
    """
    BINDINGS = [
        _binding("j,down", "line(1)", "down", "A line down"),
        _binding("k,up", "line(-1)", "up", "A line up"),
        _binding("pagedown", "page(1.0)", "page_down", "A page down"),
        _binding("pageup", "page(-1.0)", "page_up", "A page up"),
        _binding("ctrl+d", "page(0.5)", "half_page_down", "Half a page down"),
        _binding("ctrl+u", "page(-0.5)", "half_page_up", "Half a page up"),
        _binding("g,home", "first", "first", "To the first line"),
        _binding("G,end", "last", "last", "To the last line"),
    ]

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: tuple[FactLine, ...] = ()
        self._about: Hashable = None
        self._width = 0
        self._label_width = 0
        self._rows: list[_Row] = []

    def show(self, lines: Sequence[FactLine], about: Hashable = None) -> None:
        """Show these lines. The scroll position stays when they are `about` the same as before."""
        same, self._about = about == self._about, about
        self._lines = tuple(lines)
        self._lay_out()
        if not same:
            self.scroll_to(y=0)

    def render_line(self, y: int) -> Strip:
        """Paint one line of what is in view."""
        at = self.scroll_offset.y + y
        row = self._rows[at] if at < len(self._rows) else BLANK
        style = self.get_component_rich_style
        width = self.scrollable_content_region.width
        if row.heading:
            segments = [Segment(cut(row.label, width - EDGE), style("facts--heading"))]
        else:
            label = set_cell_size(cut(row.label, self._label_width), self._label_width + GAP)
            segments = [Segment(label, style("facts--label")), Segment(row.text, style(f"facts--{row.tone}"))]
        edge = Segment(" " * EDGE, self.rich_style)
        return Strip([edge, *segments]).adjust_cell_length(width, self.rich_style)

    def scroll_to(self, x: float | None = None, y: float | None = None, **options: Any) -> None:
        """Scroll at once: gliding would repaint every line several times."""
        super().scroll_to(x, y, **{**options, "animate": False})

    def on_resize(self) -> None:
        """Wrap again for the new width."""
        self._lay_out()

    def action_line(self, lines: int) -> None:
        """Scroll by lines."""
        self.scroll_to(y=self.scroll_offset.y + lines)

    def action_page(self, pages: float) -> None:
        """Scroll by pages or parts of one."""
        self.scroll_to(y=self.scroll_offset.y + (int(self.size.height * pages) or (1 if pages > 0 else -1)))

    def action_first(self) -> None:
        """Scroll to the first line."""
        self.scroll_to(y=0)

    def action_last(self) -> None:
        """Scroll to the last line."""
        self.scroll_to(y=self.max_scroll_y)

    def _lay_out(self) -> None:
        """Wrap the lines; paint those that look different from before."""
        width = self.scrollable_content_region.width
        if width <= 0:
            return
        labels = [cell_len(line.label) for line in self._lines if line.text]
        label_width = max(min(max(labels, default=0), WIDEST_LABEL, width // 3), 0)
        room = max(width - EDGE - label_width - GAP, LEAST_VALUE)
        rows = [row for line in self._lines for row in self._wrapped(line, room)]
        if rows and rows[0] is BLANK:
            rows.pop(0)
        before, placed = self._rows, (self._width, self._label_width)
        self._rows, self._width, self._label_width = rows, width, label_width
        self.virtual_size = Size(width, len(rows))
        if len(rows) != len(before) or placed != (width, label_width):
            self.refresh()
            return
        top = self.scroll_offset.y
        for at in range(top, min(top + self.size.height, len(rows))):
            if rows[at] != before[at]:
                self.refresh_line(at)

    def _wrapped(self, line: FactLine, room: int) -> list[_Row]:
        if not line.text:
            return [BLANK, _Row(line.label, "", line.tone, heading=True)] if line.label else [BLANK]
        texts = wrap(line.text, room)
        return [_Row("" if n else line.label, text, line.tone) for n, text in enumerate(texts)]
